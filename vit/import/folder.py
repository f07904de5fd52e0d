"""Folders of pictures, one folder per class, as torchvision's ImageFolder.

The sorted names of the class folders number the classes; what is hidden, its
name beginning with a dot, does not count. Pillow reads the pictures.
"""

import dataclasses
import pathlib

import numpy as np

from ..train.errors import InputError
from ..train.package import ImageSet
from .networks import IMAGE_SIZE

try:
    from PIL import Image
except ImportError:
    Image = None

SUFFIXES = {".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff",
            ".webp"}
SMALLEST_AREA = 0.35
ASPECTS = (3 / 4, 4 / 3)


@dataclasses.dataclass(frozen=True)
class Scaling:
    """What a picture is scaled to before its centre is cut out.

    shorter_side in pixels; interpolation: bicubic or bilinear.
    """

    shorter_side: int
    interpolation: str = "bicubic"

    def resample(self, image, size):
        """image, scaled to size (width, height)."""
        return image.resize(size, getattr(Image.Resampling,
                                          self.interpolation.upper()))


class Folder:
    """The pictures of a folder: `class_names`, `paths`, `labels`.

    InputError, naming the folder, for one without classes or pictures and
    for more classes than `classes`.
    """

    def __init__(self, path, classes, scaling):
        if Image is None:
            raise InputError("Pillow is not installed: apt-get install "
                             "python3-pil")
        self.path = pathlib.Path(path)
        self.scaling = scaling
        self.class_names = _class_names(self.path, classes)
        paths, labels = [], []
        for label, name in enumerate(self.class_names):
            inside = self.path / name
            found = sorted(entry for entry in inside.rglob("*")
                           if entry.suffix.lower() in SUFFIXES
                           and not _is_hidden(entry.relative_to(inside))
                           and entry.is_file())
            if not found:
                raise InputError(f"{self.path / name}: holds no picture")
            paths += found
            labels += [label] * len(found)
        self.paths, self.labels = paths, np.array(labels, np.int32)

    def images(self, limit=None):
        """ImageSet of at most `limit` pictures, evenly spread over all."""
        count = min(limit or len(self.paths), len(self.paths))
        chosen = np.linspace(0, len(self.paths) - 1, count).round().astype(int)
        return ImageSet(
            np.stack([whole(decode(self.paths[index]), self.scaling)
                      for index in chosen]), self.labels[chosen],
            {"name": self.path.name,
             "provenance": f"{count} of {len(self.paths)} pictures of a "
                           f"folder, shorter side to "
                           f"{self.scaling.shorter_side} pixels, "
                           f"{self.scaling.interpolation}, centre of {IMAGE_SIZE} x {IMAGE_SIZE}"})

    def batches(self, random, batch):
        """One epoch: yields (images, labels), shuffled, cropped, mirrored."""
        order = random.permutation(len(self.paths))
        for at in range(0, len(order) - batch + 1, batch):
            chosen = order[at:at + batch]
            yield (np.stack([part(decode(self.paths[index]), random)
                             for index in chosen]), self.labels[chosen])


def _is_hidden(path):
    return any(part.startswith(".") for part in path.parts)


def _class_names(path, classes):
    try:
        names = sorted(entry.name for entry in path.iterdir()
                       if entry.is_dir()
                       and not _is_hidden(entry.relative_to(path)))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    if not names:
        raise InputError(f"{path}: holds no folder; there must be one per "
                         "class")
    if len(names) > classes:
        raise InputError(f"{path}: holds {len(names)} classes, the network "
                         f"knows {classes}")
    return names


def decode(path):
    """The picture of a file, in RGB."""
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except Exception as error:  # decoders raise all kinds
        raise InputError(f"{path}: cannot be decoded: {error}") from error


def whole(image, scaling):
    """u8 [224, 224, 3]: the centre of the scaled picture."""
    width, height = image.size
    short = min(width, height)
    size = tuple(int(scaling.shorter_side * extent / short)
                 for extent in image.size)
    left, top = (round((extent - IMAGE_SIZE) / 2) for extent in size)
    image = scaling.resample(image, size)
    return np.asarray(image.crop((left, top, left + IMAGE_SIZE,
                                  top + IMAGE_SIZE)))


def part(image, random):
    """u8 [224, 224, 3]: a random part of the picture, perhaps mirrored."""
    width, height = image.size
    area = width * height * random.uniform(SMALLEST_AREA, 1)
    aspect = np.exp(random.uniform(*np.log(ASPECTS)))
    across = int(np.clip(np.sqrt(area * aspect), 1, width))
    down = int(np.clip(np.sqrt(area / aspect), 1, height))
    left = int(random.integers(width - across + 1))
    top = int(random.integers(height - down + 1))
    pixels = np.asarray(image.resize(
        (IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC,
        (left, top, left + across, top + down)))
    return pixels[:, ::-1] if random.random() < 0.5 else pixels
