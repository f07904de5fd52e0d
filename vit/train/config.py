"""The configuration of a task: one YAML file, checked against dataclasses."""

import dataclasses
import hashlib
import pathlib

import yaml

from .errors import InputError
from .package import ALL_TOKENS, Geometry, check_geometry


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    image_size: int
    image_channels: int
    patch: int
    width: int
    heads: int
    depth: int
    hidden: int
    classes: int
    residual_start: float = 1.0

    def geometry(self):
        return Geometry(self.image_size, self.image_size, self.image_channels,
                        self.patch, self.width, self.heads, self.depth,
                        self.hidden, self.classes)


@dataclasses.dataclass(frozen=True)
class CanvasConfig:
    """Of tasks that draw canvases: pixels, and canvases of each part."""

    smallest: int
    largest: int
    fragments: int
    fragment: int
    noise: float
    epoch: int
    training: int
    validation: int
    test: int


@dataclasses.dataclass(frozen=True)
class AugmentationConfig:
    rotate_degrees: float
    scale: float
    shift_pixels: float


@dataclasses.dataclass(frozen=True)
class TeacherConfig:
    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    warmup_share: float
    label_smoothing: float


@dataclasses.dataclass(frozen=True)
class StudentConfig(TeacherConfig):
    distillation: float
    temperature: float
    sparsity: float
    sparsity_ramp: float


@dataclasses.dataclass(frozen=True)
class PruningConfig:
    blocks: list
    keep: float

    def keep_ppm(self, depth):
        """One entry per block, as a package has it."""
        return tuple(round(self.keep * ALL_TOKENS) if index in self.blocks
                     else ALL_TOKENS for index in range(depth))


@dataclasses.dataclass(frozen=True)
class ExportConfig:
    residual_headroom: float
    thresholds: list
    threshold_tolerance: float
    calibration: object = "max"  # or a percentile


@dataclasses.dataclass(frozen=True)
class Config:
    task: str
    split_seed: int
    test_share: float
    validation_share: float
    network: NetworkConfig
    augmentation: AugmentationConfig
    teacher: TeacherConfig
    student: StudentConfig
    pruning: PruningConfig
    export: ExportConfig
    canvas: CanvasConfig = None

    def fingerprint(self, stage, seed):
        """Text that differs wherever a stage's checkpoint would not fit."""
        values = dataclasses.asdict(self)
        del values["export"]
        if self.canvas is None:
            del values["canvas"]
        if self.network.residual_start == 1.0:
            del values["network"]["residual_start"]
        if stage == "teacher":
            del values["student"], values["pruning"]
        return hashlib.sha256(f"{values} {seed}".encode()).hexdigest()


def load(path):
    """Returns the Config of a file; InputError names the key at fault."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        values = yaml.safe_load(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {error}") from error
    config = _build(Config, values, str(path), "")
    check_geometry(config.network.geometry(), path)
    _check(config, path)
    return config


def _build(kind, values, path, prefix):
    """Makes a dataclass of a mapping, recursively and without surprises."""
    if not isinstance(values, dict):
        raise InputError(f"{path}: {prefix or 'the file'} must be a mapping")
    fields = {field.name: field.type for field in dataclasses.fields(kind)}
    optional = {field.name for field in dataclasses.fields(kind)
                if field.default is not dataclasses.MISSING}
    for key in (values.keys() ^ fields.keys()) - (optional - values.keys()):
        what = "is missing" if key in fields else "is unknown"
        raise InputError(f"{path}: key {prefix}{key} {what}")
    return kind(**{key: _value(fields[key], value, path, f"{prefix}{key}")
                   for key, value in values.items()})


def _value(kind, value, path, name):
    if dataclasses.is_dataclass(kind):
        return _build(kind, value, path, f"{name}.")
    if kind is object:
        return value
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise InputError(f"{path}: key {name} must be of type "
                         f"{kind.__name__}, not {value!r}")
    return value


def _check(config, path):
    def need(condition, key, wanted):
        if not condition:
            raise InputError(f"{path}: key {key} must be {wanted}")

    need(0 < config.test_share < 0.5, "test_share", "between 0 and 0.5")
    need(0 < config.validation_share < 0.5, "validation_share",
         "between 0 and 0.5")
    for name in ("teacher", "student"):
        stage = getattr(config, name)
        need(stage.epochs >= 1, f"{name}.epochs", "1 or more")
        need(stage.batch >= 1, f"{name}.batch", "1 or more")
    need(0 <= config.pruning.keep <= 1, "pruning.keep", "0..1")
    need(all(type(block) is int and 0 <= block < config.network.depth
             for block in config.pruning.blocks), "pruning.blocks",
         "numbers of blocks, counted from 0")
    need(config.network.residual_start > 0, "network.residual_start",
         "above 0")
    if config.canvas is not None:
        _check_canvas(config.canvas, config.network.image_size, need)
    need(config.export.residual_headroom >= 1, "export.residual_headroom",
         "1 or more")
    calibration = config.export.calibration
    need(calibration == "max" or (type(calibration) in (int, float)
                                  and 50 <= calibration <= 100),
         "export.calibration", "max or a percentile, 50..100")
    need(config.export.thresholds and all(
        type(threshold) is int and 0 <= threshold <= 126
        for threshold in config.export.thresholds), "export.thresholds",
        "numbers of 0..126, at least one")


def _check_canvas(canvas, image_size, need):
    need(1 <= canvas.smallest <= canvas.largest <= image_size,
         "canvas.smallest", "1..canvas.largest, which fits the image")
    need(canvas.fragments >= 0, "canvas.fragments", "0 or more")
    need(1 <= canvas.fragment <= canvas.smallest, "canvas.fragment",
         "1..canvas.smallest")
    need(0 <= canvas.noise <= 1, "canvas.noise", "0..1")
    for part in ("epoch", "training", "validation", "test"):
        need(getattr(canvas, part) >= 1, f"canvas.{part}", "1 or more")
