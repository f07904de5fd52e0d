"""The canvases of the task clutter: painting, splits and reproducibility."""

import contextlib
import dataclasses
import importlib.util
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy as np

try:
    from vit.train import clutter, config, digits, package, tasks
except ModuleNotFoundError as error:
    if error.name != "yaml":
        raise
    raise unittest.SkipTest("python3-yaml is not installed") from None

from vit.train.errors import InputError

HAS_DIGITS = importlib.util.find_spec("sklearn")
QUIET = config.CanvasConfig(smallest=30, largest=42, fragments=0, fragment=12,
                            noise=0.0, epoch=64, training=40, validation=50,
                            test=60)
CANVAS = 64


def plain_glyphs(*values):
    """One glyph of a single brightness for every value."""
    glyphs = np.empty((len(values), clutter.GLYPH, clutter.GLYPH), np.uint8)
    glyphs[:] = np.array(values)[:, None, None]
    return glyphs


def paint(glyphs, chosen, seed=4, **changes):
    painter = clutter.Painter(glyphs, dataclasses.replace(QUIET, **changes),
                              CANVAS)
    return painter.paint(np.random.default_rng(seed),
                         np.array(chosen))[..., 0]


class PlaceTest(unittest.TestCase):
    def setUp(self):
        edge = clutter.GLYPH
        self.glyph = np.random.default_rng(1).uniform(0, 16, (1, edge, edge))
        self.size = np.array([2 * edge])
        self.corner = np.array([[5], [17]])
        self.drawn = clutter.place(self.glyph / 16, self.size, self.corner,
                                   CANVAS)[0]

    def test_enlarges_as_the_digits_do(self):
        whole = digits.enlarge(self.glyph, self.size[0])[0, :, :, 0]
        inside = self.drawn[5:37, 17:49]
        np.testing.assert_array_equal(np.floor(inside * 255 + 0.5), whole)

    def test_leaves_the_rest_dark(self):
        self.drawn[4:38, 16:50] = 0  # one pixel of edge, which fades out
        self.assertEqual(self.drawn.max(), 0)

    def test_window_shows_a_part(self):
        first = np.array([[9], [20]])
        part = clutter.place(self.glyph / 16, self.size, self.corner, CANVAS,
                             (first, 12))[0]
        np.testing.assert_array_equal(part[9:21, 20:32],
                                      self.drawn[9:21, 20:32])
        part[9:21, 20:32] = 0
        self.assertEqual(part.max(), 0)


