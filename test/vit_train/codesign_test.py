"""The page of measured co-design, its interval and the controls."""

import contextlib
import copy
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

import numpy as np

try:
    from vit.train import codesign, controls
except ModuleNotFoundError as error:
    if error.name != "yaml":
        raise
    raise unittest.SkipTest("python3-yaml is not installed") from None

from vit.train import integer, package

PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "vit" / "packages"


class PairedLossTest(unittest.TestCase):
    def test_counts_losses_less_gains(self):
        loss, _ = codesign.paired_loss([1, 1, 1, 1], [1, 1, 1, 0],
                                       [0, 0, 1, 1], range(4))
        self.assertEqual(loss, (2 - 1) / 4)

    def test_interval_of_independent_images_is_the_usual_one(self):
        loss = np.array([1, 0, 0, -1, 0, 1, 0, 0])
        before, after = (loss >= 0).astype(int), (loss <= 0).astype(int)
        mean, half = codesign.paired_loss(np.ones(8), before, after, range(8))
        self.assertAlmostEqual(mean, loss.mean())
        self.assertAlmostEqual(half, 1.96 * loss.std(ddof=1) / np.sqrt(8))

    def test_copies_of_an_image_tell_nothing_new(self):
        before, after = np.array([1, 1, 1, 0]), np.array([1, 0, 1, 1])
        once = codesign.paired_loss(np.ones(4), before, after, range(4))
        twice = codesign.paired_loss(np.ones(8), np.tile(before, 2),
                                     np.tile(after, 2), np.tile(range(4), 2))
        np.testing.assert_allclose(once, twice)


class ControlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = package.load(PACKAGES / "digits.safetensors")
        images = package.load_images(PACKAGES / "digits_test.safetensors")
        cls.images = package.ImageSet(images.images[:12], images.labels[:12])
        cls.policy = integer.Network(cls.model).classify(cls.images.images)

    def test_mask_of_one_image_is_the_image_s_own(self):
        one = self.images.images[:1]
        masks = controls.static_masks(self.model, one)
        result = controls.StaticMask(self.model, masks).classify(one)
        self.assertEqual(result.logits.tolist(),
                         self.policy.logits[:1].tolist())

    def test_mask_is_static_and_as_large_as_the_average(self):
        masks = controls.static_masks(self.model, self.images.images)
        live = controls.StaticMask(self.model, masks).classify(
            self.images.images).live_channels_per_block
        self.assertTrue(np.all(live == live[0]))
        np.testing.assert_array_less(
            abs(live[0] - self.policy.live_channels_per_block.mean(0)), 0.51)

    def test_random_tokens_are_as_many_but_others(self):
        result = controls.RandomTokens(self.model, 0).classify(
            self.images.images)
        np.testing.assert_array_equal(result.tokens_per_block,
                                      self.policy.tokens_per_block)
        self.assertTrue(np.any(result.logits != self.policy.logits))

    def test_every_policy_once(self):
        rows = list(controls.measure(self.model, self.images, self.images))
        names = [(row["control"], row["value"]) for row in rows]
        self.assertEqual(len(set(names)), 9 + 8 + 2)
        own = self.model.pruning.ffn2_threshold
        accuracy = np.mean(self.policy.predicted == self.images.labels)
        for row in rows:
            if (row["control"], row["value"]) in (("thresholds", own),
                                                  ("keep", 0.5)):
                self.assertEqual(row["accuracy"], accuracy)


@unittest.skipUnless(importlib.util.find_spec("matplotlib"),
                     "python3-matplotlib is not installed")
class PictureTest(unittest.TestCase):
    def picture(self, accuracy):
        from vit.train import plot  # pylint: disable=C0415
        rows = [{"control": control, "value": value, "accuracy": accuracy,
                 "macs_reduction": 0.5, "ffn2_reduction": 0.25}
                for control in ("thresholds", "keep") for value in (0, 1)]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.svg"
            plot.policies({"rows": rows}, path)
            return path.read_bytes()

    def test_depends_on_what_was_measured_alone(self):
        self.assertEqual(self.picture(0.9), self.picture(0.9))
        self.assertNotEqual(self.picture(0.9), self.picture(0.8))


def figures(seed, teacher, pruned):
    """figures.json of four images, labels all 1."""
    part = {"labels": [1] * 4, "sources": [0, 1, 2, 3], "images": 4,
            "teacher_predicted": teacher, "student_float": 0.75,
            "teacher_float": float(np.mean(np.array(teacher) == 1)),
            "int8_dense": 0.5, "int8_tokens": 0.25,
            "int8_pruned": {"predicted": pruned, "accuracy":
                            float(np.mean(np.array(pruned) == 1)),
                            "macs": {"reduction": 0.625},
                            "ffn2": {"reduction": 0.5}}}
    return {"seed": seed, "ffn2_threshold": 2, "test": part}


