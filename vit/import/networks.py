"""The networks that are known, and the names of their tensors."""

import dataclasses

import numpy as np

from ..train.errors import InputError
from ..train.package import Geometry

IMAGE_SIZE = 224
PATCH = 16
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@dataclasses.dataclass(frozen=True)
class Kind:
    """A published network with patches of 16 at 224 x 224 pixels.

    pixels: (mean, deviation) of each channel that its training used on 0..1;
    resize: its shorter side is scaled to this before the centre is cut out.
    """

    width: int
    heads: int
    pixels: tuple
    resize: int
    depth: int = 12

    def geometry(self, classes):
        return Geometry(IMAGE_SIZE, IMAGE_SIZE, 3, PATCH, self.width,
                        self.heads, self.depth, 4 * self.width, classes)


KINDS = {"deit_tiny": Kind(192, 3, IMAGENET, 256),
         "deit_small": Kind(384, 6, IMAGENET, 256),
         "deit_base": Kind(768, 12, IMAGENET, 256),
         "vit_tiny": Kind(192, 3, HALF, 248),
         "vit_small": Kind(384, 6, HALF, 248),
         "vit_base": Kind(768, 12, HALF, 248)}

# This project's names of the tensors on the left, without .weight and .bias.
TIMM = {"embedding": "patch_embed.proj", "norm": "norm", "head": "head",
        "class_token": "cls_token", "position": "pos_embed"}
TIMM_BLOCK = ("blocks.{}.", {
    "norm1": "norm1", "qkv": "attn.qkv", "projection": "attn.proj",
    "norm2": "norm2", "ffn1": "mlp.fc1", "ffn2": "mlp.fc2"})
HUGGING_FACE = {
    "embedding": "embeddings.patch_embeddings.projection",
    "norm": "layernorm", "head": "classifier",
    "class_token": "embeddings.cls_token",
    "position": "embeddings.position_embeddings"}
HUGGING_FACE_BLOCK = ("encoder.layer.{}.", {
    "norm1": "layernorm_before", "query": "attention.attention.query",
    "key": "attention.attention.key", "value": "attention.attention.value",
    "projection": "attention.output.dense", "norm2": "layernorm_after",
    "ffn1": "intermediate.dense", "ffn2": "output.dense"})
HUGGING_FACE_PREFIXES = ("vit.", "deit.")

# What the ecosystems' LayerNorms add to the variance; no checkpoint says so.
TIMM_EPSILON = 1e-6
HUGGING_FACE_EPSILON = 1e-12

# Parts of names that give away a network of another build.
FOREIGN = (("dist_token", "a distilled network"),
           ("distillation_token", "a distilled network"),
           ("head_dist", "a distilled network"),
           ("distillation_classifier", "a distilled network"),
           ("patch_embed.backbone", "a hybrid network"),
           ("embeddings.backbone", "a hybrid network"),
           ("patch_embeddings.backbone", "a hybrid network"))


def kind(name):
    """The Kind of `deit_small` or `deit_small_patch16_224`, for example."""
    short = name.removesuffix("_patch16_224")
    if short not in KINDS:
        raise InputError(f"geometry {name!r} is unknown; there are: "
                         + ", ".join(KINDS))
    return KINDS[short]


def is_hugging_face(tensors):
    """Whether the keys of a checkpoint are Hugging Face's."""
    return any(key.startswith(HUGGING_FACE_PREFIXES) for key in tensors)


def epsilon(tensors):
    """LayerNorm's epsilon in the ecosystem that a checkpoint is of."""
    return (HUGGING_FACE_EPSILON if is_hugging_face(tensors)
            else TIMM_EPSILON)