class PainterTest(unittest.TestCase):
    def boxes(self, pictures):
        """(first, size) of what is lit, each [count, 2]."""
        first, size = [], []
        for picture in pictures:
            lit = np.argwhere(picture > 127)
            first.append(lit.min(0))
            size.append(lit.max(0) - lit.min(0) + 1)
        return np.array(first), np.array(size)

    def test_digits_of_all_sizes_lie_anywhere_inside(self):
        first, size = self.boxes(paint(plain_glyphs(255, 0), [0] * 600))
        np.testing.assert_array_equal(size[:, 0], size[:, 1])
        self.assertEqual(set(size[:, 0]), set(range(30, 43)))
        for axis in (0, 1):
            self.assertEqual(first[:, axis].min(), 0)
            self.assertEqual((first + size)[:, axis].max(), CANVAS)

    def test_fragments_are_of_other_digits(self):
        glyphs = plain_glyphs(255, 0, 0)
        np.testing.assert_array_equal(paint(glyphs, [0] * 50, fragments=4),
                                      paint(glyphs, [0] * 50))

    def test_fragments_are_as_many_and_as_large_as_wanted(self):
        lit = paint(plain_glyphs(0, 255), [0] * 200, fragments=4) > 127
        areas = lit.sum((1, 2))
        self.assertEqual(areas.max(), 4 * 12 * 12)
        self.assertGreater(areas.min(), 12 * 12)

    def test_noise_has_the_deviation(self):
        # Of a dark canvas the brighter half remains: mean s / sqrt(2 pi).
        light = paint(plain_glyphs(0, 0), [0] * 100, noise=0.04) / 255
        self.assertAlmostEqual(light.mean(), 0.04 / np.sqrt(2 * np.pi), 4)

    def test_seed_decides(self):
        glyphs = plain_glyphs(200, 100)
        first, again, other = (paint(glyphs, [0, 1], seed, noise=0.1)
                               for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        self.assertTrue(np.any(first != other))


class ConfigTest(unittest.TestCase):
    def setUp(self):
        self.text = tasks.config_path("clutter").read_text(encoding="utf-8")

    def load(self, old, new):
        self.assertIn(old, self.text)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "clutter.yaml"
            path.write_text(self.text.replace(old, new), encoding="utf-8")
            return config.load(path)

    def test_wrong_values_are_named(self):
        for old, new, key in (
                ("largest: 42", "largest: 65", "canvas.smallest"),
                ("fragment: 12", "fragment: 31", "canvas.fragment"),
                ("noise: 0.04", "noise: 2", "canvas.noise"),
                ("epoch: ", "epoch: -", "canvas.epoch"),
                ("fragments: 4", "fragment_count: 4", "canvas.fragment"),
                ("test: 1800", "test: many", "canvas.test")):
            with self.assertRaisesRegex(InputError, f"key {key}"):
                self.load(old, new)

    def test_digits_need_no_canvas_and_clutter_does(self):
        plain = config.load(tasks.config_path("digits"))
        self.assertIsNone(plain.canvas)
        with self.assertRaisesRegex(InputError, "canvas is missing"):
            tasks.load(dataclasses.replace(plain, task="clutter"))


@unittest.skipUnless(HAS_DIGITS, "python3-sklearn is not installed")
class TaskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = config.load(tasks.config_path("clutter"))
        cls.few = dataclasses.replace(cls.config, canvas=dataclasses.replace(
            QUIET, fragments=4, noise=0.04))
        cls.digits, cls.labels = digits.load()

    def task_without(self, indices):
        """The small task, with these digits blank."""
        blank = self.digits.copy()
        blank[indices] = 0
        with mock.patch.object(digits, "load", lambda: (blank, self.labels)):
            return clutter.Task(self.few)

    @staticmethod
    def batch(task):
        return next(task.training_batches(np.random.default_rng(9), 32))[0]

    def test_parts_share_no_digit(self):
        parts = clutter.Task(self.few).indices
        self.assertEqual(len(np.concatenate(list(parts.values()))), 1797)
        self.assertEqual(len(set(np.concatenate(list(parts.values())))), 1797)

    def test_canvases_show_digits_of_their_part_alone(self):
        whole = clutter.Task(self.few)
        for part, indices in whole.indices.items():
            others = np.setdiff1d(np.arange(1797), indices)
            np.testing.assert_array_equal(
                self.task_without(others).images(part).images,
                whole.images(part).images)
            dark = self.task_without(indices).images(part).images
            self.assertLess(dark.max(), 255 * 0.04 * 7)

    def test_training_shows_training_digits_alone(self):
        whole = clutter.Task(self.few)
        unseen = np.concatenate([whole.indices["validation"],
                                 whole.indices["test"]])
        np.testing.assert_array_equal(self.batch(self.task_without(unseen)),
                                      self.batch(whole))

    def test_batches_are_new_ones_and_fill_the_epoch(self):
        task = clutter.Task(self.few)
        batches = list(task.training_batches(np.random.default_rng(2), 20))
        self.assertEqual(len(batches), task.steps(20))
        self.assertEqual(len(batches), 3)
        for images, labels in batches:
            self.assertEqual(images.shape, (20, CANVAS, CANVAS, 1))
            self.assertEqual(labels.shape, (20,))
        self.assertTrue(np.any(batches[0][0] != batches[1][0]))

    def test_labels_are_those_of_the_digits_in_turn(self):
        task = clutter.Task(self.few)
        images = task.images("test")
        listed = [int(index) for index
                  in images.metadata["source_indices"].split(",")]
        self.assertEqual(images.labels.tolist(),
                         self.labels[listed[:60]].tolist())

    def test_another_task_gives_the_same_canvases(self):
        first, second = (clutter.Task(self.few).images("test")
                         for _ in range(2))
        np.testing.assert_array_equal(first.images, second.images)

    def test_sizes_of_the_real_parts(self):
        canvas = self.config.canvas
        self.assertEqual((canvas.validation, canvas.test), (900, 1800))

    def test_command_writes_what_the_platform_reads(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a" / "test.safetensors"
            few = pathlib.Path(folder) / "few.yaml"
            text = tasks.config_path("clutter").read_text(encoding="utf-8")
            few.write_text(text.replace("test: 1800", "test: 9"),
                           encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()) as said:
                self.assertEqual(clutter.main([
                    "--out", str(path), "--limit", "7", "--config",
                    str(few)]), 0)
            self.assertIn("7 canvases", said.getvalue())
            images = package.load_images(path)
            package.check_fit(images, self.config.network.geometry(), path)
            self.assertEqual(len(images.labels), 7)

    def test_command_refuses_by_name(self):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(clutter.main(["--config", "/none.yaml"]), 2)
        self.assertIn("/none.yaml", said.getvalue())
