"""The committed digits package and its test images."""

import dataclasses
import importlib.util
import pathlib
import unittest

import numpy as np

from vit.train import digits, evaluate, integer, package

PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "vit" / "packages"
HAS_DIGITS = all(importlib.util.find_spec(name)
                 for name in ("sklearn", "yaml"))


class DigitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = package.load(PACKAGES / "digits.safetensors")
        cls.images = package.load_images(
            PACKAGES / "digits_test.safetensors")
        cls.result = evaluate.evaluate(cls.model, cls.images)

    def test_accuracy_on_at_least_360_images(self):
        self.assertGreaterEqual(self.result["count"], 360)
        self.assertGreaterEqual(self.result["accuracy"], 0.97)

    def test_layers_hardly_saturate(self):
        self.assertEqual(evaluate.saturation_warnings(self.result), [])

    def test_a_layer_that_saturates_is_a_warning_that_names_it(self):
        tensors = dict(self.model.tensors)
        tensors["blocks.2.qkv.shift"] = tensors["blocks.2.qkv.shift"] - 2
        result = evaluate.evaluate(
            dataclasses.replace(self.model, tensors=tensors),
            package.ImageSet(self.images.images[:5], self.images.labels[:5]))
        self.assertGreater(result["saturation"]["blocks.2.qkv"], 0.01)
        self.assertRegex("\n".join(evaluate.saturation_warnings(result)),
                         r"warning: blocks\.2\.qkv: \d")

    def test_tokens_halve_at_three_blocks(self):
        keep = self.model.pruning.keep_ppm
        self.assertEqual(sum(part == 500000 for part in keep), 3)
        self.assertEqual(sum(part == 1000000 for part in keep), 3)
        self.assertEqual(self.result["tokens_per_block"][-1], 9)

    def test_threshold_zero_is_exact(self):
        some = self.images.images[:20]
        keep = self.model.pruning.keep_ppm
        dense, exact = (
            integer.Network(self.model, package.Pruning(
                keep, threshold)).classify(some) for threshold in (None, 0))
        np.testing.assert_array_equal(dense.logits, exact.logits)
        self.assertLess(exact.live_channels_per_block.sum(),
                        dense.live_channels_per_block.sum())

    def test_results_do_not_depend_on_the_batch(self):
        network = integer.Network(self.model)
        for index in (0, 100, 363):
            alone = network.classify(self.images.images[index:index + 1])
            self.assertEqual(alone.logits[0].tolist(),
                             self.result["images"][index]["logits"])

    def test_attribution_is_in_the_files(self):
        for text in (self.model.metadata["provenance"],
                     self.images.metadata["provenance"]):
            self.assertIn("Alpaydin", text)
        self.assertEqual(self.images.metadata["license"], "CC BY 4.0")

    @unittest.skipUnless(HAS_DIGITS, "python3-sklearn is not installed")
    def test_test_images_are_reproducible_and_unseen(self):
        # pylint: disable=import-outside-toplevel
        from vit.train import config, tasks
        task = digits.Task(config.load(tasks.config_path("digits")))
        again = task.images("test")
        np.testing.assert_array_equal(again.images, self.images.images)
        np.testing.assert_array_equal(again.labels, self.images.labels)
        parts = [set(indices) for indices in task.indices.values()]
        self.assertEqual(sum(map(len, parts)), len(set.union(*parts)))


class OperationsTest(unittest.TestCase):
    def test_deit_small_is_as_published(self):
        size = package.Geometry(224, 224, 3, 16, 384, 6, 12, 1536, 1000)
        self.assertEqual(round(integer.dense_macs(size) / 1e5), 45989)

    def test_nothing_pruned_executes_all(self):
        size = package.Geometry(32, 32, 1, 4, 64, 2, 6, 256, 10)
        executed = integer.executed_macs(size, np.full((1, 6), 65),
                                         np.full((1, 6), 256))
        self.assertEqual(executed.tolist(), [integer.dense_macs(size)])


class EnlargeTest(unittest.TestCase):
    def test_constant_inside_fades_to_background(self):
        image = digits.enlarge(np.full((1, 8, 8), 16.0), 32)[0, :, :, 0]
        self.assertTrue(np.all(image[2:30, 2:30] == 255))
        # The first centre is 3/8 of a source pixel outside the first one's.
        self.assertEqual(image[0, 16], int(255 * 5 / 8 + 0.5))

    def test_shift_moves_the_picture(self):
        picture = np.random.default_rng(3).uniform(0, 16, (1, 8, 8))
        move = np.array([[[1.0, 0, 1], [0, 1, -2]]])
        moved = digits.enlarge(picture, 32, move)[0]
        plain = digits.enlarge(picture, 32)[0]
        np.testing.assert_array_equal(moved[:28, 8:], plain[4:, :24])
