"""Trains teacher and student; resumes where an earlier run stopped."""

import csv
import dataclasses
import math
import os
import time

import numpy as np
import torch
from torch import nn

from . import losses
from .errors import InputError
from .model import VisionTransformer
from .package import ALL_TOKENS

STAGES = {"teacher": 1, "student": 2, "baseline": 3, "relu": 4, "tokens": 5}
STEPS = ("baseline", "relu", "tokens")  # what the student is compared with
LOG_FIELDS = ("stage", "epoch", "loss", "training_accuracy",
              "validation_accuracy", "sparsity", "seconds", "device")


class Trainer:
    """One task with one seed; its files go to `folder`.

    Per stage the folder holds a log, STAGE.csv, and a checkpoint, STAGE.pt,
    which is replaced after every epoch and resumed from if it is of the same
    configuration and seed. Each epoch draws its random numbers from (seed,
    stage, epoch), so a resumed run gives what an undisturbed one gives on the
    same torch.device; a stage that is complete serves on any. The
    networks that the stages return are on the CPU.
    """

    def __init__(self, config, task, seed, folder, device=torch.device("cpu")):
        self.config = config
        self.task = task
        self.seed = seed
        self.folder = folder
        self.device = device
        self.size = config.network.geometry()
        folder.mkdir(parents=True, exist_ok=True)

    def teacher(self):
        """The dense GELU network, trained on labels."""
        torch.manual_seed(self.seed)
        model = VisionTransformer(self.size, nn.GELU,
                                  (ALL_TOKENS,) * self.size.depth)
        model.scale_updates(self.config.network.residual_start)
        self._train("teacher", self.config.teacher, self._label_step(model))
        return model

    def student(self, teacher):
        """The pruned ReLU network, trained on labels and the teacher."""
        return self._distilled(
            "student", teacher, self.config.pruning.keep_ppm(self.size.depth),
            self.config.student)

    def step(self, name, teacher):
        """One of STEPS: the student's budget for less than the student is.

        All begin with the teacher's weights and have the student's steps and
        learning rates. `baseline` stays a teacher: dense, GELU, labels alone.
        `relu` is the student without pruning and sparsity, `tokens` the
        student without sparsity.
        """
        if name == "baseline":
            model = VisionTransformer(self.size, nn.GELU, teacher.keep_ppm,
                                      teacher.epsilon)
            model.load_state_dict(teacher.state_dict())
            self._train(name, self.config.student, self._label_step(model))
            return model
        keep_ppm = {"relu": teacher.keep_ppm,
                    "tokens": self.config.pruning.keep_ppm(self.size.depth)}
        return self._distilled(
            name, teacher, keep_ppm[name],
            dataclasses.replace(self.config.student, sparsity=0.0))

    def _label_step(self, model):
        return losses.LabelStep(model, self.config.teacher.label_smoothing)

    def _distilled(self, stage, teacher, keep_ppm, config):
        """A ReLU network, trained on labels and the teacher."""
        model = VisionTransformer(self.size, nn.ReLU, keep_ppm,
                                  teacher.epsilon)
        model.load_state_dict(teacher.state_dict())
        self._train(stage, config, losses.StudentStep(model, teacher, config))
        return model

    def _train(self, stage, config, step):
        """Trains step.model; step: a module of losses.py."""
        step.to(self.device)
        model = step.model
        optimiser = torch.optim.AdamW(
            _parameter_groups(model, config.weight_decay),
            lr=config.learning_rate, betas=(0.9, 0.98))
        steps = self.task.steps(config.batch) * config.epochs
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: learning_rate_share(
                step, steps, config.warmup_share))
        parts = {"model": model, "optimiser": optimiser, "schedule": schedule}
        first, log = self._resume(stage, parts)
        if first < config.epochs:
            step = self._graphed(step, config.batch)
        for epoch in range(first, config.epochs):
            log.append(self._epoch(stage, epoch, config, parts, steps, step))
            if epoch + 1 == config.epochs:
                parts = {"model": model}  # nobody goes on from here
            self._checkpoint(stage, parts, epoch + 1, log)
            self._write_log(stage, log)
        model.cpu().eval()

    def _graphed(self, step, batch):
        """On a GPU, the step as one CUDA graph.

        The kernels of so small a network take less time than their launches.
        """
        if self.device.type != "cuda":
            return step
        images, labels = next(self.task.training_batches(
            np.random.default_rng(0), batch))
        return torch.cuda.make_graphed_callables(
            step, self._inputs(images, labels, 0.0))

    def _inputs(self, images, labels, progress):
        """Arguments of a step, on the device."""
        return (torch.from_numpy(images).to(self.device),
                torch.from_numpy(labels).long().to(self.device),
                torch.tensor(progress, device=self.device))

    def _epoch(self, stage, epoch, config, parts, steps, step):
        """One pass over the training images; returns its row of the log."""
        begin = time.monotonic()
        model, optimiser = parts["model"], parts["optimiser"]
        model.train()
        random = np.random.default_rng([self.seed, STAGES[stage], epoch])
        done = epoch * self.task.steps(config.batch)
        sums, batches, seen = torch.zeros(3, device=self.device), 0, 0
        for images, labels in self.task.training_batches(random,
                                                         config.batch):
            measured = step(*self._inputs(images, labels,
                                          (done + batches) / steps))
            optimiser.zero_grad()
            measured[0].backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            parts["schedule"].step()
            sums += torch.stack([value.detach().float()
                                 for value in measured])
            batches += 1
            seen += len(labels)
        loss, right, sparsity = sums.tolist()
        validation = accuracy(model, self.task.images("validation"))
        row = dict(zip(LOG_FIELDS, (
            stage, epoch, f"{loss / batches:.5f}", f"{right / seen:.5f}",
            f"{validation:.5f}", f"{sparsity / batches:.5f}",
            f"{time.monotonic() - begin:.2f}", device_name(self.device))))
        print(f"{stage} {epoch + 1:3}/{config.epochs}"
              f"  loss {row['loss']}  training {row['training_accuracy']}"
              f"  validation {row['validation_accuracy']}"
              f"  sparsity {row['sparsity']}  {row['seconds']} s", flush=True)
        return row

    def _checkpoint(self, stage, parts, epoch, log):
        state = {name: part.state_dict() for name, part in parts.items()}
        state.update(epoch=epoch, log=log,
                     fingerprint=self.config.fingerprint(stage, self.seed))
        path = self.folder / f"{stage}.pt"
        torch.save(state, f"{path}.partial")
        os.replace(f"{path}.partial", path)

    def _resume(self, stage, parts):
        """Returns (first epoch to run, log so far)."""
        path = self.folder / f"{stage}.pt"
        if not path.exists():
            return 0, []
        state = torch.load(path, map_location="cpu")
        if state["fingerprint"] != self.config.fingerprint(stage, self.seed):
            print(f"{path} is of another configuration: starting afresh")
            return 0, []
        for name, part in parts.items():
            if name in state:
                part.load_state_dict(state[name])
        print(f"{stage}: resuming after epoch {state['epoch']}")
        return state["epoch"], state["log"]

    def _write_log(self, stage, log):
        with open(self.folder / f"{stage}.csv", "w", newline="",
                  encoding="utf-8") as file:
            writer = csv.DictWriter(file, LOG_FIELDS)
            writer.writeheader()
            writer.writerows(log)


