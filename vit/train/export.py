"""A trained float network to a package of integers."""

import dataclasses
import json

import numpy as np
import torch

from . import evaluate, model as float_model, quantise
from .package import Package, Pruning, check

RESIDUAL = ("patch.product", "embed", "projection.product", "projection",
            "ffn2.product", "ffn2")
BINS = 8192


def in_residual(name):
    """Whether a tensor shares the scale of the residual stream."""
    return name in RESIDUAL or name.split(".", 2)[-1] in RESIDUAL


def calibrate(model, images, calibration="max"):
    """{tensor name: range} over u8 images [count, H, W, C].

    The range is the largest magnitude, or, where `calibration` is a number
    and the tensor is stored in 8 bits, that percentile of the magnitudes
    (quantise.percentile()).
    """
    ranges = {}

    def see_largest(name, values):
        # np.maximum() lets NaN through, max() would not.
        ranges[name] = float(np.maximum(values.abs().max().item(),
                                        ranges.get(name, 0.0)))

    _run(model, images, see_largest)
    if calibration != "max":
        for name, counts in _histograms(model, images, ranges).items():
            ranges[name] = quantise.percentile(counts, ranges[name],
                                               calibration)
    return ranges


def _histograms(model, images, largest):
    """{tensor name: counts [BINS] of magnitudes 0..largest} of all that is
    stored in 8 bits and has a range."""
    counts = {name: np.zeros(BINS) for name, value in largest.items()
              if name != "logits" and not in_residual(name)
              and 0 < value < np.inf}

    def see_values(name, values):
        if name in counts:
            counts[name] += torch.histc(values.abs().double(), BINS, 0,
                                        largest[name]).numpy()

    _run(model, images, see_values)
    return counts


def _run(model, images, observe):
    model.eval()
    with torch.no_grad():
        for batch in torch.from_numpy(images).split(128):
            model(batch, observe)


def quantise_network(model, ranges, residual_headroom):
    """Returns ({tensor name: array}, residual scale, logit scale)."""
    weights = {name: values.detach().double().numpy()
               for name, values in model.state_dict().items()}
    for name, values in weights.items():
        quantise.require_finite(values, name)
    return _Quantiser(weights, ranges, residual_headroom,
                      model.epsilon).network(model.size)


class _Quantiser:
    """Knows the weights and what one step of each activation is worth."""

    def __init__(self, weights, ranges, residual_headroom, epsilon):
        self._weights = weights
        self._epsilon = epsilon
        self._ranges = ranges
        largest = max(value for name, value in ranges.items()
                      if in_residual(name))
        self._residual = quantise.scale(
            largest * residual_headroom, quantise.LARGEST_I16, "residual")

    def network(self, size):
        position = self._weights["position"] / self._residual
        tensors = {"position": np.clip(
            np.rint(position), -32768, 32767).astype(np.int16)}
        weight, bias = quantise.fold_pixels(
            self._weights["patch.weight"].T, self._weights["patch.bias"],
            float_model.PIXEL_MEAN, float_model.PIXEL_DEVIATION)
        tensors.update(quantise.linear(
            "patch", weight, bias, 1.0, self._columns(self._residual, bias)))
        for index in range(size.depth):
            tensors.update(self._block(f"blocks.{index}", size))
        tensors.update(self._norm("norm", "norm"))
        logit = quantise.scale(self._ranges["logits"], quantise.LARGEST_I16,
                               "logits")
        tensors.update(self._linear("head", self._scale("norm"), logit))
        return tensors, self._residual, logit

    def _block(self, name, size):
        tensors = self._norm(f"{name}.norm1", f"{name}.norm1")
        query, key, value, score, context = (
            self._scale(f"{name}.{part}") for part
            in ("query", "key", "value", "scores", "context"))
        thirds = np.repeat([query, key, value], size.width)
        tensors.update(self._linear(f"{name}.qkv",
                                    self._scale(f"{name}.norm1"), thirds))
        tensors.update(quantise.factor_tensors(
            f"{name}.scores", query * key / score * size.head_width ** -0.5))
        tensors[f"{name}.softmax.table"] = quantise.softmax_table(score)
        tensors.update(quantise.factor_tensors(f"{name}.context",
                                               value / context))
        tensors.update(self._linear(f"{name}.projection", context,
                                    self._residual))
        tensors.update(self._norm(f"{name}.norm2", f"{name}.norm2"))
        hidden = self._scale(f"{name}.ffn1")
        tensors.update(self._linear(f"{name}.ffn1",
                                    self._scale(f"{name}.norm2"), hidden))
        tensors.update(self._linear(f"{name}.ffn2", hidden, self._residual))
        return tensors

    def _linear(self, name, input_scale, output_scales):
        bias = self._weights[f"{name}.bias"]
        return quantise.linear(name, self._weights[f"{name}.weight"].T, bias,
                               input_scale, self._columns(output_scales, bias))

    def _norm(self, name, output):
        return quantise.layer_norm(
            name, self._weights[f"{name}.weight"],
            self._weights[f"{name}.bias"], self._epsilon,
            self._residual, self._scale(output))

    def _scale(self, name):
        return quantise.scale(self._ranges[name], quantise.LARGEST_I8, name)

    @staticmethod
    def _columns(scales, bias):
        return np.broadcast_to(scales, bias.shape)


