"""Curves of training and of pruning policies as pictures."""

import csv

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  pylint: disable=C0413


def curves(folder):
    """Draws the logs of folder's stages to training.png."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.5))
    for path in sorted(folder.glob("*.csv")):
        stage = path.stem
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        epochs = [int(row["epoch"]) + 1 for row in rows]
        left.plot(epochs, [float(row["validation_accuracy"]) for row in rows],
                  label=stage)
        right.plot(epochs, [float(row["loss"]) for row in rows],
                   label=f"{stage}: loss")
        if stage == "student":
            right.plot(epochs, [float(row["sparsity"]) for row in rows],
                       "--", label="student: share of channels used")
    left.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0.8, 1))
    right.set(xlabel="epoch", ylim=(0, None))
    left.legend()
    right.legend()
    figure.tight_layout()
    figure.savefig(folder / "training.png", dpi=110)
    pyplot.close(figure)


def policies(measured, path):
    """Draws thresholds and keep ratios, what controls.py measured, as SVG."""
    matplotlib.rcParams["svg.hashsalt"] = "vitvp"  # the same bytes each time
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5), sharey=True)
    for axis, control, label in zip(
            axes, ("thresholds", "keep"),
            ("FFN2 threshold", "share of tokens kept at each stage")):
        rows = [row for row in measured["rows"] if row["control"] == control]
        for key, name, style in (
                ("accuracy", "accuracy", "o-"),
                ("macs_reduction", "fewer operations", "s--"),
                ("ffn2_reduction", "fewer FFN2 rows", "^:")):
            axis.plot([row["value"] for row in rows],
                      [100 * row[key] for row in rows], style, label=name)
        axis.set(xlabel=label, ylim=(0, 100))
        axis.grid(alpha=0.3)
    axes[0].set(ylabel="percent")
    axes[0].legend(loc="lower left")
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
