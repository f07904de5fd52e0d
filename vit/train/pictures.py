"""Draws what a run decided: each image with the patches that every selection
of tokens left, beside the prediction.

    python3 -m vit.train.pictures RESULT PACKAGE IMAGES --out DIR
        [--index I]... [--sheet N]

RESULT is the result.json of a platform run of PACKAGE on IMAGES. Writes
DIR/image-I.svg for every image of the run or those of --index; with --sheet
DIR/sheet.svg alone, N images, as many wrong ones as there are, up to half.
"""

import argparse
import dataclasses
import json
import pathlib
import sys

import numpy as np

from . import package, svg
from .errors import InputError, report

EDGE = {"image": 160, "sheet": 72}
SHEET_COLUMNS = 2


@dataclasses.dataclass(frozen=True)
class Picture:
    """label: a class name, or None; stages: (block, tokens left) of each
    block that selects, tokens as result.json counts them."""

    index: int
    pixels: np.ndarray
    predicted: str
    label: object
    stages: list

    @property
    def is_right(self):
        """True or False; None without a label."""
        return None if self.label is None else self.predicted == self.label


def read(result_path, package_path, images_path):
    """(result as a dictionary, Package, ImageSet, Pictures) of three files.

    InputError unless each is well-formed and they belong together.
    """
    model = package.load(package_path)
    images = package.load_images(images_path)
    package.check_fit(images, model.size, images_path)
    result = _load(result_path)
    try:
        if result["format"] != "vitvp-result":
            raise ValueError(f"its format is {result['format']!r}")
        name = result["package"]["name"]
        if name != model.metadata.get("name"):
            raise InputError(f"{result_path}: is of the package {name!r}; "
                             f"{package_path} is not that one")
        pictures = [_picture(entry, model, images, images_path)
                    for entry in result["images"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{result_path}: not the result.json of a run "
                         f"({type(error).__name__}: {error})") from error
    if not pictures:
        raise InputError(f"{result_path}: no image was run")
    return result, model, images, pictures


def _load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no JSON: {error}") from error


def _picture(entry, model, images, images_path):
    index, names = entry["index"], package.class_names(model)
    if not 0 <= index < len(images.images):
        raise InputError(f"{images_path}: has {len(images.images)} images, the "
                         f"result is of image {index} too")
    label = int(images.labels[index])
    if entry["label"] != (None if label < 0 else label):
        raise InputError(f"{images_path}: image {index} has label {label}, in "
                         f"the result {entry['label']}; name the images that "
                         "ran")
    if not 0 <= entry["predicted"] < len(names):
        raise ValueError(f"image {index}: predicted {entry['predicted']}")
    return Picture(index, images.images[index],
                   names[entry["predicted"]],
                   None if label < 0 else names[label],
                   _stages(entry, model.size))


def _stages(entry, size):
    if len(entry["kept_tokens"]) != size.depth:
        raise ValueError(f"kept_tokens of image {entry['index']} has "
                         f"{len(entry['kept_tokens'])} blocks")
    stages, left = [], set(range(size.tokens))
    for block, kept in enumerate(entry["kept_tokens"]):
        if kept is None:
            continue
        if 0 not in kept or kept != sorted(left & set(kept)):
            raise ValueError(f"kept_tokens of image {entry['index']}, block "
                             f"{block}, is no part of the tokens before it")
        stages.append((block, kept))
        left = set(kept)
    return stages


def choose(pictures, count):
    """`count` of the pictures, wrong ones up to half, spread over the run."""
    def spread(some, wanted):
        return [some[at * len(some) // wanted] for at in range(wanted)]

    wrong = [one for one in pictures if one.is_right is False]
    others = [one for one in pictures if one.is_right is not False]
    of_wrong = min(len(wrong), max(count // 2, count - len(others)))
    return sorted(spread(wrong, of_wrong)
                  + spread(others, min(count - of_wrong, len(others))),
                  key=lambda one: one.index)


def title(pictures, name):
    """What a sheet says above its images."""
    right = sum(one.is_right is True for one in pictures)
    labelled = sum(one.is_right is not None for one in pictures)
    return (f"{name}: {right} of {labelled} images right. Patches that a "
            "block's selection dropped are covered; numbers are patches left.")


def draw(pictures, model, sheet):
    """{file name: SVG text}."""
    def card(picture, kind):
        return svg.Card(picture, model.size, EDGE[kind])

    name = model.metadata.get("name", "")
    if sheet is not None:
        cards = [card(one, "sheet") for one in choose(pictures, sheet)]
        return {"sheet.svg": svg.document(cards, SHEET_COLUMNS,
                                          title(pictures, name))}
    return {f"image-{one.index}.svg": svg.document([card(one, "image")], 1,
                                                   name)
            for one in pictures}


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.pictures",
        description="draws the tokens that a platform run kept")
    parser.add_argument("result", help="result.json of a run")
    parser.add_argument("package")
    parser.add_argument("images")
    parser.add_argument("--out", metavar="DIR", required=True)
    parser.add_argument("--index", metavar="I", type=int, action="append",
                        help="this image only; may be repeated")
    parser.add_argument("--sheet", metavar="N", type=int,
                        help="one sheet of N images")
    options = parser.parse_args(arguments)
    if options.sheet is not None and (options.sheet < 1 or options.index):
        parser.error("--sheet takes a number of 1 or more, and no --index")
    try:
        files = _files(options)
        folder = pathlib.Path(options.out)
        folder.mkdir(parents=True, exist_ok=True)
        for name, words in files.items():
            (folder / name).write_text(words, encoding="utf-8")
    except (InputError, OSError) as error:
        return report("pictures", error, options.out)
    print(f"{options.out}: {len(files)} file{'s'[:len(files) != 1]}")
    return 0


def _files(options):
    _, model, _, pictures = read(options.result, options.package,
                                 options.images)
    if model.size.image_channels not in (1, 3):
        raise InputError(f"{options.images}: {model.size.image_channels} "
                         "channels; pictures need 1 or 3")
    if options.index:
        found = {one.index: one for one in pictures}
        for index in options.index:
            if index not in found:
                raise InputError(f"{options.result}: image {index} was not "
                                 "run")
        pictures = [found[index] for index in options.index]
    return draw(pictures, model, options.sheet)


if __name__ == "__main__":
    sys.exit(main())
