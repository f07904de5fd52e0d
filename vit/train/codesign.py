"""Writes docs/codesign.md from measured files, and nothing else.

    python3 -m vit.train.codesign TASK... [--build DIR] [--out FILE]

Per task it reads, under DIR (build unless given):

- train/TASK-seed*/figures.json, of `./dev train TASK --seed N`;
- codesign/TASK/{dense,tokens,pruned}/result.json, of platform runs;
- codesign/TASK/controls.json, of `python3 -m vit.train.controls`.

`./dev codesign TASK...` makes the last two and runs this.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

from .errors import InputError

RUNS = ("dense", "tokens", "pruned")
TITLES = {"dense": "ReLU, INT8, nothing pruned",
          "tokens": "ReLU, INT8, tokens pruned",
          "pruned": "ReLU, INT8, tokens and FFN2 pruned"}
TEMPLATE = pathlib.Path(__file__).with_name("codesign.md.in")
NORMAL = 1.96


def paired_loss(labels, before, after, sources):
    """(loss, half width of its 95 % interval) in shares of the images.

    Per image the loss is right(before) - right(after). Images of the same
    source are not independent: with the sum s_g of every source's
    deviations from the mean, G sources and n images the variance of the mean
    is G / (G - 1) sum s_g^2 / n^2.
    """
    labels, before, after, sources = map(
        np.asarray, (labels, before, after, sources))
    loss = (before == labels).astype(float) - (after == labels)
    groups = np.unique(sources, return_inverse=True)[1]
    sums = np.bincount(groups, loss - loss.mean())
    count = len(sums)
    variance = count / max(1, count - 1) * (sums ** 2).sum()
    return loss.mean(), NORMAL * np.sqrt(variance) / len(loss)


def read(path):
    """The JSON of a file; InputError says how to make it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; docs/codesign.md names "
                         "the commands that make it") from error
    except ValueError as error:
        raise InputError(f"{path}: is not JSON: {error}") from error


class Measured:
    """All that was measured of a task."""

    def __init__(self, build, name):
        self.name = name
        folder = build / "codesign" / name
        paths = sorted((build / "train").glob(f"{name}-seed*/figures.json"))
        self.seeds = sorted((read(path) for path in paths),
                            key=lambda figures: figures["seed"])
        if not self.seeds:
            raise InputError(f"{build}/train: no figures of {name}: "
                             f"./dev train {name}")
        for figures in self.seeds:
            if "labels" not in figures.get("test", {}):
                raise InputError(
                    f"{build}/train: figures of {name}, seed "
                    f"{figures['seed']}, are of an older version or without "
                    f"test images: ./dev train {name} --seed "
                    f"{figures['seed']}")
        self.runs = {run: read(folder / run / "result.json") for run in RUNS}
        self.controls = read(folder / "controls.json")
        for run, result in self.runs.items():
            if result["status"] != "done" or not result["check"]["bit_exact"]:
                raise InputError(f"{folder}/{run}: the run did not end well")

    def losses(self, dense):
        """[(loss, half width)] of every seed against `dense`, test images.

        dense: teacher or baseline. None for a seed whose baseline has not
        been trained.
        """
        key = f"{dense}_predicted"
        return [paired_loss(test["labels"], test[key],
                            test["int8_pruned"]["predicted"],
                            test["sources"]) if key in test else None
                for test in (figures["test"] for figures in self.seeds)]

    def agreement(self):
        """(equal predictions, compared): platform against NumPy, seed 0."""
        predicted = self.seeds[0]["test"]["int8_pruned"]["predicted"]
        images = self.runs["pruned"]["images"]
        return sum(image["predicted"] == predicted[image["index"]]
                   for image in images), len(images)


def percent(value):
    return f"{100 * value:.2f} %"


def spread(values):
    """Mean and deviation over seeds, in percent."""
    text = f"{100 * np.mean(values):.2f} %"
    return (text if len(values) < 2
            else f"{text} ± {100 * np.std(values, ddof=1):.2f}")


def table(head, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |"
                              for row in rows])


def steps(task):
    """Accuracy of every step over the seeds, test images."""
    def over_seeds(key):
        values = [figures["test"].get(key) for figures in task.seeds]
        return [value["accuracy"] if isinstance(value, dict) else value
                for value in values]

    def cells(values):
        measured = [value for value in values if value is not None]
        return [*("not measured" if value is None else percent(value)
                  for value in values),
                spread(measured) if measured else "not measured"]

    names = (("GELU, float, nothing pruned: the teacher", "teacher_float"),
             ("the teacher trained on: the baseline", "baseline_float"),
             ("ReLU, float", "relu_float"),
             ("ReLU, float, tokens pruned", "tokens_float"),
             ("the same, sparse: the student", "student_float"),
             (TITLES["dense"], "int8_dense"),
             (TITLES["tokens"], "int8_tokens"),
             (TITLES["pruned"], "int8_pruned"))
    seeds = [f"seed {figures['seed']}" for figures in task.seeds]
    return table(
        ["step", *seeds, "mean ± deviation"],
        [[title, *cells(over_seeds(key))] for title, key in names])


