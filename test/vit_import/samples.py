"""Random checkpoints with true names and shapes, and folders of pictures.

    python3 test/vit_import/samples.py FOLDER

makes FOLDER with deit_tiny.pth (timm's names), vit_base.pth (Hugging Face's
names, F16) and pictures/ of three classes: something to try imports with.
"""

import pathlib
import sys
import tempfile

import numpy as np

SMALL = {"width": 24, "heads": 3, "depth": 2, "classes": 5}
TINY = {"width": 192, "heads": 3, "depth": 12, "classes": 1000}
BASE = {"width": 768, "heads": 12, "depth": 12, "classes": 1000}


def timm(width, heads, depth, classes, seed=0):
    """{key: float32 array} as timm names a vit_*_patch16_224's tensors."""
    del heads
    random = np.random.default_rng(seed)
    state = {}

    def put(key, *shape, deviation=0.3, mean=0.0):
        state[key] = (mean + deviation * random.standard_normal(shape)
                      ).astype(np.float32)

    def linear(key, rows, *terms):
        put(f"{key}.weight", rows, *terms,
            deviation=float(np.prod(terms)) ** -0.5)
        put(f"{key}.bias", rows)

    def norm(key):
        put(f"{key}.weight", width, mean=1.0, deviation=0.1)
        put(f"{key}.bias", width, deviation=0.1)

    put("cls_token", 1, 1, width)
    put("pos_embed", 1, 197, width)
    linear("patch_embed.proj", width, 3, 16, 16)
    for index in range(depth):
        block = f"blocks.{index}"
        norm(f"{block}.norm1")
        linear(f"{block}.attn.qkv", 3 * width, width)
        linear(f"{block}.attn.proj", width, width)
        norm(f"{block}.norm2")
        linear(f"{block}.mlp.fc1", 4 * width, width)
        linear(f"{block}.mlp.fc2", width, 4 * width)
    norm("norm")
    linear("head", classes, width)
    return state


def hugging_face(state, prefix="vit"):
    """The same tensors as Hugging Face's ViTForImageClassification."""
    inside = (("norm1", "layernorm_before"),
              ("attn.proj", "attention.output.dense"),
              ("norm2", "layernorm_after"),
              ("mlp.fc1", "intermediate.dense"), ("mlp.fc2", "output.dense"))
    outside = (("cls_token", "embeddings.cls_token"),
               ("pos_embed", "embeddings.position_embeddings"),
               ("patch_embed.proj", "embeddings.patch_embeddings.projection"),
               ("norm.", "layernorm."))
    result = {}
    for key, values in state.items():
        if key.startswith("head."):
            result[key.replace("head", "classifier")] = values
        elif ".attn.qkv." in key:
            _, index, *_, part = key.split(".")
            for name, third in zip(("query", "key", "value"),
                                   np.split(values, 3)):
                result[f"{prefix}.encoder.layer.{index}.attention.attention."
                       f"{name}.{part}"] = third
        elif key.startswith("blocks."):
            name = key.replace("blocks", "encoder.layer")
            for old, new in inside:
                name = name.replace(old, new)
            result[f"{prefix}.{name}"] = values
        else:
            name = key
            for old, new in outside:
                name = name.replace(old, new)
            result[f"{prefix}.{name}"] = values
    return result


def temporary_folder(test):
    """A folder that goes when the test ends."""
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return pathlib.Path(folder.name)


def pictures(folder, classes, each, seed=0):
    """Random smooth pictures, PNG and JPEG of several sizes, by class."""
    # pylint: disable=import-outside-toplevel
    from PIL import Image
    random = np.random.default_rng(seed)
    for label in range(classes):
        (folder / f"class_{label}").mkdir(parents=True)
        for index in range(each):
            pixels = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
            size = ((240, 300), (260, 230))[index % 2]
            Image.fromarray(pixels).resize(
                size, Image.Resampling.BICUBIC).save(
                    folder / f"class_{label}"
                    / f"{index}.{('png', 'JPEG')[index % 2]}")
    return folder


def main(folder):
    """Writes the checkpoints and pictures."""
    # pylint: disable=import-outside-toplevel
    import torch
    folder.mkdir(parents=True)
    for name, state, kind in (
            ("deit_tiny", timm(**TINY), torch.float32),
            ("vit_base", hugging_face(timm(**BASE)), torch.float16)):
        torch.save({key: torch.from_numpy(values).to(kind)
                    for key, values in state.items()}, folder / f"{name}.pth")
    pictures(folder / "pictures", 3, 8)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
