"""Whole imports: checkpoint and pictures in, package out, or a message."""

import contextlib
import dataclasses
import importlib
import io
import re
import unittest
from unittest import mock

import numpy as np
import samples

try:
    import torch
    from torch.nn import functional
    from reference import reference
    from PIL import Image  # pylint: disable=unused-import
except ImportError:
    raise unittest.SkipTest(
        "python3-torch or python3-pil is not installed") from None

from vit.train import integer, package

command = importlib.import_module("vit.import.__main__")
agreement = importlib.import_module("vit.import.agreement")
folder = importlib.import_module("vit.import.folder")
networks = importlib.import_module("vit.import.networks")
recipe = importlib.import_module("vit.import.recipe")

SMALL = dataclasses.replace(networks.KINDS["vit_tiny"], width=24, heads=3,
                            depth=2)
HALVES = (0.5,) * 3


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.path = samples.temporary_folder(self)
        self.pictures = samples.pictures(self.path / "pictures", 5, 2)
        self.checkpoint = self.path / "it.pth"
        self.out = self.path / "package.safetensors"
        self.state = samples.timm(**samples.SMALL)
        self.write(self.state)
        small = mock.patch.dict(networks.KINDS, small=SMALL)
        small.start()
        self.addCleanup(small.stop)

    def write(self, state):
        torch.save({"model": {key: torch.from_numpy(np.array(values))
                              for key, values in state.items()}},
                   self.checkpoint)

    def run_it(self, *more, geometry="small"):
        """Returns (exit status, everything that was printed)."""
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(
                text):
            status = command.main([
                str(self.checkpoint), "--geometry", geometry, "--images",
                str(self.pictures), "--out", str(self.out), *more])
        return status, text.getvalue()

    def imported(self, *more, **settings):
        """Returns (package, everything that was printed)."""
        status, text = self.run_it(*more, **settings)
        self.assertEqual(status, 0, text)
        return package.load(self.out), text

    def refused(self, pattern, *more):
        status, text = self.run_it(*more)
        self.assertEqual(status, 2, text)
        self.assertRegex(text, f"import: .*{pattern}")
        self.assertEqual(list(self.path.glob("package*")), [])

    def test_integers_follow_the_network_with_relu(self):
        found, text = self.imported()
        images = folder.Folder(self.pictures, 5, folder.Scaling(248)).images().images
        exact = reference(self.state, images, 3, HALVES, HALVES,
                          functional.relu)
        logits = integer.Network(found).classify(images).logits
        logits = logits * float(found.metadata["logit_scale"])
        self.assertLess(np.std(logits - exact), 0.1 * np.std(exact))
        # With GELU, which the platform has not, it is another network.
        other = reference(self.state, images, 3, HALVES, HALVES)
        self.assertGreater(np.std(logits - other),
                           2 * np.std(logits - exact))
        self.assertIn("warning: ReLU replaces GELU without fine-tuning", text)

    def test_both_ecosystems_give_the_same_package(self):
        first, _ = self.imported()
        self.write(samples.hugging_face(self.state))
        second, _ = self.imported("--epsilon", "1e-6")
        for name, tensor in first.tensors.items():
            np.testing.assert_array_equal(tensor, second.tensors[name])

    def test_epsilon_is_that_of_the_ecosystem_unless_given(self):
        def steps(*more):
            found, _ = self.imported(*more)
            scale = float(found.metadata["residual_scale"])
            return (int(found.tensors["norm.epsilon"][0])
                    * (scale / found.size.width) ** 2)

        self.assertAlmostEqual(steps("--epsilon", "1e-4"), 1e-4, delta=1e-6)
        self.assertAlmostEqual(steps(), 1e-6, delta=1e-7)
        self.write(samples.hugging_face(self.state))
        self.assertLess(steps(), 1e-9)

    def test_threshold_is_the_largest_that_loses_nothing(self):
        found, text = self.imported("--ffn2-threshold", "auto",
                                    "--check-images", "6")
        images = folder.Folder(self.pictures, 5,
                               folder.Scaling(248)).images(6)

        def accuracy(threshold):
            pruning = dataclasses.replace(found.pruning,
                                          ffn2_threshold=threshold)
            predicted = integer.Network(found, pruning).classify(
                images.images).predicted
            return np.mean(predicted == images.labels)

        good = [threshold for threshold in range(9)
                if accuracy(threshold) >= accuracy(0)]
        self.assertEqual(found.pruning.ffn2_threshold, max(good))
        self.assertRegex(text, rf"{max(good)}\* +[01]\.")

    def test_threshold_is_not_chosen_by_labels_of_other_classes(self):
        self.pictures = samples.pictures(self.path / "few", 3, 2)
        self.refused("--ffn2-threshold auto.*3 of 5 classes",
                     "--ffn2-threshold", "auto")

    def test_percentile_calibrates_below_the_maximum(self):
        _, at_most = self.imported()
        _, cut = self.imported("--calibration", "90")

        def saturated(text):
            row = re.search(r"blocks\.1\.ffn1 +\S+ +(\d+)", text)
            return int(row.group(1))

        self.assertGreater(saturated(cut), saturated(at_most))

    def test_report_tells_layers_decisions_and_saturation(self):
        _, text = self.imported()
        for index in range(2):
            for layer in ("qkv", "scores", "context", "projection", "ffn1",
                          "ffn2"):
                self.assertRegex(text, rf"blocks\.{index}\.{layer} +0\.99\d+ "
                                       r"+\d+ +\d+\.\d+%")
        for title in ("checkpoint, GELU, float", "ReLU, tokens pruned, float",
                      "the package, INT8"):
            self.assertRegex(text, rf"{title}( +[01]\.\d{{4}}){{3}}")

    def test_package_tells_how_pictures_are_scaled(self):
        found, _ = self.imported()
        self.assertEqual(found.metadata["resize"], "248")
        self.assertEqual(found.metadata["interpolation"], "bicubic")
        other, _ = self.imported("--resize", "224", "--interpolation",
                                 "bilinear")
        self.assertEqual(other.metadata["resize"], "224")
        self.assertEqual(other.metadata["interpolation"], "bilinear")

    def test_pruning_is_as_asked_for(self):
        found, text = self.imported("--prune-blocks", "1", "--keep", "0.25",
                                    "--ffn2-threshold", "3")
        self.assertEqual(found.pruning,
                         package.Pruning((1000000, 250000), 3))
        self.assertIn("tokens left     197 50", text)

    def test_report_finds_a_wrong_layer_and_saturation(self):
        found, _ = self.imported()
        original = recipe.load_original(self.checkpoint, SMALL)
        model = recipe.replace_activation(original, (1000000,) * 2)
        images = folder.Folder(self.pictures, 5, folder.Scaling(248)).images(4)
        good = agreement.per_layer(model, found, images.images)
        found.tensors["blocks.1.ffn2.weight"] *= -1
        found.tensors["norm.shift"] -= 4
        bad = agreement.per_layer(model, found, images.images)
        self.assertEqual(bad["blocks.1.norm2"], good["blocks.1.norm2"])
        self.assertLess(bad["blocks.1.ffn2"], good["blocks.1.ffn2"] - 0.01)
        self.assertRegex(agreement.report(original, model, found, images),
                         r"warning: norm: \d+\.\d+% of the values saturate")

    def test_fine_tuning_follows_the_original(self):
        found, text = self.imported(
            "--train", str(self.pictures), "--epochs", "2", "--batch", "5",
            "--prune-blocks", "1", "--learning-rate", "0.001")
        self.assertIn("student   2/2", text)
        self.assertNotIn("without fine-tuning", text)
        self.assertIn("fine-tuned for 2 epochs",
                      found.metadata["provenance"])
        plain, _ = self.imported("--prune-blocks", "1")
        self.assertTrue(np.any(plain.tensors["head.weight"]
                               != found.tensors["head.weight"]))

    def test_fine_tuning_lowers_the_loss(self):
        _, text = self.imported(
            "--train", str(self.pictures), "--epochs", "6", "--batch", "5",
            "--learning-rate", "0.003", "--distillation", "0")
        losses = [float(line.split("loss")[1].split()[0])
                  for line in text.splitlines() if "loss" in line]
        self.assertLess(losses[-1], 0.85 * losses[0])

    def test_whole_deit_tiny(self):
        self.write(samples.timm(**samples.TINY))
        found, text = self.imported(
            "--prune-blocks", "3,6,9", "--calibration-images", "2",
            "--check-images", "2", geometry="deit_tiny_patch16_224")
        self.assertEqual(found.size, package.Geometry(
            224, 224, 3, 16, 192, 3, 12, 768, 1000))
        self.assertIn("holds 5 of 1000 classes", text)
        self.assertIn("tokens left     197 197 197 99 99 99 50 50 50 26 26 "
                      "26", text)

    def test_networks_that_are_refused(self):
        self.write({**self.state, "dist_token": np.zeros((1, 1, 24))})
        self.refused("'dist_token' belongs to a distilled network")
        self.write({**self.state, "norm.bias": np.full(24, np.nan)})
        self.refused("'norm.bias' holds NaN")
        zero = self.state["blocks.1.mlp.fc1.weight"].copy()
        zero[7] = 0
        self.write({**self.state, "blocks.1.mlp.fc1.weight": zero})
        self.refused("blocks.1.ffn1.weight: column 7 is all zero")
        data = self.checkpoint.read_bytes()
        self.checkpoint.write_bytes(data[:-100])
        self.refused("cut or damaged")

    def test_pictures_that_are_refused(self):
        self.refused("less than a batch of 64", "--train",
                     str(self.pictures))
        (self.pictures / "class_9").mkdir()
        self.refused("holds 6 classes, the network knows 5")
        (self.pictures / "class_9").rmdir()
        (self.pictures / "class_2" / "a.jpg").write_bytes(b"no picture")
        self.refused("class_2/a.jpg: cannot be decoded")
        self.pictures = self.path / "class_2"
        self.refused("No such file")

    def test_options_that_are_refused(self):
        for more, pattern in ((("--prune-blocks", "2"), "blocks 0..1"),
                              (("--keep", "1.5"), "--keep must be"),
                              (("--ffn2-threshold", "127"), "0..126 or off"),
                              (("--geometry", "resnet"), "'resnet' is unknown"),
                              (("--out", str(self.path / "no" / "x")),
                               "folder does not exist")):
            with self.subTest(more=more):
                self.refused(pattern, *more)
