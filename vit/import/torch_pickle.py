"""Reads what torch.save() wrote without PyTorch and without running it.

A pickle is a program. This reader lets it build dictionaries, numbers, text
and tensors; every other name that it asks for is refused, and named, before
anything is called. Both layouts are read: the zip file of PyTorch 1.6 and
later, and the sequence of pickles before it.
"""

import collections
import io
import pickle
import zipfile

import numpy as np

from ..train.errors import InputError

LEGACY_MAGIC = 0x1950a86a20f9469cfc6c
LARGEST = 1 << 40
STORAGES = {"FloatStorage": np.float32, "DoubleStorage": np.float64,
            "HalfStorage": np.float16, "BFloat16Storage": np.uint16,
            "ByteStorage": np.uint8, "CharStorage": np.int8,
            "ShortStorage": np.int16, "IntStorage": np.int32,
            "LongStorage": np.int64}


class StorageType:
    """A name such as torch.FloatStorage; dtype is that of its elements."""

    def __init__(self, name):
        self.dtype = np.dtype(STORAGES[name]).newbyteorder("<")


class Storage:
    """One block of numbers; the legacy layout fills `values` afterwards."""

    def __init__(self, dtype, count):
        self.dtype = dtype
        self.count = count
        self.values = None


class Tensor:
    """A view of a storage: where it begins, its shape and strides."""

    def __init__(self, storage, offset, shape, strides, *ignored):
        del ignored
        if not isinstance(storage, Storage):
            raise ValueError("a tensor without a storage")
        self._storage, self._offset = storage, int(offset)
        self.shape = tuple(int(extent) for extent in shape)
        self._strides = tuple(int(stride) for stride in strides)

    def array(self):
        """The values as an array of their own; ValueError if out of range."""
        count, last = 1, self._offset
        if len(self.shape) != len(self._strides):
            raise ValueError("shape and strides differ in length")
        for extent, stride in zip(self.shape, self._strides):
            count *= extent
            last += max(0, extent - 1) * stride
        numbers = (self._offset, *self.shape, *self._strides)
        if (self._storage.values is None or min(numbers) < 0
                or max(numbers) > LARGEST or count > self._storage.count
                or (count and last >= self._storage.count)):
            raise ValueError(f"shape {list(self.shape)} does not fit a "
                             f"storage of {self._storage.count}")
        if count == 0:
            return np.zeros(self.shape, self._storage.dtype)
        size = self._storage.dtype.itemsize
        view = np.lib.stride_tricks.as_strided(
            self._storage.values[self._offset:], self.shape,
            [stride * size for stride in self._strides])
        return view.astype(self._storage.dtype.newbyteorder("="))


def _parameter(tensor, *ignored):
    """What a Parameter around a tensor unpickles to: the tensor."""
    del ignored
    return tensor


PERMITTED = {("collections", "OrderedDict"): collections.OrderedDict,
             ("torch._utils", "_rebuild_tensor_v2"): Tensor,
             ("torch._utils", "_rebuild_parameter"): _parameter}


class Unpickler(pickle._Unpickler):  # pylint: disable=protected-access
    """Permits the names above. The one in Python: it wastes no memory on
    indices that a hostile file made up."""

    def __init__(self, file, read_storage):
        super().__init__(file, encoding="utf-8")
        self._read_storage = read_storage

    def find_class(self, module, name):
        if (module, name) in PERMITTED:
            return PERMITTED[module, name]
        if module == "torch" and name in STORAGES:
            return StorageType(name)
        raise InputError(
            f"the pickle asks for '{module}.{name}', which is refused: a "
            "checkpoint may hold tensors in dictionaries only; save the "
            "state dict alone")

    def load_build(self):
        """Drops the attributes that a pickle would set on an object."""
        self.stack.pop()
        if not isinstance(self.stack[-1], collections.OrderedDict):
            raise ValueError("attributes of something but a dictionary")

    # The table by which the base class finds what an opcode does.
    dispatch = {**pickle._Unpickler.dispatch,  # pylint: disable=W0212
                pickle.BUILD[0]: load_build}

    def persistent_load(self, pid):
        kind, storage_type, key, _, count = pid[:5]
        if kind != "storage" or not isinstance(storage_type, StorageType):
            raise ValueError("an unknown persistent object")
        if len(pid) > 5 and pid[5] is not None:
            raise ValueError("a view of a storage")
        return self._read_storage(str(key), storage_type.dtype, int(count))


def load(path, data):
    """Returns the object that `data`, the bytes of `path`, holds.

    Tensors in it are of class Tensor. InputError if it is cut, damaged or
    asks for anything but tensors.
    """
    try:
        if data[:4] == b"PK\x03\x04":
            return _load_zip(data)
        return _load_legacy(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except Exception as error:  # whatever damaged bytes provoke
        raise InputError(f"{path}: cut or damaged: "
                         f"{error or type(error).__name__}") from error


def is_legacy(data):
    """Whether the bytes begin as torch.save() began before PyTorch 1.6."""
    return LEGACY_MAGIC.to_bytes(10, "little") in data[:32]


def _load_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sizes = {}
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"'{entry.filename}' is compressed")
            sizes[entry.filename] = entry.file_size
        pickles = [name for name in sizes
                   if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("a zip file, but not one of torch.save()")
        folder = pickles[0][:-len("data.pkl")]
        order = f"{folder}byteorder"
        if order in sizes and archive.read(order) != b"little":
            raise ValueError("big-endian tensors")
        known = {}

        def read_storage(key, dtype, count):
            if key not in known:
                raw = archive.read(f"{folder}data/{key}")
                if count < 0 or count * dtype.itemsize != len(raw):
                    raise ValueError(f"storage '{key}' has another size")
                known[key] = Storage(dtype, count)
                known[key].values = np.frombuffer(raw, dtype)
            return known[key]

        return Unpickler(io.BytesIO(archive.read(pickles[0])),
                         read_storage).load()


def _load_legacy(data):
    file, known = io.BytesIO(data), {}

    def read_storage(key, dtype, count):
        return known.setdefault(key, Storage(dtype, count))

    def next_object():
        return Unpickler(file, read_storage).load()

    if next_object() != LEGACY_MAGIC:
        raise ValueError("not a file of torch.save()")
    next_object()  # version of the protocol
    if next_object().get("little_endian") is not True:
        raise ValueError("big-endian tensors")
    result = next_object()
    for key in next_object():
        storage = known[str(key)]
        count = int.from_bytes(file.read(8), "little")
        raw = file.read(count * storage.dtype.itemsize)
        storage.values = np.frombuffer(raw, storage.dtype)
        if not count == storage.count == len(storage.values):
            raise ValueError(f"storage '{key}' has another size")
    return result
