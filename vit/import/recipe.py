"""A checkpoint to a package: ReLU, fine-tuning, calibration, comparison."""

import dataclasses
import hashlib
import json

import torch
from torch import nn

from ..train import config as configuration
from ..train import export, package
from ..train.errors import InputError
from ..train.model import VisionTransformer
from ..train.package import ALL_TOKENS
from ..train.training import Trainer, choose_device
from . import agreement, checkpoint, folder, networks


THRESHOLDS = list(range(9))  # FFN2; what --ffn2-threshold auto chooses from


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the Trainer asks of a configuration."""

    network: configuration.NetworkConfig
    student: configuration.StudentConfig
    pruning: configuration.PruningConfig
    source: str

    def fingerprint(self, stage, seed):
        """Text that differs wherever a stage's checkpoint would not fit."""
        values = dataclasses.asdict(self)
        return hashlib.sha256(f"{values} {stage} {seed}".encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class FolderTask:
    """What the Trainer asks of a task, from two folders of pictures."""

    training: folder.Folder
    validation: package.ImageSet

    def images(self, part):
        """The ImageSet by which an epoch is judged, whatever `part`."""
        del part
        return self.validation

    def training_batches(self, random, batch):
        """One epoch: yields (images, labels)."""
        return self.training.batches(random, batch)

    def steps(self, batch):
        """Batches of one epoch."""
        return len(self.training.paths) // batch


def load_original(path, network, epsilon=None):
    """The dense GELU network of a checkpoint file; InputError.

    epsilon: LayerNorm's; that of the checkpoint's ecosystem unless given.
    """
    tensors = checkpoint.load(path)
    size, state = networks.convert(path, tensors, network)
    if epsilon is None:
        epsilon = networks.epsilon(tensors)
    model = VisionTransformer(size, nn.GELU, (ALL_TOKENS,) * size.depth,
                              epsilon)
    model.load_state_dict({name: torch.from_numpy(values)
                           for name, values in state.items()})
    return model.eval()


def replace_activation(original, keep_ppm):
    """The same network with ReLU in GELU's place and tokens pruned."""
    model = VisionTransformer(original.size, nn.ReLU, keep_ppm,
                              original.epsilon)
    model.load_state_dict(original.state_dict())
    return model.eval()


def fine_tune(original, options, pruning, validation):
    """replace_activation(), then trained on labels and the original."""
    size = original.size
    pictures = folder.Folder(options.train, size.classes, scaling(options))
    if len(pictures.class_names) != size.classes:
        raise InputError(
            f"{options.train}: holds {len(pictures.class_names)} classes; "
            f"training needs all {size.classes}, since their order numbers "
            "them")
    student = configuration.StudentConfig(
        epochs=options.epochs, batch=options.batch,
        learning_rate=options.learning_rate, weight_decay=0.05,
        warmup_share=0.1, label_smoothing=0.0,
        distillation=options.distillation, temperature=options.temperature,
        sparsity=options.sparsity, sparsity_ramp=0.3)
    task = FolderTask(pictures, validation)
    if task.steps(student.batch) < 1:
        raise InputError(f"{options.train}: holds {len(pictures.paths)} "
                         f"pictures, less than a batch of {student.batch}")
    plan = Plan(
        configuration.NetworkConfig(
            size.image_height, size.image_channels, size.patch, size.width,
            size.heads, size.depth, size.hidden, size.classes),
        student, pruning, f"{digest(options.checkpoint)} {options.train}")
    work = options.work or options.out.with_suffix(".training")
    return Trainer(plan, task, options.seed, work,
                   choose_device()).student(original)


def scaling(options):
    """folder.Scaling that the options and the geometry ask for."""
    return folder.Scaling(
        options.resize or networks.kind(options.geometry).resize,
        options.interpolation)


def digest(path):
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(options):
    """Imports what the command line asks for; writes the package last."""
    network = networks.kind(options.geometry)
    if not options.out.absolute().parent.is_dir():
        raise InputError(f"{options.out}: its folder does not exist")
    original = load_original(options.checkpoint, network, options.epsilon)
    size = original.size
    pruning = configuration.PruningConfig(options.prune_blocks, options.keep)
    if any(block >= size.depth for block in pruning.blocks):
        raise InputError(f"--prune-blocks: the network has blocks "
                         f"0..{size.depth - 1}")
    package.check_pruning(
        package.Pruning(pruning.keep_ppm(size.depth), options.ffn2_threshold),
        size.depth, "options")
    pictures = folder.Folder(options.images, size.classes, scaling(options))
    warn(options, pictures, size)
    if (options.choose_threshold
            and len(pictures.class_names) != size.classes):
        raise InputError(
            f"--ffn2-threshold auto: {pictures.path} holds "
            f"{len(pictures.class_names)} of {size.classes} classes, so that "
            "its labels need not be the network's; give a number or off")
    calibration = pictures.images(options.calibration_images)
    checked = pictures.images(options.check_images)
    model = (fine_tune(original, options, pruning, checked)
             if options.train else replace_activation(
                 original, pruning.keep_ppm(size.depth)))
    settings = configuration.ExportConfig(
        options.headroom, THRESHOLDS, 0.0, options.calibration)
    result = export.make_package(model, calibration, settings,
                                 metadata(options, pictures, size))
    if options.choose_threshold:
        result, rows = export.choose_threshold(result, checked, settings)
        print(export.threshold_table(rows, result.pruning.ffn2_threshold))
    else:
        result = dataclasses.replace(result, pruning=dataclasses.replace(
            result.pruning, ffn2_threshold=options.ffn2_threshold))
    print(agreement.report(original, model, result, checked))
    package.save(result, options.out)
    print(f"\nwrote {options.out}")


def warn(options, pictures, size):
    """Says what the user should know before believing any figure."""
    if not options.train:
        print("warning: ReLU replaces GELU without fine-tuning (--train): the "
              "package follows the hardware's rules, but do not expect its "
              "decisions to be right")
    if len(pictures.class_names) != size.classes:
        print(f"warning: {pictures.path} holds {len(pictures.class_names)} of "
              f"{size.classes} classes, so that its labels need not be the "
              "network's: disregard the accuracies")


def metadata(options, pictures, size):
    """The descriptive metadata of the package."""
    tuned = (f", fine-tuned for {options.epochs} epochs" if options.train
             else ", not fine-tuned")
    result = {"name": f"{options.geometry}, {options.checkpoint.name}",
              "provenance": f"imported by vit/import from "
                            f"{options.checkpoint.name} (SHA-256 "
                            f"{digest(options.checkpoint)}); ReLU in place of "
                            f"GELU{tuned}",
              "resize": str(scaling(options).shorter_side),
              "interpolation": scaling(options).interpolation}
    if len(pictures.class_names) == size.classes:
        result["class_names"] = json.dumps(pictures.class_names)
    return result
