"""The whole recipe: teacher, student, steps, package, figures."""

import dataclasses
import json
import pathlib
import time

import numpy as np
import torch

from . import config as configuration
from . import evaluate, export, integer, package, plot, tasks
from .errors import InputError
from .training import STEPS, Trainer, accuracy, choose_device, predict


def run(options):
    """Trains, exports and measures what the command line asks for."""
    begin = time.monotonic()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    config = configuration.load(options.config
                                or tasks.config_path(options.task))
    if config.task != options.task:
        raise InputError(f"{options.config} is for task {config.task!r}")
    work = options.work or pathlib.Path(
        "build/train") / f"{options.task}-seed{options.seed}"
    out = options.out or work
    task = tasks.load(config)
    trainer = Trainer(config, task, options.seed, work,
                      choose_device(options.device))
    teacher = trainer.teacher()
    student = trainer.student(teacher)
    steps = {name: trainer.step(name, teacher)
             for name in (STEPS if options.steps else ())}
    plot.curves(work)
    model = export.make_package(student, task.images("training"),
                                config.export,
                                export.metadata_of(task, config,
                                                   options.seed))
    model, thresholds = export.choose_threshold(
        model, task.images("validation"), config.export)
    out.mkdir(parents=True, exist_ok=True)
    package.save(model, out / f"{options.task}.safetensors")
    parts = ["validation"]
    if not options.validation_only:
        parts.append("test")
        package.save_images(task.images("test"),
                            out / f"{options.task}_test.safetensors")
    figures = measure(task, teacher, student, model, parts)
    for name, network in steps.items():
        for part in parts:
            measure_step(figures[part], name, network, task.images(part))
    figures.update(task=options.task, seed=options.seed,
                   thresholds=thresholds,
                   ffn2_threshold=model.pruning.ffn2_threshold,
                   wall_seconds=time.monotonic() - begin)
    with open(work / "figures.json", "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")
    print_figures(figures)


def measure(task, teacher, student, model, parts):
    """Accuracy of every step on the images of each of `parts`."""
    off = dataclasses.replace(model.pruning, ffn2_threshold=None)
    dense = package.Pruning.none(model.size.depth)
    figures = {"dense_macs": integer.dense_macs(model.size)}
    for part in parts:
        images = task.images(part)
        pruned = evaluate.evaluate(model, images)
        pruned["predicted"] = [image["predicted"]
                               for image in pruned.pop("images")]
        predicted = predict(teacher, images)
        figures[part] = {
            "images": len(images.labels),
            "labels": images.labels.tolist(),
            "sources": sources(images),
            "teacher_float": float(np.mean(predicted == images.labels)),
            "teacher_predicted": predicted.tolist(),
            "student_float": accuracy(student, images),
            "int8_dense": evaluate.evaluate(model, images, dense)["accuracy"],
            "int8_tokens": evaluate.evaluate(model, images, off)["accuracy"],
            "int8_pruned": pruned,
        }
    return figures


def measure_step(figures, name, network, images):
    """Adds a float network of STEPS to the figures of a part."""
    predicted = predict(network, images)
    figures[f"{name}_float"] = float(np.mean(predicted == images.labels))
    figures[f"{name}_predicted"] = predicted.tolist()


def sources(images):
    """The digit that each image of a set shows: they come in turn."""
    listed = images.metadata["source_indices"].split(",")
    return np.resize([int(index) for index in listed],
                     len(images.labels)).tolist()


ROWS = (("dense GELU, float: the teacher", "teacher_float"),
        ("the same, trained on: the baseline", "baseline_float"),
        ("ReLU, float", "relu_float"),
        ("ReLU, tokens pruned, float", "tokens_float"),
        ("the same, sparse: the student", "student_float"),
        ("the student in INT8, nothing pruned", "int8_dense"),
        ("the student in INT8, tokens pruned", "int8_tokens"),
        ("tokens and FFN2 pruned", "int8_pruned"))


def print_figures(figures):
    """A table that a person can read."""
    parts = [part for part in ("validation", "test") if part in figures]
    print(f"\n{'accuracy':36}" + "".join(f"{part:>12}" for part in parts))
    for title, key in ROWS:
        if key not in figures[parts[0]]:
            continue
        values = [figures[part][key] for part in parts]
        values = [value["accuracy"] if isinstance(value, dict) else value
                  for value in values]
        print(f"{title:36}" + "".join(f"{value:12.4f}" for value in values))
    print("\n" + export.threshold_table(figures["thresholds"],
                                        figures["ffn2_threshold"]))
    print(f"\n{parts[-1]} images, INT8, tokens and FFN2 pruned")
    print(evaluate.summary(figures[parts[-1]]["int8_pruned"]))
    print(f"\n{figures['wall_seconds']:.0f} s")
