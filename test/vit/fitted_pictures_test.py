"""Decoding and scaling against Pillow.

    fitted_pictures_test.py VITVP_FITTED_PICTURES SOURCE_DIR [unittest options]

Exits with 77, which ctest counts as skipped, without NumPy or Pillow.
"""

import importlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy as np
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing} (apt-get install python3-numpy python3-pil)")
    sys.exit(77)

PROGRAM, SOURCE = sys.argv[1:3]
del sys.argv[1:3]
sys.path.insert(0, SOURCE)
sys.dont_write_bytecode = True

FILTERS = {"bicubic": Image.Resampling.BICUBIC,
           "bilinear": Image.Resampling.BILINEAR}


def random_picture(random, mode, height, width):
    """Noise on a smooth ground, as much of it as not: edges and overshoot."""
    channels = {"L": (), "RGB": (3,), "CMYK": (4,)}[mode]
    noise = random.integers(0, 256, (height, width, *channels), np.uint8)
    ground = Image.fromarray(
        random.integers(0, 256, (3, 3, *channels), np.uint8), mode).resize(
            (width, height), Image.Resampling.BICUBIC)
    mask = random.random((height, width) + (1,) * len(channels)) < 0.5
    return Image.fromarray(np.where(mask, noise, ground).astype(np.uint8),
                           mode)


class PillowTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = np.random.default_rng(1)

    def ours(self, path, size, channels, resize, name):
        done = subprocess.run(
            [PROGRAM, *map(str, (*size, channels, resize)), name, str(path)],
            capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return np.frombuffer(done.stdout, np.uint8).reshape(*size, channels)

    def theirs(self, path, size, channels, resize, name):
        with Image.open(path) as picture:
            picture = picture.convert("L" if channels == 1 else "RGB")
        width, height = picture.size
        short = min(width, height)
        across = int(resize * width / short)
        down = int(resize * height / short)
        top, left = round((down - size[0]) / 2), round((across - size[1]) / 2)
        pixels = np.asarray(picture.resize((across, down), FILTERS[name]))
        cut = pixels[top:top + size[0], left:left + size[1]]
        return cut.reshape(*size, channels)

    def compare(self, path, *arguments):
        difference = np.abs(self.ours(path, *arguments).astype(int)
                            - self.theirs(path, *arguments))
        self.assertLessEqual(difference.max(), 1)

    def test_random_pictures_of_all_formats(self):
        for index, (mode, ending, options) in enumerate((
                ("L", "png", {}), ("RGB", "png", {}),
                ("L", "jpg", {"quality": 80}),
                ("RGB", "jpg", {"quality": 80}),
                ("RGB", "JPEG", {"quality": 60, "progressive": True}),
                ("CMYK", "jpg", {"quality": 90}))):
            for attempt in range(6):
                height, width = self.random.integers(20, 300, 2)
                edge = int(self.random.integers(8, 100))
                resize = edge + int(self.random.integers(0, 60))
                path = self.folder / f"{index}_{attempt}.{ending}"
                random_picture(self.random, mode, height, width).save(
                    path, **options)
                for channels in (1, 3):
                    for name in FILTERS:
                        with self.subTest(path=path.name, size=(height, width),
                                          edge=edge, resize=resize,
                                          channels=channels, name=name):
                            self.compare(path, (edge, edge), channels, resize,
                                         name)

    def test_as_the_import_of_checkpoints(self):
        # `import` is a keyword.
        folder = importlib.import_module("vit.import.folder")
        for resize, name in ((256, "bicubic"), (248, "bilinear")):
            for height, width in ((300, 451), (375, 500), (224, 224)):
                path = self.folder / "p.jpg"
                random_picture(self.random, "RGB", height, width).save(path)
                ours = self.ours(path, (224, 224), 3, resize, name)
                theirs = folder.whole(folder.decode(path),
                                      folder.Scaling(resize, name))
                self.assertLessEqual(
                    np.abs(ours.astype(int) - theirs).max(), 1)


if __name__ == "__main__":
    unittest.main()