def result(cycles):
    """What the page reads of a platform run of two images."""
    traffic = dict.fromkeys(
        ("weights", "activations", "images", "firmware", "total"), 1024)
    return {"status": "done", "accuracy": 0.5, "cycles": {"total": cycles},
            "scenario": {"clock_mhz": 100}, "ffn2": {"reduction": 0.5},
            "check": {"bit_exact": True, "level": "layers",
                      "elements_compared": 9},
            "macs": {"executed": 3000000, "reduction": 0.25},
            "dram": {"read_bytes": traffic, "write_bytes": traffic},
            "images": [{"index": 1, "predicted": 1},
                       {"index": 3, "predicted": 0}]}


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)
        self.page = self.build / "page.md"
        self.files = {
            "train/clutter-seed0/figures.json": figures(0, [1, 1, 1, 1],
                                                        [1, 1, 1, 1]),
            "train/clutter-seed1/figures.json": figures(1, [1, 1, 0, 1],
                                                        [1, 0, 0, 1]),
            "codesign/clutter/controls.json": {
                "images": 4, "ffn2_threshold": 2, "rows": [{
                    "control": "random_tokens", "value": None,
                    "accuracy": 0.125, "macs_reduction": 0.6,
                    "ffn2_reduction": 0.5}]}}
        self.files["train/clutter-seed1/figures.json"]["test"].update(
            baseline_predicted=[1, 0, 0, 1], baseline_float=0.5)
        for run in codesign.RUNS:
            self.files[f"codesign/clutter/{run}/result.json"] = result(4000)

    def write(self, task="clutter"):
        """(exit status, what it said on stderr)."""
        for name, values in self.files.items():
            path = self.build / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            status = codesign.main([task, "--build", str(self.build),
                                    "--out", str(self.page)])
        return status, said.getvalue()

    def test_tells_what_was_measured(self):
        self.assertEqual(self.write(), (0, ""))
        text = self.page.read_text(encoding="utf-8")
        for expected in (
                "| GELU, float, nothing pruned: the teacher | 100.00 % | 75.00 % | "
                "87.50 % ± 17.68 |",       # deviation 0.25 / sqrt(2)
                "| accuracy of the dense network, at least | 94.00 % | "
                "87.50 % | **missed** |",
                "| loss of accuracy, under | 2.00 % | 12.50 % | **missed** |",
                "the dense network is the teacher",
                "| fewer operations, at least | 61.50 % | 62.50 % | met |",
                "| the teacher trained on: the baseline | not measured | "
                "50.00 % | 50.00 % |",
                "| 0 | 0.00 points (0.00 to 0.00) | not measured |",
                "| 1 | 25.00 points (",
                ") | 0.00 points (0.00 to 0.00) |",  # as the baseline's, all
                "agree on 1 of 2",
                "| 2000 | 50000 |",        # cycles an image, 100 MHz by those
                "2 of the 3"):
            self.assertIn(expected, text)

    def test_targets_are_those_of_the_baseline_once_all_seeds_have_one(self):
        self.files["train/clutter-seed0/figures.json"]["test"].update(
            baseline_predicted=[1, 1, 1, 0], baseline_float=0.75)
        self.assertEqual(self.write(), (0, ""))
        text = self.page.read_text(encoding="utf-8")
        for expected in (
                "94.00 % | 62.50 % | **missed** |",  # 0.75 and 0.5
                "| 2.00 % | -12.50 % | met |",       # -0.25 and 0
                "the dense network is the baseline"):
            self.assertIn(expected, text)

    def test_tells_what_was_not_measured(self):
        self.files = {name.replace("clutter", "digits"): values
                      for name, values in self.files.items()}
        self.assertEqual(self.write("digits"), (0, ""))
        text = self.page.read_text(encoding="utf-8")
        self.assertRegex(text, r"## `clutter`\n\n\*\*Not yet measured")

    def test_refuses_what_is_missing_or_failed_and_keeps_the_page(self):
        self.page.write_text("old", encoding="utf-8")
        whole = copy.deepcopy(self.files)
        for name in whole:
            self.files = copy.deepcopy(whole)
            if "seed" not in name:
                self.files[name]["status"] = "deadlock"
                if "controls" in name:
                    del self.files[name]
            else:
                del self.files[name]["test"]
            status, said = self.write()
            self.assertEqual(status, 2, name)
            self.assertIn("clutter", said)
            for path in self.build.rglob("*.json"):
                path.unlink()
        self.assertEqual(self.page.read_text(encoding="utf-8"), "old")
