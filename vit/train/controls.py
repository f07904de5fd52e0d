"""What other pruning would cost: controls of a package, in NumPy.

    python3 -m vit.train.controls PACKAGE TASK [--limit N] [--json FILE]
        [--plot FILE] [--config FILE]

Evaluation only, on the task's test images; the network is not trained anew.
Prints a line and writes an entry of `rows` for every policy:

- `thresholds`: FFN2 thresholds 0..8, the package's token pruning;
- `keep`: other keep ratios at the package's blocks, its FFN2 threshold;
- `random_tokens`: as many tokens, chosen at random instead of by importance;
- `static_mask`: FFN2 channels fixed for all images: in every block as many as
  are live on average, those that are most often live, both on the task's
  fixed training images.
"""

import argparse
import dataclasses
import json
import sys

import numpy as np

from . import config as configuration
from . import evaluate, integer, package, tasks
from .errors import InputError, report
from .package import ALL_TOKENS, ImageSet

THRESHOLDS = range(9)
KEEP = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class RandomTokens(integer.Network):
    """Tokens survive at random, by a fixed seed."""

    def __init__(self, model, seed):
        super().__init__(model)
        self._random = np.random.default_rng(seed)

    def _importance(self, class_rows):
        images, _, tokens = class_rows.shape
        return self._random.random((images, tokens))


class StaticMask(integer.Network):
    """FFN2 channels are live or dead for all images alike.

    masks: {block's name: bool [F]}
    """

    def __init__(self, model, masks):
        super().__init__(model)
        self._masks = masks

    def _live(self, name, hidden, threshold):
        shape = (len(hidden), 1, hidden.shape[2])
        return np.broadcast_to(self._masks[name], shape)


def static_masks(model, images):
    """Masks for StaticMask: the channels that are most often live."""
    totals = {}

    def observe(name, values):
        if name.endswith(".live"):
            block = name.removesuffix(".live")
            totals[block] = totals.get(block, 0) + values.sum((0, 1))

    integer.Network(model, observe=observe).classify(images)
    return {block: _most(live, round(live.sum() / len(images)))
            for block, live in totals.items()}


def _most(values, count):
    """Bool [F]: true for the `count` largest; ties go to the first."""
    mask = np.zeros(len(values), bool)
    mask[np.argsort(-values, kind="stable")[:count]] = True
    return mask


def networks(model, calibration):
    """Yields (control, value, Network) for every policy."""
    pruning = model.pruning
    for threshold in THRESHOLDS:
        yield "thresholds", threshold, integer.Network(
            model, dataclasses.replace(pruning, ffn2_threshold=threshold))
    for keep in KEEP:
        ppm = tuple(round(keep * ALL_TOKENS) if old < ALL_TOKENS else old
                    for old in pruning.keep_ppm)
        yield "keep", keep, integer.Network(
            model, dataclasses.replace(pruning, keep_ppm=ppm))
    yield "random_tokens", None, RandomTokens(model, 0)
    if pruning.ffn2_threshold is not None:
        yield "static_mask", None, StaticMask(
            model, static_masks(model, calibration.images))


def measure(model, calibration, images):
    """Yields one row, a dictionary, for every policy."""
    for control, value, network in networks(model, calibration):
        result = evaluate.run(network, images)
        yield {"control": control, "value": value,
               "accuracy": result["accuracy"],
               "macs_reduction": result["macs"]["reduction"],
               "ffn2_reduction": result["ffn2"]["reduction"]}


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.controls",
        description="what other pruning policies cost a package")
    parser.add_argument("package")
    parser.add_argument("task", choices=tasks.NAMES)
    parser.add_argument("--limit", type=int, metavar="N",
                        help="the first N test images only")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--plot", metavar="FILE",
                        help="curves as SVG; needs matplotlib")
    parser.add_argument("--config", help="vit/train/TASK.yaml unless given")
    options = parser.parse_args(arguments)
    if options.limit is not None and options.limit < 1:
        parser.error("--limit must be 1 or more")
    try:
        model = package.load(options.package)
        task = tasks.load(configuration.load(
            options.config or tasks.config_path(options.task)))
        images = task.images("test")
        package.check_fit(images, model.size, options.task)
    except (InputError, OSError) as error:
        return report("controls", error)
    images = ImageSet(images.images[:options.limit],
                      images.labels[:options.limit])
    rows = []
    for row in measure(model, task.images("training"), images):
        rows.append(row)
        value = "" if row["value"] is None else row["value"]
        print(f"{row['control']:14}{value:5}  accuracy {row['accuracy']:.4f}  "
              f"operations {-row['macs_reduction']:.1%}  "
              f"FFN2 rows {-row['ffn2_reduction']:.1%}", flush=True)
    measured = {"package": model.metadata.get("name", ""),
                "ffn2_threshold": model.pruning.ffn2_threshold,
                "images": len(images.labels), "rows": rows}
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(measured, file, indent=1)
            file.write("\n")
    if options.plot:
        from . import plot  # pylint: disable=import-outside-toplevel
        plot.policies(measured, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
