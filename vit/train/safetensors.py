"""Reads and writes safetensors files (docs/package.md), without a library."""

import json
import os
import struct

import numpy as np

from .errors import InputError

DTYPES = {"I8": np.int8, "U8": np.uint8, "I16": np.int16, "I32": np.int32,
          "I64": np.int64}
NAMES = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
LARGEST_HEADER = 1 << 24


def save(path, tensors, metadata):
    """Writes {name: array} and {key: text}; nothing is left half written."""
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": NAMES[tensor.dtype],
                        "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = f"{path}.partial"
    with open(partial, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            little = tensor.dtype.newbyteorder("<")
            file.write(tensor.astype(little, copy=False).tobytes())
    os.replace(partial, path)


def load(path, dtypes=None):
    """Returns ({name: array}, {key: text}); InputError unless well-formed.

    dtypes: {name in the file: NumPy type} of those that may occur, DTYPES
    unless given.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    header, start = _header(path, data)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(
            isinstance(value, str) for value in metadata.values()):
        raise InputError(f"{path}: __metadata__ must hold strings only")
    spans = [(0, 0)]
    tensors = {}
    for name, entry in header.items():
        tensors[name], span = _tensor(path, name, entry, data, start,
                                      dtypes or DTYPES)
        spans.append(span)
    spans.sort()
    ends = [end for _, end in spans]
    begins = [begin for begin, _ in spans[1:]] + [len(data) - start]
    if ends != begins:
        raise InputError(f"{path}: tensors overlap, leave holes or are cut")
    return tensors, metadata


def _header(path, data):
    """Returns (parsed header, offset of the tensor data)."""
    length = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else 0
    if not 2 <= length <= min(LARGEST_HEADER, len(data) - 8):
        raise InputError(f"{path}: not a safetensors file, or cut")
    try:
        header = json.loads(data[8:8 + length])
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: header is not JSON: {error}") from error
    if not isinstance(header, dict):
        raise InputError(f"{path}: header is not a JSON object")
    return header, 8 + length


def _tensor(path, name, entry, data, start, dtypes):
    """Returns (array, (begin, end)) of one entry of the header."""
    try:
        dtype = np.dtype(dtypes[entry["dtype"]]).newbyteorder("<")
        shape = tuple(int(extent) for extent in entry["shape"])
        begin, end = (int(offset) for offset in entry["data_offsets"])
        if any(extent < 0 for extent in shape):
            raise ValueError("negative extent")
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: tensor '{name}': malformed entry "
                         f"({error})") from error
    count = 1
    for extent in shape:
        count *= extent
    if not (0 <= begin <= end <= len(data) - start
            and end - begin == count * dtype.itemsize):
        raise InputError(f"{path}: tensor '{name}': offsets {begin}..{end} do "
                         f"not match shape {list(shape)} or the file's size")
    raw = data[start + begin:start + end]
    array = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
    return array.reshape(shape), (begin, end)
