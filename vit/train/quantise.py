"""Real numbers to the integer parameters of docs/arithmetic.md. NumPy only."""

import math

import numpy as np

from .errors import InputError
from .package import LARGEST_BIAS

LARGEST_I8 = 127
LARGEST_I16 = 32767


def scale(largest, steps, name):
    """Real value of one step so that `largest` is `steps` steps."""
    if not math.isfinite(largest):
        raise InputError(f"{name}: the range is not finite")
    if largest <= 0:
        raise InputError(f"{name}: the scale is zero: every value is 0")
    return float(largest) / steps


def percentile(counts, largest, percent):
    """The magnitude that `percent` of the values do not exceed.

    counts: histogram of magnitudes in equal bins of 0..largest. The upper
    edge of a bin, so at most one bin too large, and largest for 100.
    """
    below = np.cumsum(counts)
    at = int(np.searchsorted(below, percent / 100 * below[-1]))
    return largest * (min(at, len(counts) - 1) + 1) / len(counts)


def require_finite(values, name):
    """InputError unless every value is a number."""
    if not np.all(np.isfinite(values)):
        raise InputError(f"{name}: holds NaN or infinity")


def factor(value, name):
    """A positive real factor as (multiplier, shift), section 2."""
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{name}: the factor is {value}, must be positive")
    mantissa, exponent = math.frexp(value)
    multiplier, shift = round(mantissa * 32768), 15 - exponent
    if multiplier == 32768:
        multiplier, shift = 16384, shift - 1
    if not 1 <= shift <= 62:
        raise InputError(f"{name}: the factor {value} needs a shift of "
                         f"{shift}, must be 1..62")
    return multiplier, shift


def factor_tensors(name, value):
    """{tensor name: array} of one factor for a whole tensor."""
    multiplier, shift = factor(value, name)
    return {f"{name}.multiplier": np.array([multiplier], np.int16),
            f"{name}.shift": np.array([shift], np.uint8)}


def linear(name, weight, bias, input_scale, output_scales):
    """The quadruple of a product, section 3: {tensor name: array}.

    weight: real [K, N]; bias: real [N]; output_scales: real [N], one step of
    each output column. Weights are symmetric, -127..127, per column.
    """
    require_finite(weight, f"{name}.weight")
    require_finite(bias, f"{name}.bias")
    scales = np.abs(weight).max(0) / LARGEST_I8
    if not np.all(scales > 0):
        column = int(np.flatnonzero(scales <= 0)[0])
        raise InputError(f"{name}.weight: column {column} is all zero, its "
                         "scale would be zero")
    # A column of tiny weights must still be able to express its bias.
    scales = np.maximum(scales, np.abs(bias) / (input_scale * LARGEST_BIAS))
    steps = np.rint(weight / scales)
    biases = np.rint(bias / (input_scale * scales))
    records = [factor(value, f"{name}, column {column}") for column, value
               in enumerate(input_scale * scales / output_scales)]
    multipliers, shifts = zip(*records)
    return {f"{name}.weight": steps.astype(np.int8),
            f"{name}.bias": np.clip(biases, -LARGEST_BIAS,
                                    LARGEST_BIAS).astype(np.int32),
            f"{name}.multiplier": np.array(multipliers, np.int16),
            f"{name}.shift": np.array(shifts, np.uint8)}


def norm_record(gain, offset, name):
    """(multiplier, bias, shift) of one channel, section 5.

    gain and offset in output steps: y = gain * normalised value + offset.
    The largest shift whose multiplier and bias fit.
    """
    for shift in range(30, 0, -1):
        multiplier = round(gain * 2.0 ** (shift - 11))
        bias = round(offset * 2.0 ** shift)
        if abs(multiplier) <= LARGEST_I16 and abs(bias) <= LARGEST_BIAS:
            return multiplier, bias, shift
    raise InputError(f"{name}: gain {gain} or offset {offset} output steps "
                     "do not fit a record")


def layer_norm(name, gain, offset, epsilon, residual_scale, output_scale):
    """The parameters of a LayerNorm, section 5: {tensor name: array}.

    gain, offset: real [D]; epsilon: real, added to the variance.
    """
    require_finite(gain, f"{name}.weight")
    require_finite(offset, f"{name}.bias")
    records = [norm_record(g / output_scale, o / output_scale,
                           f"{name}, channel {channel}")
               for channel, (g, o) in enumerate(zip(gain, offset))]
    multipliers, biases, shifts = zip(*records)
    step = round(epsilon * len(gain) ** 2 / residual_scale ** 2)
    if step >= 1 << 60:
        raise InputError(f"{name}: epsilon is {step} steps, must be below "
                         "2^60")
    return {f"{name}.multiplier": np.array(multipliers, np.int16),
            f"{name}.bias": np.array(biases, np.int32),
            f"{name}.shift": np.array(shifts, np.uint8),
            f"{name}.epsilon": np.array([step], np.int64)}


def softmax_table(score_scale):
    """Section 6: u8 [256] for scores of one step `score_scale`."""
    steps = np.arange(256, dtype=np.float64)
    return np.floor(255 * np.exp(-steps * score_scale) + 0.5).astype(np.uint8)


def fold_pixels(weight, bias, mean, deviation):
    """Moves the pixels' normalisation into the patch weights, section 4.

    weight: real [K, D] for (u / 255 - mean) / deviation; returns the (weight,
    bias) that give the same for x = u - 128.
    """
    return (weight / (255 * deviation),
            bias + weight.sum(0) * (128 / 255 - mean) / deviation)
