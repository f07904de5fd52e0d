"""Makes a package of a checkpoint of DeiT or ViT; docs/import.md.

    python3 -m vit.import CHECKPOINT --geometry G --images FOLDER --out FILE
"""

import argparse
import pathlib
import sys

from ..train import package
from ..train.errors import InputError, report
from . import images, networks


def parse_arguments(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.import",
        description="makes a package of a checkpoint of DeiT or ViT; the "
                    "platform has ReLU only, which replaces GELU")
    parser.add_argument("checkpoint", type=pathlib.Path,
                        help=".safetensors or .pth, keys of timm or of "
                             "Hugging Face")
    parser.add_argument("--geometry", required=True,
                        help=", ".join(networks.KINDS))
    parser.add_argument("--images", type=pathlib.Path, required=True,
                        help="folder with one folder of pictures per class: "
                             "ranges and comparison")
    parser.add_argument("--out", type=pathlib.Path, required=True,
                        help="the package")
    images.add_scaling(parser)
    parser.add_argument("--epsilon", type=_number(float, 0), metavar="E",
                        help="what LayerNorm adds to the variance; "
                             f"{networks.TIMM_EPSILON:g} for keys of timm, "
                             f"{networks.HUGGING_FACE_EPSILON:g} for those of "
                             "Hugging Face unless given")
    parser.add_argument("--calibration", type=_calibration, default="max",
                        metavar="C", help="range of a tensor of 8 bits: max, "
                                          "or a percentile of 50..100 (max)")
    _add_numbers(parser.add_argument_group("calibration and pruning"), (
        ("calibration-images", int, 64, 1, "pictures that set the ranges"),
        ("check-images", int, 16, 1, "pictures that are compared"),
        ("headroom", float, 2.0, 1, "range of the residual stream over the "
                                    "largest value seen"),
        ("keep", float, 0.5, 0, "share of the tokens that survive")))
    parser.add_argument("--prune-blocks", type=_blocks, default=[],
                        metavar="B,B", help="blocks that drop tokens, counted "
                                            "from 0; 3,6,9 for example")
    parser.add_argument("--ffn2-threshold", default="off", metavar="T",
                        help="0..126, off, or auto: the largest that loses "
                             "no accuracy on the pictures that are compared")
    group = parser.add_argument_group("fine-tuning")
    group.add_argument("--train", type=pathlib.Path, metavar="FOLDER",
                       help="pictures to fine-tune on, all classes")
    group.add_argument("--work", type=pathlib.Path,
                       help="logs and checkpoints; OUT.training unless given")
    _add_numbers(group, (
        ("epochs", int, 30, 1, "passes over the pictures"),
        ("batch", int, 64, 1, "pictures per step"),
        ("learning-rate", float, 5e-5, 0, "largest of AdamW"),
        ("distillation", float, 0.7, 0, "share of the original network in "
                                        "the loss, the rest is labels"),
        ("temperature", float, 1.0, 1e-3, "of the distillation"),
        ("sparsity", float, 0.0, 0, "weight of the channel sparsity term"),
        ("seed", int, 0, 0, "of the training")))
    return parser.parse_args(arguments)


def _add_numbers(group, rows):
    for name, kind, default, least, text in rows:
        group.add_argument(f"--{name}", type=_number(kind, least),
                           default=default, metavar="N",
                           help=f"{text} ({default})")


def _number(kind, least):
    def parse(text):
        value = kind(text)
        if not least <= value < float("inf"):
            raise argparse.ArgumentTypeError(f"must be {least} or more")
        return value

    parse.__name__ = kind.__name__
    return parse


def _calibration(text):
    if text == "max":
        return text
    value = float(text)
    if not 50 <= value <= 100:
        raise argparse.ArgumentTypeError("must be max or 50..100")
    return value


def _blocks(text):
    blocks = [int(block) for block in text.split(",")]
    if min(blocks) < 0:
        raise argparse.ArgumentTypeError("blocks are counted from 0")
    return blocks


def main(arguments=None):
    """The command; returns its exit status."""
    options = parse_arguments(arguments)
    try:
        for name in ("keep", "distillation"):
            if getattr(options, name) > 1:
                raise InputError(f"--{name} must be 0..1")
        options.choose_threshold = options.ffn2_threshold == "auto"
        options.ffn2_threshold = package.parse_threshold(
            "--ffn2-threshold", "off" if options.choose_threshold
            else options.ffn2_threshold)
        # pylint: disable=import-outside-toplevel
        from . import recipe
        recipe.run(options)
    except (InputError, OSError) as error:
        return report("import", error, options.out)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        print("import: PyTorch is not installed: apt-get install "
              "python3-torch", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
