"""Curves of a training run as a picture."""

import csv

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  pylint: disable=C0413


def curves(folder):
    """Draws folder's teacher.csv and student.csv to training.png."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.5))
    for stage in ("teacher", "student"):
        with open(folder / f"{stage}.csv", encoding="utf-8") as file:
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
