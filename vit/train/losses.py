"""The losses of teacher and student, and their steps of training."""

import copy

import torch
from torch import nn
from torch.nn import functional


def hoyer_sparsity(hidden):
    """How many hidden channels images use, as a share of them: 0..1.

    hidden: each block's [count, n, F], not negative. With c the norm of a
    channel over an image's tokens, (sum c)^2 / sum c^2 is the number of
    channels if all are alike and 1 if one has everything; it does not change
    when all are scaled (Hoyer measure: Yang, Wen and Li, DeepHoyer, 2020).
    Blocks count by their tokens, as their FFN2 operations do.
    """
    total, tokens = 0.0, 0
    for values in hidden:
        squares = values.square().sum(1)
        norms = squares.clamp_min(1e-12).sqrt()
        used = norms.sum(1).square() / norms.square().sum(1)
        total = total + values.shape[1] * used.mean() / values.shape[2]
        tokens += values.shape[1]
    return total / tokens


def distillation(logits, teacher_logits, temperature):
    """Divergence from the teacher's softened classes, [count, classes]."""
    return temperature ** 2 * functional.kl_div(
        torch.log_softmax(logits / temperature, 1),
        torch.log_softmax(teacher_logits / temperature, 1),
        reduction="batchmean", log_target=True)


def student_loss(config, progress, logits, hidden, labels, teacher_logits):
    """Labels, teacher and sparsity; progress [] 0..1 of the student's steps."""
    ramp = (progress / max(config.sparsity_ramp, 1e-9)).clamp(max=1.0)
    by_labels = functional.cross_entropy(
        logits, labels, label_smoothing=config.label_smoothing)
    by_teacher = distillation(logits, teacher_logits, config.temperature)
    return ((1 - config.distillation) * by_labels
            + config.distillation * by_teacher
            + ramp * config.sparsity * hoyer_sparsity(hidden))


class LabelStep(nn.Module):
    """A step of a network that learns from labels alone."""

    def __init__(self, model, label_smoothing):
        super().__init__()
        self.model = model
        self.label_smoothing = label_smoothing

    def forward(self, images, labels, progress):
        """(loss [], rightly classified [], sparsity []); the last is 0."""
        logits, _ = self.model(images)
        value = functional.cross_entropy(logits, labels,
                                         label_smoothing=self.label_smoothing)
        return value, right(logits, labels), torch.zeros_like(progress)


class StudentStep(nn.Module):
    """A step of a network that learns from labels and a teacher."""

    def __init__(self, model, teacher, config):
        super().__init__()
        self.model = model
        self.teacher = copy.deepcopy(teacher).requires_grad_(False)
        self.config = config

    def forward(self, images, labels, progress):
        """(loss [], rightly classified [], sparsity []) of a batch."""
        teacher_logits, _ = self.teacher(images)
        logits, hidden = self.model(images)
        value = student_loss(self.config, progress, logits, hidden, labels,
                             teacher_logits)
        used = hoyer_sparsity([values.detach() for values in hidden])
        return value, right(logits, labels), used


def right(logits, labels):
    """How many of a batch are classified rightly, []."""
    return (logits.argmax(1) == labels).sum()
