"""The task `clutter`: a digit somewhere on a canvas, among fragments.

NumPy only, apart from reading the digits themselves. Of the test canvases:

    python3 -m vit.train.clutter [--out FILE] [--limit N] [--config FILE]
"""

import argparse
import functools
import pathlib
import sys

import numpy as np

from . import config as configuration
from . import digits, package, tasks
from .errors import InputError
from .package import ImageSet

NAME = "cluttered digits"
PROVENANCE = ("canvases of a digit, parts of other digits and noise, made "
              "by vit/train from: " + digits.ATTRIBUTION)
GLYPH = 16
PARTS = {"training": 0, "validation": 1, "test": 2}


def hats(begin, size, canvas):
    """Bilinear enlargement along one axis, as f64 [count, canvas, GLYPH].

    begin i64 [count]: the first pixel; size i64 [count]: pixels of a glyph.
    Pixel centres are at halves; outside the glyph all is background.
    """
    pixel = np.arange(canvas) + 0.5 - begin[:, None]
    at = pixel * (GLYPH / size[:, None]) - 0.5
    return np.maximum(0, 1 - np.abs(at[:, :, None] - np.arange(GLYPH)))


def place(glyphs, size, top_left, canvas, window=None):
    """Glyphs [count, GLYPH, GLYPH] on canvases, f64 [count, canvas, canvas].

    size i64 [count] in pixels; top_left i64 [2, count] (y, x). `window`, if
    given, is (first i64 [2, count], edge): only these pixels are drawn.
    """
    rows = [hats(begin, size, canvas) for begin in top_left]
    if window is not None:
        first, edge = window
        for axis, row in enumerate(rows):
            distance = np.arange(canvas) - first[axis][:, None]
            row[(distance < 0) | (distance >= edge)] = 0
    return rows[0] @ glyphs @ rows[1].transpose(0, 2, 1)


class Painter:
    """Draws canvases of the digits that it is given.

    glyphs u8 [count, GLYPH, GLYPH], at least two; config: CanvasConfig;
    canvas: pixels of an edge.
    """

    def __init__(self, glyphs, config, canvas):
        self._glyphs = glyphs.astype(np.float64) / 255
        self._config = config
        self._canvas = canvas

    def paint(self, random, chosen):
        """Canvases u8 [count, canvas, canvas, 1] of the glyphs `chosen`."""
        size, top_left = self._places(random, len(chosen))
        light = place(self._glyphs[chosen], size, top_left, self._canvas)
        for _ in range(self._config.fragments):
            light = np.maximum(light, self._fragment(random, chosen))
        light += random.normal(0, self._config.noise, light.shape)
        pixels = np.floor(np.clip(light, 0, 1) * 255 + 0.5)
        return pixels.astype(np.uint8)[:, :, :, None]

    def _places(self, random, count):
        """Sizes [count] and corners [2, count] of glyphs on the canvas."""
        size = random.integers(self._config.smallest,
                               self._config.largest + 1, count)
        return size, random.integers(0, self._canvas - size + 1, (2, count))

    def _fragment(self, random, chosen):
        """A square of another digit than the canvas's own, at random."""
        count, edge = len(chosen), self._config.fragment
        other = random.integers(1, len(self._glyphs), count)
        size, _ = self._places(random, count)
        inside = random.integers(0, size - edge + 1, (2, count))
        first = random.integers(0, self._canvas - edge + 1, (2, count))
        return place(self._glyphs[(chosen + other) % len(self._glyphs)],
                     size, first - inside, self._canvas, (first, edge))


class Task:
    """What training asks of a task; images are u8 [count, H, W, 1]."""

    class_names = digits.CLASS_NAMES
    provenance = PROVENANCE

    def __init__(self, config):
        if config.canvas is None:
            raise InputError("task clutter: the key canvas is missing")
        self._config = config
        self._digits, self._labels = digits.load()
        self.indices = digits.split(self._labels, config.split_seed,
                                    config.test_share,
                                    config.validation_share)

    @functools.cache
    def images(self, part):
        """The ImageSet of a part: its digits in turn, drawn from split_seed.

        As many canvases as the configuration says; of `training`, those that
        activations are calibrated on.
        """
        random = np.random.default_rng([self._config.split_seed, PARTS[part]])
        digit = self.indices[part]
        count = getattr(self._config.canvas, part)
        chosen = np.arange(count) % len(digit)
        canvases = self._painter(digit).paint(random, chosen)
        return ImageSet(canvases, self._labels[digit[chosen]], {
            "name": f"{NAME}, {part}", "provenance": PROVENANCE,
            "license": digits.LICENSE,
            "source_indices": ",".join(str(index) for index in digit)})

    def training_batches(self, random, batch):
        """One epoch of new canvases: yields (images, labels).

        The digits of a batch all differ; fragments are of the same batch.
        """
        for _ in range(self.steps(batch)):
            chosen = random.permutation(self.indices["training"])[:batch]
            painter = self._painter(chosen, digits.random_transforms(
                random, batch, self._config.augmentation, 1))
            yield (painter.paint(random, np.arange(batch)),
                   self._labels[chosen])

    def steps(self, batch):
        """Batches of one epoch."""
        return self._config.canvas.epoch // batch

    def _painter(self, chosen, transforms=None):
        glyphs = digits.enlarge(self._digits[chosen], GLYPH, transforms)
        return Painter(glyphs[..., 0], self._config.canvas,
                       self._config.network.image_size)


def main(arguments=None):
    """Writes the test canvases; returns the command's exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.clutter",
        description="writes the test canvases of the task clutter")
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(
                            "build/train/clutter_test.safetensors"))
    parser.add_argument("--config", type=pathlib.Path,
                        default=tasks.config_path("clutter"))
    parser.add_argument("--limit", type=int, metavar="N",
                        help="the first N canvases only")
    options = parser.parse_args(arguments)
    if options.limit is not None and options.limit < 1:
        parser.error("--limit must be 1 or more")
    try:
        images = Task(configuration.load(options.config)).images("test")
        images = ImageSet(images.images[:options.limit],
                          images.labels[:options.limit], images.metadata)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        package.save_images(images, options.out)
    except (InputError, OSError) as error:
        print(f"clutter: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {len(images.labels)} canvases")
    return 0


if __name__ == "__main__":
    sys.exit(main())
