"""The tasks that a network can be trained for, by name."""

import importlib
import pathlib

from .errors import InputError

FOLDER = pathlib.Path(__file__).resolve().parent
NAMES = ("digits", "clutter")


def config_path(name):
    """The task's configuration file."""
    return FOLDER / f"{name}.yaml"


def load(config):
    """The Task object of config.task, with its images read."""
    if config.task not in NAMES:
        raise InputError(f"task {config.task!r} is unknown; there are: "
                         + ", ".join(NAMES))
    return importlib.import_module(f".{config.task}", __package__).Task(config)