def make_package(model, calibration, config, metadata):
    """Package of a trained model, FFN2 pruning off; `calibration`: ImageSet.

    InputError, by name, for NaN weights, zero scales and what does not fit.
    """
    ranges = calibrate(model, calibration.images, config.calibration)
    tensors, residual, logit = quantise_network(model, ranges,
                                                config.residual_headroom)
    metadata = dict(metadata, synthetic="false", residual_scale=repr(residual),
                    logit_scale=repr(logit))
    package = Package(model.size, Pruning(tuple(model.keep_ppm), None),
                      tensors, metadata)
    check(package, "export")
    return package


def choose_threshold(package, validation, config):
    """Sets the FFN2 threshold on validation images; returns (package, rows).

    The largest candidate that costs at most config.threshold_tolerance of
    the accuracy of the exact threshold 0; one row per candidate tells
    accuracy and reduction.
    """
    rows = []
    for threshold in sorted({0, *config.thresholds}):
        result = evaluate.evaluate(
            package, validation,
            dataclasses.replace(package.pruning, ffn2_threshold=threshold))
        rows.append({"threshold": threshold, "accuracy": result["accuracy"],
                     "macs_reduction": result["macs"]["reduction"],
                     "ffn2_reduction": result["ffn2"]["reduction"]})
    least = rows[0]["accuracy"] - config.threshold_tolerance
    chosen = max(row["threshold"] for row in rows
                 if row["accuracy"] >= least - 1e-9)
    pruning = dataclasses.replace(package.pruning, ffn2_threshold=chosen)
    return dataclasses.replace(package, pruning=pruning), rows


def threshold_table(rows, chosen):
    """What choose_threshold() found, for a person to read."""
    lines = ["threshold   accuracy  operations  FFN2 rows  (validation)"]
    for row in rows:
        mark = "*" if row["threshold"] == chosen else ""
        lines.append(
            f"{row['threshold']:8}{mark:1}{row['accuracy']:11.4f}"
            f"{-row['macs_reduction']:12.1%}{-row['ffn2_reduction']:11.1%}")
    return "\n".join(lines)


def metadata_of(task, config, seed):
    """The descriptive metadata of a task's package."""
    return {"name": f"{config.task}, seed {seed}",
            "provenance": f"trained by vit/train, seed {seed}, on: "
                          f"{task.provenance}",
            "class_names": json.dumps(task.class_names),
            "resize": str(config.network.image_size),
            "interpolation": "bilinear"}