def choose_device(name=None):
    """The torch.device of a name; without one a GPU, if there is any."""
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: PyTorch finds no GPU; leave the "
                         "option out to train on the CPU")
    return torch.device(name or ("cuda" if torch.cuda.is_available()
                                 else "cpu"))


def device_name(device):
    """What a device of PyTorch is called: cpu, or the GPU's name."""
    return (torch.cuda.get_device_name(device) if device.type == "cuda"
            else device.type)


def predict(model, images):
    """Classes [count] that the float model gives an ImageSet."""
    model.eval()
    device = model.position.device
    with torch.no_grad():
        parts = [model(batch.to(device))[0].argmax(1) for batch
                 in torch.from_numpy(images.images).split(128)]
    return torch.cat(parts).cpu().numpy()


def accuracy(model, images):
    """Share of an ImageSet that the float model classifies rightly."""
    return float(np.mean(predict(model, images) == images.labels))


def learning_rate_share(step, steps, warmup_share):
    """Linear warm-up, then half a cosine down to 1 %."""
    warmup = max(1, round(warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress))


def _parameter_groups(model, weight_decay):
    """Matrices decay; biases, gains and positions do not."""
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        decays = parameter.ndim == 2 and name != "position"
        (matrices if decays else others).append(parameter)
    return [{"params": matrices, "weight_decay": weight_decay},
            {"params": others, "weight_decay": 0.0}]
