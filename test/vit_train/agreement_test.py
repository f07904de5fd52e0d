"""The integer network in NumPy agrees with the C++ reference bit for bit: every
intermediate tensor, logit, decision and count of operations.

VITVP_REFERENCE_TENSORS names the executable of test/vit/reference_tensors.cpp.
VITVP is the executable of the platform.
VITVP_SEEDS=FIRST-LAST tries other random packages than the usual ones.
"""

import collections
import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

import random_package
from vit.train import compare as platform_compare
from vit.train import integer, package

REFERENCE = os.environ["VITVP_REFERENCE_TENSORS"]
PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "vit" / "packages"
USUAL_SEEDS = "0-99"
SEEDS = os.environ.get("VITVP_SEEDS", USUAL_SEEDS)


def reference_images(model, images):
    """Yields for each image {tensor name: array [rows, columns]}."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}" for name in ("package", "images", "out")]
        package.save(model, paths[0])
        package.save_images(images, paths[1])
        subprocess.run([REFERENCE, *paths], check=True)
        with open(paths[2], "rb") as file:
            for _ in images.images:
                yield read_image(file)
            assert file.read(1) == b"", "the reference wrote too much"


def read_image(file):
    tensors = {}
    while "executed_macs" not in tensors:
        name, rows, columns, sign, size = file.readline().decode().split()
        dtype = np.dtype(f"<{sign}{size}")
        shape = int(rows), int(columns)
        data = file.read(shape[0] * shape[1] * dtype.itemsize)
        tensors[name] = np.frombuffer(data, dtype).reshape(shape)
    return tensors


def numpy_images(model, images):
    """The same from the network in NumPy, and its counts of saturation."""
    seen = {}
    network = integer.Network(model, observe=seen.__setitem__)
    assert len(images) <= integer.BATCH, "an observer sees one batch"
    result = network.classify(images)
    macs = integer.executed_macs(model.size, result.tokens_per_block,
                                 result.live_channels_per_block)
    seen.update(predicted=result.predicted[:, None, None],
                tokens_per_block=result.tokens_per_block[:, None],
                live_ffn2_channels_per_block=result.live_channels_per_block[
                    :, None], executed_macs=macs[:, None, None])
    return [one_image(seen, index) for index in range(len(images))], network


def one_image(seen, index):
    tensors = {}
    for name, values in seen.items():
        kind = name.split(".")[-1]
        if kind in ("scores", "softmax"):
            for head, part in enumerate(values[index]):
                tensors[f"{name}.{head}"] = part
        elif kind == "live":
            tensors[name] = np.flatnonzero(values[index])[None]
        else:
            tensors[name] = values[index].reshape(values[index].shape[-2:])
    return tensors


def compare(ours, theirs, where):
    """Number of equal elements; AssertionError names the first difference."""
    if ours.keys() != theirs.keys():
        raise AssertionError(f"{where}: only one side has "
                             f"{sorted(ours.keys() ^ theirs.keys())}")
    for name, wanted in theirs.items():  # in the order of computation
        given = ours[name]
        if given.shape != wanted.shape:
            raise AssertionError(f"{where}: {name}: NumPy {given.shape}, "
                                 f"reference {wanted.shape}")
        if not np.array_equal(given, wanted):
            row, column = np.argwhere(given != wanted)[0]
            raise AssertionError(
                f"{where}: {name}[{row}][{column}]: NumPy "
                f"{given[row, column]}, reference {wanted[row, column]}")
    return sum(values.size for values in theirs.values())


def agree(model, images, where):
    """(elements compared, networks in NumPy that ran); AssertionError."""
    theirs = reference_images(model, images)
    elements, networks = 0, []
    for at in range(0, len(images.images), integer.BATCH):
        parts, network = numpy_images(
            model, images.images[at:at + integer.BATCH])
        networks.append(network)
        for index, ours in enumerate(parts, at):
            elements += compare(ours, next(theirs), f"{where}, image {index}")
    assert next(theirs, None) is None
    return elements, networks


class DigitsTest(unittest.TestCase):
    def setUp(self):
        self.model = package.load(PACKAGES / "digits.safetensors")
        self.images = package.load_images(
            PACKAGES / "digits_test.safetensors")

    def test_every_tensor_of_every_test_image(self):
        elements, _ = agree(self.model, self.images, "digits")
        print(f"digits: {len(self.images.images)} images, {elements} values "
              "agree")

    def test_nothing_pruned(self):
        dense = dataclasses.replace(self.model, pruning=package.Pruning.none(
            self.model.size.depth))
        some = package.ImageSet(self.images.images[:40],
                                self.images.labels[:40])
        agree(dense, some, "digits, nothing pruned")

    def test_one_step_of_one_bias_is_noticed_where_it_acts(self):
        image = package.ImageSet(self.images.images[:1],
                                 self.images.labels[:1])
        theirs = next(reference_images(self.model, image))
        bias = self.model.tensors["blocks.4.ffn1.bias"]
        bias += 1 << 12
        ours, _ = numpy_images(self.model, image.images)
        with self.assertRaisesRegex(AssertionError, r"it: blocks.4.ffn1\["):
            compare(ours[0], theirs, "it")


class PlatformTest(unittest.TestCase):
    def test_logits_and_decisions_are_those_of_the_network_in_numpy(self):
        scenario = PACKAGES.parents[1] / "scenarios" / "digits.yaml"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [os.environ["VITVP"], "run", str(scenario), "--quiet", "--out",
                 folder, "--set", "images.first=310", "--set",
                 "images.limit=8", "--set", "checks.level=none"], check=True)
            result = json.loads((pathlib.Path(folder) / "result.json")
                                .read_text(encoding="utf-8"))
        model = package.load(PACKAGES / "digits.safetensors")
        images = package.load_images(PACKAGES / "digits_test.safetensors")
        self.assertEqual(platform_compare.compare(result, model, images),
                         dict.fromkeys(platform_compare.COMPARED, 8))


class RandomPackagesTest(unittest.TestCase):
    def test_every_tensor(self):
        first, last = (int(seed) for seed in SEEDS.split("-"))
        met = collections.Counter()
        elements = 0
        for seed in range(first, last + 1):
            model, images = random_package.make(seed)
            count, networks = agree(model, images, f"seed {seed}")
            elements += count
            met.update(self.meets(model, networks[0]))
        print(f"random packages: seeds {SEEDS}, {elements} values agree")
        print("packages with: " + ", ".join(
            f"{what} {count}" for what, count in sorted(met.items())))
        if SEEDS == USUAL_SEEDS:
            self.assertEqual(self.WANTED - set(met), set())

    WANTED = {*(f"{heads} heads" for heads in range(1, 7)),
              "5 tokens", "300 tokens", "2 classes", "1000 classes",
              "pruning in no block", "pruning in one block",
              "pruning in all blocks", "the class token alone",
              "threshold off", "threshold 0", "threshold above 0",
              "values cut off", "no value cut off"}

    @staticmethod
    def meets(model, network):
        """What of WANTED this package is an example of."""
        size, pruning = model.size, model.pruning
        assert size.width % 16 and size.hidden % 16
        pruned = sum(keep < package.ALL_TOKENS for keep in pruning.keep_ppm)
        threshold = pruning.ffn2_threshold
        yield f"{size.heads} heads"
        yield f"{size.tokens} tokens" if size.tokens in (5, 300) else (
            "other tokens")
        yield f"{size.classes} classes" if size.classes in (2, 1000) else (
            "other classes")
        if pruned == 0:
            yield "pruning in no block"
        if pruned == 1:
            yield "pruning in one block"
        if pruned == size.depth:
            yield "pruning in all blocks"
        if 0 in pruning.keep_ppm:
            yield "the class token alone"
        yield "threshold " + ("off" if threshold is None else
                              "above 0" if threshold else "0")
        cut = any(count for count, _ in network.saturated.values())
        yield "values cut off" if cut else "no value cut off"
