"""The float network, its training and its export; skipped without PyTorch."""

import csv
import dataclasses
import pathlib
import tempfile
import unittest

import numpy as np

try:
    import torch
    from torch import nn
    from vit.train import config, export, losses, training
    from vit.train.model import VisionTransformer, survivors
except ImportError:
    raise unittest.SkipTest(
        "python3-torch or python3-yaml is not installed") from None

from vit.train import integer, package
from vit.train.errors import InputError

ODD = package.Geometry(12, 20, 3, 4, 36, 3, 4, 50, 7)
KEEP = (1000000, 300000, 1000000, 700000)


class RandomTask:
    """Two classes, bright and dark, of the odd geometry."""

    indices = {"training": np.arange(16)}

    def images(self, part):
        del part
        return next(iter(self._sets(np.random.default_rng(5), 1)))

    def training_batches(self, random, batch):
        for images in self._sets(random, self.steps(batch)):
            yield images.images, images.labels

    def steps(self, batch):
        return 16 // batch

    @staticmethod
    def _sets(random, count):
        for _ in range(count):
            labels = random.integers(0, 2, 8).astype(np.int32)
            pixels = random.integers(0, 128, (8, 12, 20, 3))
            pixels += 128 * labels[:, None, None, None]
            yield package.ImageSet(pixels.astype(np.uint8), labels)


def odd_config():
    """The digits' configuration, cut down to the odd geometry."""
    class OddNetwork(config.NetworkConfig):
        def geometry(self):
            return ODD

    digits = config.load(pathlib.Path(config.__file__).with_name(
        "digits.yaml"))
    short = {"epochs": 3, "batch": 8}
    return dataclasses.replace(
        digits, network=OddNetwork(**dataclasses.asdict(digits.network)),
        teacher=dataclasses.replace(digits.teacher, **short),
        student=dataclasses.replace(digits.student, **short))


def odd_model(seed=0):
    torch.manual_seed(seed)
    return VisionTransformer(ODD, nn.ReLU, KEEP).eval()


class LossesTest(unittest.TestCase):
    def test_sparsity_counts_equal_channels(self):
        hidden = torch.zeros(2, 5, 8)
        hidden[:, :, :2] = 3.0
        self.assertAlmostEqual(losses.hoyer_sparsity([hidden]).item(), 2 / 8,
                               places=5)

    def test_sparsity_does_not_depend_on_the_scale(self):
        hidden = torch.rand(2, 5, 8)
        self.assertAlmostEqual(losses.hoyer_sparsity([hidden]).item(),
                               losses.hoyer_sparsity([hidden * 9]).item(),
                               places=5)

    def test_blocks_count_by_their_tokens(self):
        full, one = torch.ones(1, 9, 4), torch.zeros(1, 3, 4)
        one[:, :, 0] = 1
        self.assertAlmostEqual(losses.hoyer_sparsity([full, one]).item(),
                               (9 * 1 + 3 * 0.25) / 12, places=5)

    def test_nothing_to_learn_from_oneself(self):
        logits = torch.randn(4, 10)
        self.assertAlmostEqual(
            losses.distillation(logits, logits, 2.0).item(), 0, places=5)


class ModelTest(unittest.TestCase):
    def test_most_important_tokens_survive_in_order(self):
        importance = torch.tensor([[9.0, 0.1, 0.5, 0.2, 0.4]])
        self.assertEqual(survivors(importance, 500000).tolist(), [[0, 2, 4]])
        self.assertEqual(survivors(importance, 0).tolist(), [[0]])

    def test_updates_scale_and_keep_the_stream_without_them(self):
        images = torch.randint(0, 256, (2, 12, 20, 3), dtype=torch.uint8)
        model = odd_model()
        seen = {}
        model.eval()
        with torch.no_grad():
            for block in model.blocks:
                block.projection.bias.fill_(0.3)
            model(images, seen.__setitem__)
            before = seen["blocks.0.projection.product"]
            model.scale_updates(0.25)
            model(images, seen.__setitem__)
            after = seen["blocks.0.projection.product"]
            torch.testing.assert_close(after, 0.25 * before)
            model.scale_updates(0.0)
            model(images, seen.__setitem__)
            torch.testing.assert_close(seen["blocks.0.ffn2"], seen["embed"])

    def test_tokens_of_every_block(self):
        images = torch.zeros(2, 12, 20, 3, dtype=torch.uint8)
        _, hidden = odd_model()(images)
        self.assertEqual([values.shape[1] for values in hidden],
                         [16, 6, 6, 5])


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.images = package.ImageSet(
            np.random.default_rng(7).integers(0, 256, (64, 12, 20, 3),
                                              np.uint8),
            np.zeros(64, np.int32))
        self.settings = odd_config().export

    def make(self, model):
        return export.make_package(model, self.images, self.settings, {})

    def test_integers_follow_the_float_network(self):
        torch.manual_seed(0)
        model = VisionTransformer(ODD, nn.ReLU, (1000000,) * 4).eval()
        model_int = self.make(model)
        logits = integer.Network(model_int).classify(
            self.images.images).logits
        logits = logits * float(model_int.metadata["logit_scale"])
        with torch.no_grad():
            exact = model(torch.from_numpy(self.images.images))[0].numpy()
        # Noise of INT8, relative to the spread of the logits.
        self.assertLess(np.std(logits - exact), 0.1 * np.std(exact))

    def test_nothing_saturates_on_calibration_images(self):
        network = integer.Network(self.make(odd_model()))
        network.classify(self.images.images)
        for name, (cut, total) in network.saturated.items():
            self.assertLessEqual(cut, 0.01 * total, name)

    def test_percentile_cuts_off_its_share_of_every_8_bit_tensor(self):
        model = odd_model()
        largest = export.calibrate(model, self.images.images)
        ranges = export.calibrate(model, self.images.images, 95)
        above = {}

        def count(name, values):
            above[name] = (values.abs() > ranges[name]).float().mean().item()

        with torch.no_grad():
            model(torch.from_numpy(self.images.images), count)
        wide = [name for name in ranges if ranges[name] == largest[name]]
        self.assertIn("logits", wide)
        self.assertIn("blocks.3.ffn2", wide)
        for name in set(ranges) - set(wide):
            self.assertLess(above[name], 0.0501, name)
            self.assertGreater(above[name], 0.03, name)
        self.assertEqual(len(set(ranges) - set(wide)), 4 * 8 + 1)

    def test_weights_that_are_no_numbers_are_refused_by_name(self):
        model = odd_model()
        with torch.no_grad():
            model.blocks[2].ffn1.weight[3, 4] = float("nan")
        with self.assertRaisesRegex(InputError, "blocks.2.ffn1.weight"):
            self.make(model)

    def test_layer_without_range_is_refused_by_name(self):
        model = odd_model()
        with torch.no_grad():
            model.blocks[1].ffn1.bias.fill_(-1e6)
        with self.assertRaisesRegex(InputError, "blocks.1.ffn1.*zero"):
            self.make(model)


class TrainingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def trainer(self, name, seed=0):
        return training.Trainer(odd_config(), RandomTask(), seed,
                                self.folder / name)

    def weights(self, model):
        return torch.cat([part.flatten()
                          for part in model.state_dict().values()])

    def test_resumed_run_equals_an_undisturbed_one(self):
        whole = self.trainer("whole").teacher()
        interrupted = self.trainer("parts")
        checkpoint = interrupted._checkpoint

        def stop(stage, parts, epoch, log):
            checkpoint(stage, parts, epoch, log)
            raise KeyboardInterrupt

        interrupted._checkpoint = stop
        with self.assertRaises(KeyboardInterrupt):
            interrupted.teacher()
        resumed = self.trainer("parts").teacher()
        self.assertTrue(torch.equal(self.weights(whole),
                                    self.weights(resumed)))

    def test_seed_decides(self):
        first, again, other = (
            self.weights(self.trainer(name, seed).teacher())
            for name, seed in (("a", 1), ("b", 1), ("c", 2)))
        self.assertTrue(torch.equal(first, again))
        self.assertFalse(torch.equal(first, other))

    def test_student_begins_with_the_teacher(self):
        trainer = self.trainer("both")
        student = trainer.student(trainer.teacher())
        self.assertEqual(student.keep_ppm,
                         odd_config().pruning.keep_ppm(ODD.depth))
        self.assertTrue((self.folder / "both" / "student.csv").exists())

    def test_steps_have_the_student_s_budget_and_only_their_own_part(self):
        trainer = self.trainer("all")
        teacher = trainer.teacher()
        before = self.weights(teacher)
        pruned = odd_config().pruning.keep_ppm(ODD.depth)
        expected = {"baseline": (nn.GELU, teacher.keep_ppm),
                    "relu": (nn.ReLU, teacher.keep_ppm),
                    "tokens": (nn.ReLU, pruned)}
        self.assertEqual(tuple(expected), training.STEPS)
        networks = [trainer.student(teacher)]
        for name, (activation, keep_ppm) in expected.items():
            model = trainer.step(name, teacher)
            self.assertIsInstance(model.blocks[0].activation, activation)
            self.assertEqual(model.keep_ppm, keep_ppm)
            self.assertEqual(len(self.log("all", name)),
                             odd_config().student.epochs)
            networks.append(model)
        self.assertTrue(torch.equal(before, self.weights(teacher)))
        weights = [self.weights(model) for model in [teacher, *networks]]
        for index, one in enumerate(weights):
            for other in weights[:index]:
                self.assertFalse(torch.equal(one, other))

    def test_complete_stage_is_taken_as_it_is_without_its_optimiser(self):
        trained = self.trainer("all").teacher()
        state = torch.load(self.folder / "all" / "teacher.pt")
        self.assertNotIn("optimiser", state)
        again = self.trainer("all").teacher()
        self.assertTrue(torch.equal(self.weights(trained),
                                    self.weights(again)))

    def test_log_says_what_it_was_trained_on(self):
        self.trainer("all").teacher()
        self.assertEqual({row["device"] for row in self.log("all", "teacher")},
                         {"cpu"})

    @unittest.skipIf(torch.cuda.is_available(), "there is a GPU")
    def test_gpu_that_is_not_there_is_refused(self):
        self.assertEqual(training.choose_device().type, "cpu")
        with self.assertRaisesRegex(InputError, "--device cuda"):
            training.choose_device("cuda")

    def log(self, name, stage):
        with open(self.folder / name / f"{stage}.csv",
                  encoding="utf-8") as file:
            return list(csv.DictReader(file))
