"""Checkpoint files: what is read, and that nothing in them is run."""

import argparse
import collections
import importlib
import io
import os
import pathlib
import pickle
import struct
import unittest
import zipfile

import numpy as np
import samples

try:
    import torch
except ImportError:
    raise unittest.SkipTest("python3-torch is not installed") from None

from vit.train import safetensors
from vit.train.errors import InputError

checkpoint = importlib.import_module("vit.import.checkpoint")


def tensors():
    """A few tensors: contiguous, a strided view, a single number."""
    torch.manual_seed(3)
    return collections.OrderedDict(
        a=torch.randn(3, 4), b=torch.randn(4, 6).t()[1:5, ::2],
        c=torch.tensor(2.5), d=torch.nn.Parameter(torch.randn(2)))


class Bomb:
    """A pickle of this makes a file where it is run."""

    def __init__(self, call, *arguments):
        self._call = (call, arguments)

    def __reduce__(self):
        return self._call


class CheckpointTest(unittest.TestCase):
    def setUp(self):
        self.folder = samples.temporary_folder(self)
        self.path = self.folder / "it"

    def refused(self, pattern):
        with self.assertRaisesRegex(InputError, pattern) as caught:
            checkpoint.load(self.path)
        self.assertIn(str(self.path), str(caught.exception))

    def expect(self, wanted):
        found = checkpoint.load(self.path)
        self.assertEqual(list(found), list(wanted))
        for key, values in wanted.items():
            np.testing.assert_array_equal(
                found[key], values.detach().float().numpy())
            self.assertEqual(found[key].dtype, np.float32)

    def pickled(self, value):
        """A zip file as torch.save() makes, with any pickle inside."""
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("archive/data.pkl",
                             value if isinstance(value, bytes)
                             else pickle.dumps(value, 2))

    def test_both_layouts_of_pytorch(self):
        for new in (True, False):
            with self.subTest(new=new):
                torch.save(tensors(), self.path,
                           _use_new_zipfile_serialization=new)
                self.expect(tensors())

    def test_nested_as_published(self):
        for outer in ("model", "state_dict"):
            torch.save({"epoch": 3, outer: tensors(), "optimizer": {
                "lr": [0.1, None]}}, self.path)
            self.expect(tensors())

    def test_prefix_of_parallel_training(self):
        torch.save({f"module.{key}": values
                    for key, values in tensors().items()}, self.path)
        self.expect(tensors())

    def test_attributes_of_a_module_s_state_dict(self):
        state = torch.nn.Linear(3, 2).state_dict()
        self.assertTrue(hasattr(state, "_metadata"))
        torch.save(state, self.path)
        self.expect(state)

    def test_types_of_numbers(self):
        for dtype in (torch.float16, torch.bfloat16, torch.float64):
            for new in (True, False):
                state = {"a": torch.randn(5, 3).to(dtype)}
                torch.save(state, self.path,
                           _use_new_zipfile_serialization=new)
                self.expect(state)

    def test_safetensors_with_floats(self):
        values = torch.randn(3, 4)
        kinds = {"F32": values, "F16": values.half(), "BF16":
                 values.bfloat16(), "F64": values.double()}
        header, data = {"__metadata__": {"format": "pt"}}, b""
        for kind, part in kinds.items():
            raw = (part.view(torch.int16) if kind == "BF16"
                   else part).numpy().tobytes()
            header[kind] = {"dtype": kind, "shape": [3, 4], "data_offsets": [
                len(data), len(data) + len(raw)]}
            data += raw
        text = str(header).replace("'", '"').encode()
        self.path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        self.expect(kinds)
        # A package must still hold integers only.
        with self.assertRaises(InputError):
            safetensors.load(self.path)

    def test_no_code_of_a_hostile_pickle_runs(self):
        trace = self.folder / "trace"
        bombs = {"system": Bomb(os.system, f"touch {trace}"),
                 "eval": Bomb(eval, f"__import__('os').mkdir({str(trace)!r})"),
                 "getattr": Bomb(getattr, {}, "pop")}
        for name, bomb in bombs.items():
            for protocol in (0, 2, 4):
                with self.subTest(name=name, protocol=protocol):
                    self.pickled(pickle.dumps({"model": bomb}, protocol))
                    self.refused(rf"asks for '\w+\.{name}', which is refused")
                    self.assertFalse(trace.exists())
        # The same bombs do go off where nothing holds them back.
        pickle.loads(pickle.dumps(bombs["system"]))
        self.assertTrue(trace.is_file())
        trace.unlink()
        pickle.loads(pickle.dumps(bombs["eval"]))
        self.assertTrue(trace.is_dir())

    def test_hostile_legacy_file_is_refused(self):
        trace = self.folder / "trace"
        torch.save(tensors(), self.path, _use_new_zipfile_serialization=False)
        head = io.BytesIO(self.path.read_bytes())
        for _ in range(3):
            pickle.load(head)
        start = self.path.read_bytes()[:head.tell()]
        self.path.write_bytes(start + pickle.dumps(
            Bomb(os.system, f"touch {trace}"), 2))
        self.refused("posix.system")
        self.assertFalse(trace.exists())

    def test_opcodes_that_import_are_refused(self):
        for data in (b"(S'x'\nios\nsystem\n.", b"cos\nsystem\n(S'x'\ntR.",
                     b"(cos\nsystem\nS'x'\no.",
                     b"ctorch\nload\n.", b"c__builtin__\nexec\n."):
            with self.subTest(data=data):
                self.pickled(data)
                self.refused("refused")

    def test_attributes_are_not_set(self):
        forged = (b"ctorch._utils\n_rebuild_tensor_v2\n}(U\x05arrayK\x01ub.",
                  b"ctorch\nFloatStorage\n}(U\x05dtypeK\x01ub.")
        for data in forged:
            self.pickled(data)
            self.refused("attributes")

    def test_other_objects_are_named(self):
        torch.save({"model": tensors(), "args": argparse.Namespace(lr=1)},
                   self.path)
        self.refused("argparse.Namespace.*state dict alone")
        torch.save({"a": [1, 2]}, self.path)
        self.refused("'a' is a list")
        torch.save([1], self.path)
        self.refused("holds a list")

    def test_every_cut_is_refused(self):
        for new in (True, False):
            torch.save(tensors(), self.path,
                       _use_new_zipfile_serialization=new)
            data = self.path.read_bytes()
            for length in [0, 4, 16, *range(40, len(data), 61),
                           len(data) - 1]:
                with self.subTest(new=new, length=length):
                    self.path.write_bytes(data[:length])
                    self.refused("")

    def test_damaged_bytes_never_crash(self):
        random = np.random.default_rng(11)
        torch.save(tensors(), self.path)
        with zipfile.ZipFile(self.path) as archive:
            entries = {name: archive.read(name)
                       for name in archive.namelist()}
        for _ in range(300):
            damaged = bytearray(entries["it/data.pkl"])
            for at in random.integers(0, len(damaged), 3):
                damaged[at] = random.integers(256)
            with zipfile.ZipFile(self.path, "w") as archive:
                for name, data in {**entries,
                                   "it/data.pkl": bytes(damaged)}.items():
                    archive.writestr(name, data)
            try:
                checkpoint.load(self.path)
            except InputError:
                pass

    def test_view_beyond_its_storage_is_refused(self):
        class Forged:
            def __init__(self, *arguments):
                self._arguments = arguments

            def __reduce__(self):
                return torch._utils._rebuild_tensor_v2, self._arguments

        for view in ((0, (5, 4), (4, 1)), (1, (3, 4), (4, 1)),
                     (0, (1 << 40,), (0,)), (0, (3, 4), (-4, 1)),
                     (-1, (2,), (1,)), (0, (2, 2), (1,)),
                     (0, (1, 1), (1 << 70, 1))):
            with self.subTest(view=view):
                file = io.BytesIO()
                torch.save(torch.randn(3, 4), self.path)
                pickler = pickle.Pickler(file, 2)
                storage = torch.FloatStorage(0)
                pickler.persistent_id = lambda found, storage=storage: (
                    ("storage", torch.FloatStorage, "0", "cpu", 12)
                    if found is storage else None)
                pickler.dump({"a": Forged(storage, *view, False,
                                          collections.OrderedDict())})
                with zipfile.ZipFile(self.path, "w") as archive:
                    archive.writestr("archive/data.pkl", file.getvalue())
                    archive.writestr("archive/data/0", bytes(48))
                self.refused("'a'")

    def test_nan_is_refused_by_name(self):
        state = tensors()
        state["b"][1, 1] = float("nan")
        torch.save(state, self.path)
        self.refused("'b' holds NaN")

    def test_other_files_are_refused(self):
        self.path.write_bytes(b"\x89PNG" + bytes(100))
        self.refused("neither")
        self.path.unlink()
        self.refused("No such file")
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("letter.txt", "hello")
        self.refused("not one of torch.save")
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("archive/data.pkl", bytes(1000))
        self.refused("compressed")
