"""The whole recipe: teacher, student, package, figures."""

import dataclasses
import json
import pathlib
import time

import torch

from . import config as configuration
from . import evaluate, export, integer, package, plot, tasks
from .errors import InputError
from .training import Trainer, accuracy


def run(options):
    """Trains, exports and measures what the command line asks for."""
    begin = time.monotonic()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    if options.config is None and options.task not in tasks.NAMES:
        raise InputError(f"task {options.task!r} is unknown; there are: "
                         + ", ".join(tasks.NAMES))
    config = configuration.load(options.config
                                or tasks.config_path(options.task))
    if config.task != options.task:
        raise InputError(f"{options.config} is for task {config.task!r}")
    work = options.work or pathlib.Path(
        "build/train") / f"{options.task}-seed{options.seed}"
    out = options.out or work
    task = tasks.load(config)
    trainer = Trainer(config, task, options.seed, work)
    teacher = trainer.teacher()
    student = trainer.student(teacher)
    plot.curves(work)
    model = export.make_package(student, task.images("training"),
                                config.export,
                                export.metadata_of(task, config,
                                                   options.seed))
    model, thresholds = export.choose_threshold(
        model, task.images("validation"), config.export)
    out.mkdir(parents=True, exist_ok=True)
    package.save(model, out / f"{options.task}.safetensors")
    package.save_images(task.images("test"),
                        out / f"{options.task}_test.safetensors")
    figures = measure(task, teacher, student, model)
    figures.update(task=options.task, seed=options.seed,
                   thresholds=thresholds,
                   ffn2_threshold=model.pruning.ffn2_threshold,
                   wall_seconds=time.monotonic() - begin)
    with open(work / "figures.json", "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")
    print_figures(figures)


def measure(task, teacher, student, model):
    """Accuracy of every step on validation and test images."""
    off = dataclasses.replace(model.pruning, ffn2_threshold=None)
    dense = package.Pruning.none(model.size.depth)
    figures = {"dense_macs": integer.dense_macs(model.size)}
    for part in ("validation", "test"):
        images = task.images(part)
        pruned = evaluate.evaluate(model, images)
        del pruned["images"]
        figures[part] = {
            "images": len(images.labels),
            "teacher_float": accuracy(teacher, images),
            "student_float": accuracy(student, images),
            "int8_dense": evaluate.evaluate(model, images, dense)["accuracy"],
            "int8_tokens": evaluate.evaluate(model, images, off)["accuracy"],
            "int8_pruned": pruned,
        }
    return figures


def print_figures(figures):
    """A table that a person can read."""
    steps = (("dense GELU, float", "teacher_float"),
             ("ReLU, tokens pruned, float", "student_float"),
             ("the same, INT8, nothing pruned", "int8_dense"),
             ("the same, INT8, tokens pruned", "int8_tokens"))
    print(f"\n{'accuracy':34}validation    test")
    for title, key in steps:
        print(f"{title:34}{figures['validation'][key]:10.4f}"
              f"{figures['test'][key]:8.4f}")
    print(f"{'the same, tokens and FFN2 pruned':34}"
          f"{figures['validation']['int8_pruned']['accuracy']:10.4f}"
          f"{figures['test']['int8_pruned']['accuracy']:8.4f}")
    print("\nthreshold  accuracy  operations  FFN2 rows (validation)")
    for row in figures["thresholds"]:
        chosen = "*" if (row["threshold"]
                         == figures["ffn2_threshold"]) else ""
        print(f"{row['threshold']:8}{chosen:1}{row['accuracy']:10.4f}"
              f"{-row['macs_reduction']:12.1%}{-row['ffn2_reduction']:11.1%}")
    print("\ntest images, INT8, tokens and FFN2 pruned")
    print(evaluate.summary(figures["test"]["int8_pruned"]))
    print(f"\n{figures['wall_seconds']:.0f} s")
