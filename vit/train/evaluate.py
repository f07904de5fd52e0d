"""Runs a package on an image set with the integer network in NumPy.

    python3 -m vit.train.evaluate PACKAGE IMAGES [--json FILE] [--limit N]
        [--no-token-pruning] [--ffn2-threshold T|off]

The JSON has the keys of a platform run: images[] with index, label,
predicted, logits, tokens_per_block, live_ffn2_channels_per_block; accuracy;
macs; ffn2; and per layer saturation, a share, and saturated_values, a count.
"""

import argparse
import json
import sys

import numpy as np

from . import integer, package
from .errors import InputError, report

LARGEST_SATURATION = 0.01


def evaluate(model, images, pruning=None):
    """Returns the dictionary that --json writes."""
    return run(integer.Network(model, pruning), images)


def run(network, images):
    """The same of an integer.Network."""
    size = network.size
    result = network.classify(images.images)
    known = images.labels >= 0
    right = np.count_nonzero(result.predicted[known] == images.labels[known])
    dense = integer.dense_macs(size)
    executed = integer.executed_macs(size, result.tokens_per_block,
                                     result.live_channels_per_block)
    rows = size.hidden * result.live_channels_per_block.size
    live = int(result.live_channels_per_block.sum())
    return {
        "count": len(images.images),
        "correct": int(right),
        "accuracy": right / max(1, int(known.sum())),
        "macs": {"dense": dense, "executed": float(executed.mean()),
                 "reduction": float(1 - executed.mean() / dense)},
        "ffn2": {"rows_total": rows, "rows_fetched": live,
                 "reduction": 1 - live / rows},
        "tokens_per_block": result.tokens_per_block.mean(0).tolist(),
        "live_ffn2_channels_per_block":
            result.live_channels_per_block.mean(0).tolist(),
        "saturation": {name: count / total for name, (count, total)
                       in network.saturated.items()},
        "saturated_values": {name: int(count) for name, (count, _)
                             in network.saturated.items()},
        "images": [
            {"index": index, "label": int(images.labels[index]),
             "predicted": int(result.predicted[index]),
             "logits": result.logits[index].tolist(),
             "tokens_per_block": result.tokens_per_block[index].tolist(),
             "live_ffn2_channels_per_block":
                 result.live_channels_per_block[index].tolist()}
            for index in range(len(images.images))],
    }


def saturation_warnings(result):
    """One line for every layer in which too many values were cut off."""
    return [f"warning: {name}: {share:.2%} of the values saturate"
            for name, share in result["saturation"].items()
            if share > LARGEST_SATURATION]


def summary(result):
    """What a person wants to read of an evaluation."""
    live = result["live_ffn2_channels_per_block"]
    worst = max(result["saturation"].items(), key=lambda entry: entry[1])
    return "\n".join([
        f"accuracy        {result['accuracy']:.4f}  "
        f"({result['correct']} of {result['count']})",
        f"operations      {result['macs']['reduction']:.1%} fewer "
        f"({result['macs']['executed'] / 1e6:.3f} of "
        f"{result['macs']['dense'] / 1e6:.3f} MMAC)",
        f"FFN2 rows       {result['ffn2']['reduction']:.1%} fewer",
        "tokens left     " + " ".join(
            f"{tokens:g}" for tokens in result["tokens_per_block"]),
        "live channels   " + " ".join(f"{count:.1f}" for count in live),
        f"most saturated  {worst[0]}: {worst[1]:.3%}",
        *saturation_warnings(result)])


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.evaluate",
        description="runs a package with the integer network in NumPy")
    parser.add_argument("package")
    parser.add_argument("images")
    parser.add_argument("--json", metavar="FILE", help="all the results")
    parser.add_argument("--limit", type=int, metavar="N",
                        help="the first N images only")
    parser.add_argument("--no-token-pruning", action="store_true")
    parser.add_argument("--ffn2-threshold", metavar="T",
                        help="0..126 or off")
    options = parser.parse_args(arguments)
    try:
        model = package.load(options.package)
        images = package.load_images(options.images)
        package.check_fit(images, model.size, options.images)
        pruning = _policy(model, options)
    except (InputError, OSError) as error:
        return report("evaluate", error)
    if options.limit is not None:
        images = package.ImageSet(images.images[:max(1, options.limit)],
                                  images.labels[:max(1, options.limit)])
    result = evaluate(model, images, pruning)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
    print(summary(result))
    return 0


def _policy(model, options):
    keep = model.pruning.keep_ppm
    if options.no_token_pruning:
        keep = package.Pruning.none(model.size.depth).keep_ppm
    threshold = model.pruning.ffn2_threshold
    if options.ffn2_threshold is not None:
        threshold = package.parse_threshold("--ffn2-threshold",
                                            options.ffn2_threshold)
    pruning = package.Pruning(keep, threshold)
    package.check_pruning(pruning, model.size.depth, "options")
    return pruning


if __name__ == "__main__":
    sys.exit(main())
