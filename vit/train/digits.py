"""The task `digits`: scikit-learn's handwritten digits, enlarged.

NumPy only, apart from reading the digits themselves.
"""

import numpy as np

from .package import ImageSet

NAME = "handwritten digits"
CLASS_NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven",
               "eight", "nine"]
ATTRIBUTION = (
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, "
    "1998, UCI Machine Learning Repository, doi:10.24432/C50P49; the 1797 "
    "digits of 8 x 8 pixels that scikit-learn ships (load_digits)")
LICENSE = "CC BY 4.0"
LARGEST_VALUE = 16
MARGIN = 2


def load():
    """Returns (digits f64 [count, 8, 8] of 0..16, labels i32 [count])."""
    # pylint: disable=import-outside-toplevel
    from sklearn.datasets import load_digits
    digits = load_digits()
    return digits.images.astype(np.float64), digits.target.astype(np.int32)


def split(labels, seed, test_share, validation_share):
    """Returns ascending, disjoint indices: {training, validation, test}.

    Every class is shuffled and cut by itself; shares are rounded up.
    """
    random = np.random.default_rng(seed)
    parts = {"training": [], "validation": [], "test": []}
    for label in np.unique(labels):
        indices = random.permutation(np.flatnonzero(labels == label))
        test = int(np.ceil(test_share * len(indices)))
        validation = test + int(np.ceil(validation_share * len(indices)))
        parts["test"].append(indices[:test])
        parts["validation"].append(indices[test:validation])
        parts["training"].append(indices[validation:])
    return {name: np.sort(np.concatenate(chosen))
            for name, chosen in parts.items()}


def enlarge(digits, size, transforms=None):
    """Bilinear enlargement: [count, 8, 8] to u8 [count, size, size, 1].

    Pixel centres are at halves; outside a digit all is background (0), and
    16 becomes 255. transforms [count, 2, 3], if given, map a target pixel
    (y, x, 1), relative to the centre and in source pixels, to the source.
    """
    edge = digits.shape[1]
    axis = (np.arange(size) + 0.5) * (edge / size) - edge / 2
    y, x = np.meshgrid(axis, axis, indexing="ij")
    at = np.stack([y.ravel(), x.ravel(), np.ones(size * size)])
    if transforms is None:
        at = np.broadcast_to(at[:2], (len(digits), 2, size * size))
    else:
        at = transforms @ at
    # Far outside is background, wherever it is: clamp into the margin.
    at = np.clip(at + edge / 2 - 0.5, -1, edge) + MARGIN
    padded = np.pad(digits, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    low = np.floor(at).astype(np.int64)
    weight = at - low
    image = np.arange(len(digits))[:, None]
    values = 0.0
    for dy in (0, 1):
        for dx in (0, 1):
            share = (np.abs(1 - dy - weight[:, 0])
                     * np.abs(1 - dx - weight[:, 1]))
            values += share * padded[image, low[:, 0] + dy, low[:, 1] + dx]
    pixels = np.floor(values * (255 / LARGEST_VALUE) + 0.5)
    return pixels.astype(np.uint8).reshape(len(digits), size, size, 1)


def random_transforms(random, count, augmentation, pixels_per_source):
    """Small rotations, scalings and shifts [count, 2, 3] for enlarge()."""
    def uniform(largest):
        return random.uniform(-largest, largest, count)

    angle = np.deg2rad(uniform(augmentation.rotate_degrees))
    scale = 1 / (1 + uniform(augmentation.scale))
    shift = augmentation.shift_pixels / pixels_per_source
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    rows = np.stack([cosine, -sine, uniform(shift),
                     sine, cosine, uniform(shift)], 1)
    return rows.reshape(count, 2, 3)


class Task:
    """What training asks of a task; images are u8 [count, H, W, C]."""

    class_names = CLASS_NAMES
    provenance = ATTRIBUTION

    def __init__(self, config):
        self._config = config
        self._size = config.network.image_size
        self._digits, self._labels = load()
        self.indices = split(self._labels, config.split_seed,
                             config.test_share, config.validation_share)

    def images(self, part):
        """The ImageSet of `training`, `validation` or `test`, unaltered."""
        chosen = self.indices[part]
        return ImageSet(
            enlarge(self._digits[chosen], self._size), self._labels[chosen],
            {"name": f"{NAME}, {part}", "provenance": ATTRIBUTION,
             "license": LICENSE,
             "source_indices": ",".join(str(index) for index in chosen)})

    def training_batches(self, random, batch):
        """One epoch: yields (images, labels), shuffled and augmented."""
        order = random.permutation(self.indices["training"])
        for at in range(0, len(order) - batch + 1, batch):
            chosen = order[at:at + batch]
            transforms = random_transforms(
                random, len(chosen), self._config.augmentation,
                self._size / self._digits.shape[1])
            yield (enlarge(self._digits[chosen], self._size, transforms),
                   self._labels[chosen])

    def steps(self, batch):
        """Batches of one epoch."""
        return len(self.indices["training"]) // batch
