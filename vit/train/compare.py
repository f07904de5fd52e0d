"""Holds a platform's result against the integer network in NumPy.

    python3 -m vit.train.compare RESULT PACKAGE IMAGES

RESULT is the result.json of a run of PACKAGE on IMAGES. Prints for how many
images both agree; exit status 1 unless for all.
"""

import argparse
import dataclasses
import sys

import numpy as np

from . import integer, package, pictures
from .errors import InputError, report

COMPARED = ("logits", "predicted", "tokens_per_block", "kept_tokens",
            "live_ffn2_channels_per_block")


def decisions(model, images):
    """{key of COMPARED: list with one value per image} of u8 images."""
    kept = []

    def observe(name, values):
        block, _, kind = name.rpartition(".")
        if kind == "survivors":
            seen[int(block.split(".")[1])] = values[:, 0]

    network = integer.Network(model, observe=observe)
    parts = []
    for at in range(0, len(images), integer.BATCH):
        seen = {}
        batch = images[at:at + integer.BATCH]
        parts.append(network.classify(batch))
        kept += [_kept(seen, index, model.size)
                 for index in range(len(batch))]
    result = {field.name: [value for part in parts for value
                           in getattr(part, field.name).tolist()]
              for field in dataclasses.fields(integer.Inference)}
    result["live_ffn2_channels_per_block"] = result.pop(
        "live_channels_per_block")
    return dict(result, kept_tokens=kept)


def _kept(survivors, index, size):
    """kept_tokens as a result has them, from lists block by block."""
    left, blocks = np.arange(size.tokens), []
    for block in range(size.depth):
        if block in survivors:
            left = left[survivors[block][index]]
        blocks.append(left.tolist() if block in survivors else None)
    return blocks


def compare(result, model, images):
    """{key of COMPARED: images of the run that agree in it}."""
    indices = [entry["index"] for entry in result["images"]]
    ours = decisions(model, images.images[indices])
    return {key: sum(entry[key] == value for entry, value
                     in zip(result["images"], ours[key]))
            for key in COMPARED}


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.compare",
        description="compares a platform run with the network in NumPy")
    parser.add_argument("result", help="result.json of a run")
    parser.add_argument("package")
    parser.add_argument("images")
    options = parser.parse_args(arguments)
    try:
        result, model, images, _ = pictures.read(
            options.result, options.package, options.images)
    except (InputError, OSError) as error:
        return report("compare", error)
    count, check = len(result["images"]), result["check"]
    equal = compare(result, model, images)
    print(f"{'platform and NumPy':38}images")
    for key, agreeing in equal.items():
        print(f"  {key:36}{agreeing} of {count}")
    print(f"platform and reference ({check['level']}), bit-exact: "
          f"{check['bit_exact']}, {check['elements_compared']} values")
    return 0 if all(agreeing == count for agreeing in equal.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
