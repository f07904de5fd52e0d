"""Folders of pictures: labels, resizing, and what is refused."""

import contextlib
import importlib
import importlib.util
import io
import unittest

import numpy as np
import samples

if not importlib.util.find_spec("PIL"):
    raise unittest.SkipTest("python3-pil is not installed")

from PIL import Image

from vit.train import package
from vit.train.errors import InputError

folder = importlib.import_module("vit.import.folder")
images = importlib.import_module("vit.import.images")


class FolderTest(unittest.TestCase):
    def setUp(self):
        self.path = samples.temporary_folder(self)
        self.pictures = samples.pictures(self.path / "pictures", 3, 4)

    def refused(self, pattern, classes=10):
        with self.assertRaisesRegex(InputError, pattern):
            folder.Folder(self.pictures, classes, folder.Scaling(256)).images()

    def test_labels_are_the_order_of_the_names(self):
        found = folder.Folder(self.pictures, 3, folder.Scaling(256))
        self.assertEqual(found.class_names, ["class_0", "class_1", "class_2"])
        result = found.images()
        self.assertEqual(result.labels.tolist(), [0] * 4 + [1] * 4 + [2] * 4)
        self.assertEqual(result.images.shape, (12, 224, 224, 3))

    def test_what_is_hidden_does_not_count(self):
        (self.pictures / ".cache").mkdir()
        (self.pictures / "class_0" / ".cache").mkdir()
        for name in (".a.png", ".cache/b.png"):
            (self.pictures / "class_0" / name).write_bytes(b"x")
        found = folder.Folder(self.pictures, 3, folder.Scaling(256))
        self.assertEqual(found.class_names, ["class_0", "class_1", "class_2"])
        self.assertEqual(len(found.paths), 12)

    def test_fewer_are_spread_evenly(self):
        found = folder.Folder(self.pictures, 3, folder.Scaling(256))
        some, every = found.images(3), found.images()
        self.assertEqual(some.labels.tolist(), [0, 1, 2])
        np.testing.assert_array_equal(some.images[2], every.images[11])

    def test_centre_is_cut_out(self):
        # Resizing to the same size changes nothing: the crop is left.
        ramp = np.zeros((256, 300, 3), np.uint8)
        ramp[..., 0], ramp[..., 1] = np.arange(300) % 256, np.arange(
            256)[:, None]
        cut = folder.whole(Image.fromarray(ramp), folder.Scaling(256))
        np.testing.assert_array_equal(cut, ramp[16:240, 38:262])

    def test_shorter_side_is_scaled(self):
        # Two halves: the border stays in the middle at any size.
        for width, height in ((100, 400), (400, 100), (1000, 700)):
            pixels = np.zeros((height, width, 3), np.uint8)
            pixels[height // 2:] = 255
            cut = folder.whole(Image.fromarray(pixels), folder.Scaling(256))
            self.assertEqual(cut.shape, (224, 224, 3))
            self.assertTrue(np.all(cut[:100] < 8) and np.all(cut[124:] > 247))

    def test_interpolation_is_as_asked_for(self):
        # Enlarging an edge, bicubic goes beyond both sides, bilinear does not.
        edge = np.full((28, 28, 3), 60, np.uint8)
        edge[:, 14:] = 200
        for kind, beyond in (("bicubic", True), ("bilinear", False)):
            cut = folder.whole(Image.fromarray(edge),
                               folder.Scaling(224, kind))
            self.assertEqual(cut.min() < 60 and cut.max() > 200, beyond, kind)

    def test_grey_and_transparent_pictures_become_rgb(self):
        for mode in ("L", "RGBA", "P"):
            Image.new(mode, (230, 230)).save(
                self.pictures / "class_0" / f"{mode}.png")
        self.assertEqual(folder.Folder(self.pictures, 3, folder.Scaling(256)).images()
                         .images.shape, (15, 224, 224, 3))

    def test_training_parts_depend_on_the_seed_alone(self):
        found = folder.Folder(self.pictures, 3, folder.Scaling(256))
        first, again, other = (
            list(found.batches(np.random.default_rng(seed), 5))
            for seed in (1, 1, 2))
        self.assertEqual([len(labels) for _, labels in first], [5, 5])
        np.testing.assert_array_equal(first[1][0], again[1][0])
        self.assertFalse(np.array_equal(first[1][0], other[1][0]))

    def test_empty_folders(self):
        (self.pictures / "class_3").mkdir()
        self.refused("class_3: holds no picture")
        self.pictures = self.path / "empty"
        self.refused("No such file")
        self.pictures.mkdir()
        self.refused("holds no folder")

    def test_more_classes_than_the_network(self):
        self.refused("holds 3 classes, the network knows 2", 2)

    def test_undecodable_pictures_are_named(self):
        path = self.pictures / "class_1" / "0.png"
        data = path.read_bytes()
        for damaged in (b"", b"hello", data[:len(data) // 2]):
            path.write_bytes(damaged)
            self.refused("class_1/0.png: cannot be decoded")

    def test_image_set_of_a_folder(self):
        out = self.path / "set.safetensors"
        arguments = [str(self.pictures), "--geometry", "deit_small", "--out",
                     str(out)]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.assertEqual(images.main(arguments + ["--limit", "5"]), 0)
        self.assertIn("5 images, 3 classes", output.getvalue())
        found = package.load_images(out)
        self.assertEqual(found.images.shape, (5, 224, 224, 3))
        np.testing.assert_array_equal(
            found.images, folder.Folder(self.pictures, 3, folder.Scaling(256))
            .images(5).images)
        out.unlink()
        (self.pictures / "class_2" / "x.jpg").write_bytes(b"x")
        with contextlib.redirect_stderr(output):
            self.assertEqual(images.main(arguments), 2)
        self.assertIn("x.jpg: cannot be decoded", output.getvalue())
        self.assertEqual(list(self.path.glob("set*")), [])
