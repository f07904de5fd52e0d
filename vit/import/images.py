"""Makes an image set (docs/package.md) of a folder of pictures.

    python3 -m vit.import.images FOLDER --geometry G --out FILE
        [--resize N] [--interpolation KIND] [--limit N]
"""

import argparse
import pathlib
import sys

from ..train import package
from ..train.errors import InputError, report
from . import folder, networks

CLASSES = package.SIZE_RANGES["classes"][1]


def add_scaling(parser):
    """Adds --resize and --interpolation to an argparse parser."""
    parser.add_argument("--resize", type=_shorter_side, metavar="N",
                        help="pixels that the shorter side of a picture is "
                             "scaled to before the centre is cut out; as the "
                             "network's authors did unless given")
    parser.add_argument("--interpolation", choices=package.INTERPOLATIONS,
                        default="bicubic", help="bicubic unless given")


def _shorter_side(text):
    value = int(text)
    if not networks.IMAGE_SIZE <= value <= package.LARGEST_RESIZE:
        raise argparse.ArgumentTypeError(
            f"must be {networks.IMAGE_SIZE}..{package.LARGEST_RESIZE}")
    return value


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.import.images",
        description="makes an image set of a folder with one folder per "
                    "class, resized and cut as the network's authors did")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--geometry", required=True,
                        help=", ".join(networks.KINDS))
    add_scaling(parser)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, metavar="N",
                        help="N pictures, evenly spread over the folder")
    options = parser.parse_args(arguments)
    try:
        if options.limit is not None and options.limit < 1:
            raise InputError("--limit must be 1 or more")
        kind = networks.kind(options.geometry)
        pictures = folder.Folder(options.folder, CLASSES, folder.Scaling(
            options.resize or kind.resize, options.interpolation))
        images = pictures.images(options.limit)
        package.save_images(images, options.out)
    except (InputError, OSError) as error:
        return report("import", error, options.out)
    print(f"{options.out}: {len(images.labels)} images, "
          f"{len(pictures.class_names)} classes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
