"""Model packages and image sets as docs/package.md defines them."""

import dataclasses
import json

import numpy as np

from . import safetensors
from .errors import InputError

ALL_TOKENS = 1000000
LARGEST_BIAS = 1 << 30
LARGEST_RESIZE = 4096
INTERPOLATIONS = ("bicubic", "bilinear")


@dataclasses.dataclass(frozen=True)
class Geometry:
    """Sizes of a network, in the letters of docs/arithmetic.md section 1."""

    image_height: int
    image_width: int
    image_channels: int
    patch: int
    width: int
    heads: int
    depth: int
    hidden: int
    classes: int

    @property
    def patches(self):
        return ((self.image_height // self.patch)
                * (self.image_width // self.patch))

    @property
    def tokens(self):
        return 1 + self.patches

    @property
    def head_width(self):
        return self.width // self.heads

    @property
    def patch_terms(self):
        return self.patch * self.patch * self.image_channels


SIZE_RANGES = {
    "image_height": (1, 2048), "image_width": (1, 2048),
    "image_channels": (1, 16), "patch": (1, 64), "width": (1, 4096),
    "heads": (1, 64), "depth": (1, 64), "hidden": (1, 16384),
    "classes": (2, 32767),
}


@dataclasses.dataclass(frozen=True)
class Pruning:
    """keep_ppm: one entry per block; ffn2_threshold: 0..126, None is off."""

    keep_ppm: tuple
    ffn2_threshold: object

    @staticmethod
    def none(depth):
        return Pruning((ALL_TOKENS,) * depth, None)


@dataclasses.dataclass(frozen=True)
class Package:
    """tensors: {name: array} with the names and dtypes of docs/package.md."""

    size: Geometry
    pruning: Pruning
    tensors: dict
    metadata: dict


@dataclasses.dataclass(frozen=True)
class ImageSet:
    """images: u8 [count, height, width, channels]; labels: i32 [count]."""

    images: np.ndarray
    labels: np.ndarray
    metadata: dict = dataclasses.field(default_factory=dict)


def layout(size):
    """{tensor name: (dtype, shape)} of a package of that geometry."""
    result = {"position": (np.int16, (size.tokens, size.width))}

    def product(name, terms, columns):
        result[f"{name}.weight"] = (np.int8, (terms, columns))
        result[f"{name}.bias"] = (np.int32, (columns,))
        result[f"{name}.multiplier"] = (np.int16, (columns,))
        result[f"{name}.shift"] = (np.uint8, (columns,))

    def norm(name):
        result[f"{name}.multiplier"] = (np.int16, (size.width,))
        result[f"{name}.bias"] = (np.int32, (size.width,))
        result[f"{name}.shift"] = (np.uint8, (size.width,))
        result[f"{name}.epsilon"] = (np.int64, (1,))

    def factor(name):
        result[f"{name}.multiplier"] = (np.int16, (1,))
        result[f"{name}.shift"] = (np.uint8, (1,))

    product("patch", size.patch_terms, size.width)
    for index in range(size.depth):
        block = f"blocks.{index}"
        norm(f"{block}.norm1")
        product(f"{block}.qkv", size.width, 3 * size.width)
        factor(f"{block}.scores")
        result[f"{block}.softmax.table"] = (np.uint8, (256,))
        factor(f"{block}.context")
        product(f"{block}.projection", size.width, size.width)
        norm(f"{block}.norm2")
        product(f"{block}.ffn1", size.width, size.hidden)
        product(f"{block}.ffn2", size.hidden, size.width)
    norm("norm")
    product("head", size.width, size.classes)
    return result


def check(package, source):
    """InputError, naming `source` and the tensor, unless all is in range."""
    check_geometry(package.size, source)
    check_pruning(package.pruning, package.size.depth, source)
    _check_picture_fit(package.metadata, package.size, source)
    expected = layout(package.size)
    for name in sorted(set(expected) ^ set(package.tensors)):
        what = "is missing" if name in expected else "is not expected"
        raise InputError(f"{source}: tensor '{name}' {what}")
    for name, (dtype, shape) in expected.items():
        tensor = package.tensors[name]
        if tensor.dtype != dtype or tensor.shape != shape:
            raise InputError(
                f"{source}: tensor '{name}' is {tensor.dtype} "
                f"{list(tensor.shape)}, must be {np.dtype(dtype)} "
                f"{list(shape)}")
        _check_values(name, tensor, package.size, source)


def check_geometry(size, source):
    for key, (low, high) in SIZE_RANGES.items():
        if not low <= getattr(size, key) <= high:
            raise InputError(f"{source}: {key} is {getattr(size, key)}, "
                             f"must be {low}..{high}")
    if size.image_height % size.patch or size.image_width % size.patch:
        raise InputError(f"{source}: the image is no multiple of the patch")
    if size.width % size.heads:
        raise InputError(f"{source}: width is no multiple of heads")
    if not 2 <= size.tokens <= 1025 or size.patch_terms > 32767:
        raise InputError(f"{source}: too many tokens or pixels of a patch")


def check_pruning(pruning, depth, source):
    if len(pruning.keep_ppm) != depth or not all(
            0 <= keep <= ALL_TOKENS for keep in pruning.keep_ppm):
        raise InputError(f"{source}: keep_ppm must be {depth} numbers of "
                         f"0..{ALL_TOKENS}")
    threshold = pruning.ffn2_threshold
    if threshold is not None and not 0 <= threshold <= 126:
        raise InputError(f"{source}: ffn2_threshold must be 0..126 or off")


def _check_picture_fit(metadata, size, source):
    if "resize" in metadata:
        least = min(size.image_height, size.image_width)
        value = _integer(source, metadata, "resize")
        if not least <= value <= LARGEST_RESIZE:
            raise InputError(f"{source}: resize is {value}, must be "
                             f"{least}..{LARGEST_RESIZE}")
    if metadata.get("interpolation", "bicubic") not in INTERPOLATIONS:
        raise InputError(f"{source}: interpolation must be one of "
                         + ", ".join(INTERPOLATIONS))


def _check_values(name, tensor, size, source):
    owner, _, kind = name.rpartition(".")
    is_norm = owner.split(".")[-1] in ("norm", "norm1", "norm2")
    low, high = {
        "bias": (-LARGEST_BIAS, LARGEST_BIAS),
        "multiplier": (-32768, 32767) if is_norm else (16384, 32767),
        "shift": (1, 30 if is_norm else 62),
        "epsilon": (0, (1 << 60) - 1),
    }.get(kind, (None, None))
    if name.endswith("context.shift"):
        high = 62 - (255 * size.tokens).bit_length()
    if low is not None and not (low <= tensor.min()
                                and tensor.max() <= high):
        raise InputError(f"{source}: tensor '{name}' holds "
                         f"{tensor.min()}..{tensor.max()}, must be "
                         f"{low}..{high}")
    if kind == "table" and not (tensor[0] == 255
                                and np.all(tensor[1:] <= tensor[:-1])):
        raise InputError(f"{source}: tensor '{name}' must begin with 255 and "
                         "never increase")


def load(path):
    """Returns the checked Package of a file; InputError names what is wrong."""
    tensors, metadata = safetensors.load(path)
    _expect_format(path, metadata, "vitvp-package")
    size = Geometry(**{key: _integer(path, metadata, key)
                       for key in SIZE_RANGES})
    check_geometry(size, path)
    try:
        keep = tuple(int(entry) for entry
                     in _text(path, metadata, "keep_ppm").split(","))
    except ValueError as error:
        raise InputError(f"{path}: keep_ppm: {error}") from error
    pruning = Pruning(keep, parse_threshold(
        f"{path}: ffn2_threshold", _text(path, metadata, "ffn2_threshold")))
    package = Package(size, pruning, tensors, metadata)
    check(package, path)
    return package


def save(package, path):
    """Checks and writes a package; its metadata is completed from its sizes."""
    check(package, path)
    threshold = package.pruning.ffn2_threshold
    metadata = dict(package.metadata)
    metadata.update(
        {key: str(getattr(package.size, key)) for key in SIZE_RANGES},
        format="vitvp-package", version="1",
        keep_ppm=",".join(str(keep) for keep in package.pruning.keep_ppm),
        ffn2_threshold="off" if threshold is None else str(threshold))
    names = layout(package.size)
    safetensors.save(path, {name: package.tensors[name] for name in names},
                     metadata)


def parse_threshold(source, text):
    """The FFN2 threshold that `text` says: a number, or None for off."""
    if text == "off":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise InputError(f"{source}: {text!r} is neither 0..126 nor off")
    return int(text)


def load_images(path):
    """Returns the ImageSet of a file; InputError names what is wrong."""
    tensors, metadata = safetensors.load(path)
    _expect_format(path, metadata, "vitvp-images")
    if set(tensors) != {"images", "labels"}:
        raise InputError(f"{path}: must hold 'images' and 'labels' only")
    images, labels = tensors["images"], tensors["labels"]
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        raise InputError(f"{path}: 'images' must be U8 [count, height, width, "
                         "channels]")
    if labels.dtype != np.int32 or labels.shape != images.shape[:1]:
        raise InputError(f"{path}: 'labels' must be I32 [{len(images)}]")
    return ImageSet(images, labels, metadata)


def save_images(images, path):
    """Writes an ImageSet."""
    metadata = dict(images.metadata, format="vitvp-images", version="1")
    safetensors.save(path, {"images": images.images, "labels": images.labels},
                     metadata)


def check_fit(images, size, source):
    """InputError unless the network takes these images and labels."""
    wanted = (size.image_height, size.image_width, size.image_channels)
    if images.images.shape[1:] != wanted:
        raise InputError(f"{source}: images are {images.images.shape[1:]}, "
                         f"the network takes {wanted}")
    if images.labels.min() < -1 or images.labels.max() >= size.classes:
        raise InputError(f"{source}: labels must be -1..{size.classes - 1}")


def class_names(package):
    """The package's class names, or the classes' numbers."""
    text = package.metadata.get("class_names")
    return (json.loads(text) if text
            else [str(index) for index in range(package.size.classes)])


def _expect_format(path, metadata, expected):
    if metadata.get("format") != expected or metadata.get("version") != "1":
        raise InputError(f"{path}: not a {expected} file of version 1")


def _text(path, metadata, key):
    if key not in metadata:
        raise InputError(f"{path}: metadata '{key}' is missing")
    return metadata[key]


def _integer(path, metadata, key):
    text = _text(path, metadata, key)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InputError(f"{path}: metadata '{key}' is no number: {text!r}")
    return int(text)
