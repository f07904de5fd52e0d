"""Trains a task's network and exports it; docs/training.md.

    python3 -m vit.train TASK [--seed N] [--config FILE] [--work DIR]
        [--out DIR] [--device cpu|cuda] [--threads N] [--steps]
        [--validation-only]
"""

import argparse
import os
import pathlib
import sys

from . import tasks


def parse_arguments(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python3 -m vit.train",
        description="trains a vision transformer and exports its package")
    parser.add_argument("task", choices=tasks.NAMES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--config", type=pathlib.Path,
                        help="vit/train/TASK.yaml unless given")
    parser.add_argument("--work", type=pathlib.Path,
                        help="checkpoints and logs; build/train/TASK-seedN "
                             "unless given")
    parser.add_argument("--out", type=pathlib.Path,
                        help="package and test images; the folder of --work "
                             "unless given")
    parser.add_argument("--steps", action="store_true",
                        help="train what the student is compared with, each "
                             "for as long as the student: the dense network, "
                             "ReLU alone, ReLU with pruned tokens")
    parser.add_argument("--device", choices=("cpu", "cuda"),
                        help="cuda where PyTorch finds a GPU, unless given")
    parser.add_argument("--threads", type=int, default=1,
                        help="on the CPU; 1 unless given")
    parser.add_argument("--validation-only", action="store_true",
                        help="leave the test images alone: for choosing "
                             "values of the configuration")
    options = parser.parse_args(arguments)
    if options.seed < 0 or options.threads < 1:
        parser.error("--seed must be 0 or more, --threads 1 or more")
    return options


def main(arguments=None):
    """The command; returns its exit status."""
    options = parse_arguments(arguments)
    # The libraries under NumPy and PyTorch read these when they are loaded.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    # Without it products on a GPU need not be the same in every run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # pylint: disable=import-outside-toplevel
    from . import recipe
    from .errors import InputError, report
    try:
        recipe.run(options)
    except (InputError, OSError) as error:
        return report("train", error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
