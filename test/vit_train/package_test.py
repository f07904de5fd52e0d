"""Packages and safetensors files: round trip, and what is refused."""

import dataclasses
import json
import pathlib
import struct
import tempfile
import unittest

import numpy as np

from vit.train import package, safetensors
from vit.train.errors import InputError

DIGITS = (pathlib.Path(__file__).resolve().parents[2] / "vit" / "packages"
          / "digits.safetensors")


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = package.load(DIGITS)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(pathlib.Path(folder.name) / "it.safetensors")

    def write(self, data):
        pathlib.Path(self.path).write_bytes(data)

    def altered(self, name, change):
        """The digits package with one tensor changed in place."""
        tensors = dict(self.model.tensors)
        tensors[name] = tensors[name].copy()
        change(tensors[name])
        return dataclasses.replace(self.model, tensors=tensors)

    def test_round_trip(self):
        package.save(self.model, self.path)
        again = package.load(self.path)
        self.assertEqual(again.size, self.model.size)
        self.assertEqual(again.pruning, self.model.pruning)
        self.assertEqual(again.metadata, self.model.metadata)
        for name, tensor in self.model.tensors.items():
            np.testing.assert_array_equal(again.tensors[name], tensor)

    def test_scaling_of_pictures_is_kept(self):
        metadata = dict(self.model.metadata, resize="32",
                        interpolation="bilinear")
        package.save(dataclasses.replace(self.model, metadata=metadata),
                     self.path)
        found = package.load(self.path).metadata
        self.assertEqual(found["resize"], "32")
        self.assertEqual(found["interpolation"], "bilinear")

    def test_values_out_of_range_are_refused_by_name(self):
        cases = {"patch.multiplier": 16383, "blocks.1.ffn2.shift": 0,
                 "blocks.5.norm2.shift": 31, "norm.epsilon": -1,
                 "head.bias": (1 << 30) + 1, "blocks.0.softmax.table": 254,
                 "blocks.0.context.shift": 62}
        for name, value in cases.items():
            with self.subTest(name):
                def change(tensor, value=value):
                    tensor[0] = value
                with self.assertRaisesRegex(InputError, f"'{name}'"):
                    package.save(self.altered(name, change), self.path)
                self.assertFalse(pathlib.Path(self.path).exists())

    def test_missing_and_extra_tensors_are_refused_by_name(self):
        missing = dict(self.model.tensors)
        del missing["blocks.3.qkv.bias"]
        extra = dict(self.model.tensors, more=np.zeros(1, np.int8))
        for tensors, name in ((missing, "blocks.3.qkv.bias"),
                              (extra, "more")):
            safetensors.save(self.path, tensors, self.model.metadata)
            with self.assertRaisesRegex(InputError, f"'{name}'"):
                package.load(self.path)

    def test_metadata_that_is_no_number_is_refused(self):
        for key, text in (("width", "6x"), ("depth", ""), ("hidden", "²"),
                          ("keep_ppm", "1,2"), ("ffn2_threshold", "127"),
                          ("ffn2_threshold", "none"), ("resize", "31"),
                          ("resize", "4097"), ("resize", "x"),
                          ("interpolation", "lanczos")):
            with self.subTest(key=key, text=text):
                metadata = dict(self.model.metadata, **{key: text})
                safetensors.save(self.path, self.model.tensors, metadata)
                with self.assertRaisesRegex(InputError, key):
                    package.load(self.path)

    def test_every_cut_of_a_file_is_refused(self):
        data = DIGITS.read_bytes()
        header = struct.unpack("<Q", data[:8])[0]
        for length in (0, 7, 8, 9, 8 + header - 1, 8 + header,
                       len(data) - 1):
            with self.subTest(length):
                self.write(data[:length])
                with self.assertRaises(InputError):
                    package.load(self.path)

    def test_hostile_headers_are_refused(self):
        entry = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}
        for header in ([], {"a": 1}, {"a": dict(entry, dtype="F32")},
                       {"a": dict(entry, shape=[-4])},
                       {"a": dict(entry, shape=[1 << 62, 4])},
                       {"a": dict(entry, data_offsets=[4, 0])},
                       {"a": dict(entry, data_offsets=[1, 5])},
                       {"a": entry, "b": entry},
                       {"__metadata__": {"a": 1}, "a": entry}):
            with self.subTest(header=header):
                text = json.dumps(header).encode()
                self.write(struct.pack("<Q", len(text)) + text + bytes(4))
                with self.assertRaises(InputError):
                    safetensors.load(self.path)

    def test_images_that_do_not_fit_are_refused(self):
        images = package.ImageSet(np.zeros((2, 16, 32, 1), np.uint8),
                                  np.zeros(2, np.int32))
        with self.assertRaisesRegex(InputError, "the network takes"):
            package.check_fit(images, self.model.size, "it")
        images = package.ImageSet(np.zeros((2, 32, 32, 1), np.uint8),
                                  np.array([0, 10], np.int32))
        with self.assertRaisesRegex(InputError, "labels"):
            package.check_fit(images, self.model.size, "it")