def convert(path, tensors, network):
    """Returns (Geometry, {name: array}) in the names of train.model.

    tensors: {key: array} of a whole checkpoint with timm's or Hugging Face's
    keys. The pixels' normalisation and the class token are folded, so that
    the result takes what train.model takes. InputError names every key that
    is missing, too many, of another shape or of a network of another build.
    """
    for key in tensors:
        for part, what in FOREIGN:
            if part in key:
                raise InputError(f"{path}: tensor '{key}' belongs to {what}, "
                                 "which the platform cannot run")
    if is_hugging_face(tensors):
        prefix = next(key for key in tensors if key.startswith(
            HUGGING_FACE_PREFIXES)).split(".")[0] + "."
        names = _names(network.depth, HUGGING_FACE, HUGGING_FACE_BLOCK, prefix)
    else:
        names = _names(network.depth, TIMM, TIMM_BLOCK, "")
    _check_keys(path, tensors, set(names.values()))
    found = {name: tensors[key] for name, key in names.items()}
    classes = found["head.bias"].size
    size = network.geometry(classes)
    for name, shape in _shapes(size, names).items():
        if found[name].shape != shape:
            raise InputError(
                f"{path}: tensor '{names[name]}' is "
                f"{list(found[name].shape)}, must be {list(shape)}; is it "
                "of another geometry?")
    if classes < 2:
        raise InputError(f"{path}: '{names['head.bias']}' has {classes} "
                         "classes, must be 2 or more")
    return size, _fold(found, network)


def _names(depth, outside, block, prefix):
    """{this project's name: the checkpoint's key}."""
    result = {}
    for name, key in outside.items():
        # Hugging Face's classifier stands beside the network.
        key = key if name == "head" else prefix + key
        if name in ("class_token", "position"):
            result[name] = key
        else:
            result.update(_pair(name, key))
    pattern, inside = block
    for index in range(depth):
        for name, key in inside.items():
            result.update(_pair(f"blocks.{index}.{name}",
                                prefix + pattern.format(index) + key))
    return result


def _pair(name, key):
    return {f"{name}.{part}": f"{key}.{part}" for part in ("weight", "bias")}


def _check_keys(path, tensors, expected):
    for what, keys in (("is missing", expected - tensors.keys()),
                       ("is not expected", tensors.keys() - expected)):
        if keys:
            first = sorted(keys)[0]
            more = f" (and {len(keys) - 1} more)" if len(keys) > 1 else ""
            raise InputError(f"{path}: tensor '{first}' {what}{more}")


def _shapes(size, names):
    """{this project's name: shape in the checkpoint}."""
    width, hidden = size.width, size.hidden
    rows = {"embedding": (width, size.image_channels, size.patch, size.patch),
            "norm": (width,), "norm1": (width,), "norm2": (width,),
            "qkv": (3 * width, width), "projection": (width, width),
            "query": (width, width), "key": (width, width),
            "value": (width, width), "ffn1": (hidden, width),
            "ffn2": (width, hidden), "head": (size.classes, width)}
    result = {"class_token": (1, 1, width),
              "position": (1, size.tokens, width)}
    for name in names.keys() - result.keys():
        _, owner, part = f".{name}".rsplit(".", 2)
        result[name] = rows[owner] if part == "weight" else rows[owner][:1]
    return result


def _fold(found, network):
    """The checkpoint's tensors as the state dict of train.model."""
    folded = {"embedding", "query", "key", "value", "class_token", "position"}
    result = {name: values for name, values in found.items()
              if folded.isdisjoint(name.split("."))}
    for index in range(network.depth):
        block = f"blocks.{index}"
        for part in ("weight", "bias"):
            if f"{block}.qkv.{part}" not in found:
                result[f"{block}.qkv.{part}"] = np.concatenate(
                    [found[f"{block}.{third}.{part}"]
                     for third in ("query", "key", "value")])
    position = found["position"][0].copy()
    position[0] += found["class_token"][0, 0]
    result["position"] = position
    result["patch.weight"], result["patch.bias"] = fold_normalisation(
        found["embedding.weight"], found["embedding.bias"], *network.pixels)
    return result


def fold_normalisation(weight, bias, mean, deviation):
    """Patch embedding for train.model's pixels, u / 127.5 - 1.

    weight [D, C, P, P], bias [D] are for (u / 255 - mean) / deviation of each
    channel; returns [D, P*P*C], ordered as docs/arithmetic.md section 4
    orders a patch, and [D]. Exact on reals: u / 255 is half of the new pixel
    plus one half.
    """
    weight = weight.astype(np.float64)
    mean, deviation = (np.reshape(values, (1, -1, 1, 1))
                       for values in (mean, deviation))
    folded = weight * (0.5 / deviation)
    offset = bias + (weight * ((0.5 - mean) / deviation)).sum((1, 2, 3))
    rows = folded.transpose(0, 2, 3, 1).reshape(len(weight), -1)
    return rows.astype(np.float32), offset.astype(np.float32)