def hardware(task):
    """The platform's counters, per image."""
    rows = []
    for run in RUNS:
        result = task.runs[run]
        images = len(result["images"])
        cycles = result["cycles"]["total"] / images
        dram = {key: (result["dram"]["read_bytes"][key]
                      + result["dram"]["write_bytes"][key]) / images / 1024
                for key in ("weights", "activations", "images", "firmware",
                            "total")}
        rows.append([
            TITLES[run], images, percent(result["accuracy"]),
            f"{result['macs']['executed'] / images / 1e6:.2f}",
            percent(result["macs"]["reduction"]),
            percent(result["ffn2"]["reduction"]),
            *(f"{value:.1f}" for value in dram.values()), f"{cycles:.0f}",
            f"{result['scenario']['clock_mhz'] * 1e6 / cycles:.0f}"])
    return table(["on the platform", "images", "accuracy", "MMAC",
                  "fewer operations", "fewer FFN2 rows", "weights, KiB",
                  "activations", "pixels", "firmware", "all DRAM", "cycles",
                  "frames/s"], rows)


TARGETS = {"clutter": (("accuracy of the dense network, at least", 0.94),
                       ("fewer operations, at least", 0.615),
                       ("fewer FFN2 rows, at least", 0.593),
                       ("loss of accuracy, under", 0.02))}


def targets(task):
    """What was aimed at and what came of it, means over the seeds."""
    tests = [figures["test"] for figures in task.seeds]
    pruned = [test["int8_pruned"] for test in tests]
    dense = ("baseline" if all("baseline_float" in test for test in tests)
             else "teacher")
    values = [np.mean([test[f"{dense}_float"] for test in tests]),
              np.mean([result["macs"]["reduction"] for result in pruned]),
              np.mean([result["ffn2"]["reduction"] for result in pruned]),
              np.mean([loss for loss, _ in task.losses(dense)])]
    rows = []
    for (title, target), value in zip(TARGETS[task.name], values):
        met = value < target if title.endswith("under") else value >= target
        rows.append([title, percent(target), percent(value),
                     "met" if met else "**missed**"])
    return (table(["target", "aim", "measured", ""], rows)
            + f"\n\nMeans over the seeds; the dense network is the {dense}.")


def losses(task):
    def cell(measured):
        if measured is None:
            return "not measured"
        loss, half = measured
        return (f"{100 * loss:.2f} points ({100 * (loss - half):.2f} to "
                f"{100 * (loss + half):.2f})")

    return table(
        ["seed", "loss against the teacher (95 % interval)",
         "against the baseline"],
        [[figures["seed"], cell(teacher), cell(baseline)]
         for figures, teacher, baseline in zip(
             task.seeds, task.losses("teacher"), task.losses("baseline"))])


def controls(task):
    names = {"thresholds": "FFN2 threshold", "keep": "keep at each stage",
             "random_tokens": "random tokens",
             "static_mask": "static FFN2 channels"}
    return table(
        ["control", "accuracy", "fewer operations", "fewer FFN2 rows"],
        [[f"{names[row['control']]} "
          f"{'' if row['value'] is None else row['value']}".strip(),
          percent(row["accuracy"]), percent(row["macs_reduction"]),
          percent(row["ffn2_reduction"])]
         for row in task.controls["rows"]])


def section(task):
    """The part of the page that is about one task."""
    equal, compared = task.agreement()
    check = task.runs["pruned"]["check"]
    images = task.seeds[0]["test"]["images"]
    parts = [f"## `{task.name}`", steps(task)]
    parts.append(f"Accuracy on the {images} test images in the NumPy integer "
                 "network (INT8) and in PyTorch (float). FFN2 thresholds, "
                 "chosen on validation: " + ", ".join(
                     f"{figures['ffn2_threshold']} (seed {figures['seed']})"
                     for figures in task.seeds) + ".")
    if len(task.seeds) < 3:
        parts.append(f"Seeds trained: {len(task.seeds)} of the 3 that a "
                     "deviation needs. **Not yet measured: the others.**")
    if task.name in TARGETS:
        parts.append(targets(task))
    parts += [losses(task), hardware(task)]
    parts.append(
        f"Seed 0, per image, from `result.json`. Bit-exact with the C++ "
        f"reference (level `{check['level']}`, "
        f"{check['elements_compared']} elements of the pruned run); the "
        f"predictions of NumPy and platform agree on {equal} of {compared} "
        "images.")
    if (task.runs["pruned"]["cycles"]["total"]
            >= task.runs["tokens"]["cycles"]["total"]):
        parts.append("Pruning FFN2 saves operations and traffic here, but no "
                     "cycles: the time goes elsewhere.")
    parts += [f"![accuracy and savings by FFN2 threshold and keep ratio]"
              f"(codesign_{task.name}.svg)", controls(task),
              f"Seed 0, the first {task.controls['images']} test images, not "
              "trained anew; the package's own threshold is "
              f"{task.controls['ffn2_threshold']}."]
    return "\n\n".join(parts)


def not_measured(name):
    """The section of a task that has targets and no measurements."""
    return "\n\n".join([
        f"## `{name}`", "**Not yet measured.** The task can be trained; no "
        "network of it has been trained to the end. Aimed at:",
        table(["target", "aim"], [[title, percent(target)]
                                  for title, target in TARGETS[name]])])


def main(arguments=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train.codesign",
        description="writes docs/codesign.md from measured files")
    parser.add_argument("task", nargs="+")
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path("build"))
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path("docs/codesign.md"))
    options = parser.parse_args(arguments)
    try:
        sections = [section(Measured(options.build, name))
                    for name in options.task]
        sections += [not_measured(name) for name in TARGETS
                     if name not in options.task]
        text = TEMPLATE.read_text(encoding="utf-8")
        options.out.write_text(text + "\n" + "\n\n".join(sections) + "\n",
                               encoding="utf-8")
    except (InputError, OSError) as error:
        print(f"codesign: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
