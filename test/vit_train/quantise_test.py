"""From reals to integer parameters, and what is refused."""

import math
import unittest

import numpy as np

from vit.train import integer, quantise
from vit.train.errors import InputError

HALF_STEP = 0.5 + 1e-9


class QuantiseTest(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(2)

    def test_factor_is_normalised_and_close(self):
        for value in [*self.random.uniform(1e-9, 1e3, 500), 0.5, 1.0, 2.0,
                      0.99999999]:
            multiplier, shift = quantise.factor(value, "it")
            self.assertTrue(16384 <= multiplier <= 32767)
            # Half a unit of a multiplier of 16384 or more.
            self.assertLessEqual(abs(multiplier * 2.0 ** -shift / value - 1),
                                 0.5 / 16384 + 1e-12)

    def test_product_follows_the_real_one(self):
        weight = self.random.normal(0, 0.2, (24, 10))
        bias = self.random.normal(0, 1, 10)
        values = self.random.integers(-127, 128, (50, 24))
        tensors = quantise.linear("it", weight, bias, 0.02,
                                  np.full(10, 0.001))
        exact = (values * 0.02 @ weight + bias) / 0.001
        given = integer.requantise(
            integer.product(values, tensors["it.weight"]),
            *(tensors[f"it.{part}"].astype(np.int64)
              for part in ("bias", "multiplier", "shift")))
        # Rounding of 24 weights by half a step each, and of the record.
        bound = (24 * 127 * 0.02 * np.abs(weight).max(0) / 254 / 0.001
                 + np.abs(exact).max() / 16384 + 1)
        self.assertTrue(np.all(np.abs(given - exact) <= bound))

    def test_tiny_weights_may_have_a_large_bias(self):
        weight = np.full((4, 1), 1e-12)
        tensors = quantise.linear("it", weight, np.array([3.0]), 0.01,
                                  np.array([0.001]))
        given = integer.requantise(
            np.zeros((1, 1), np.int64),
            *(tensors[f"it.{part}"].astype(np.int64)
              for part in ("bias", "multiplier", "shift")))
        self.assertEqual(given.tolist(), [[3000]])

    def test_layer_norm_follows_the_real_one(self):
        rows = self.random.integers(-9000, 9000, (20, 48))
        gain = self.random.normal(1, 0.5, 48)
        gain[3] = 0
        offset = self.random.normal(0, 0.3, 48)
        tensors = quantise.layer_norm("it", gain, offset, 1e-6, 0.001, 0.03)
        given = integer.layer_norm(
            rows, tensors["it.epsilon"][0],
            *(tensors[f"it.{part}"].astype(np.int64)
              for part in ("multiplier", "bias", "shift")))
        reals = rows * 0.001
        normal = ((reals - reals.mean(1, keepdims=True))
                  / np.sqrt(reals.var(1, keepdims=True) + 1e-6))
        exact = (normal * gain + offset) / 0.03
        # The normalised value has 11 fractional bits; gains reach 2/0.03.
        self.assertLessEqual(np.abs(given - exact).max(), HALF_STEP + 0.1)

    def test_softmax_table_is_the_exponential(self):
        table = quantise.softmax_table(0.05)
        self.assertEqual(table[0], 255)
        self.assertEqual(table[20], round(255 * np.exp(-1)))

    def test_percentile_is_at_most_one_bin_too_large(self):
        values = np.sort(np.abs(self.random.normal(0, 3, 4000)))
        counts, _ = np.histogram(values, 500, (0, values[-1]))
        for percent in (50, 90, 99.9):
            given = quantise.percentile(counts, values[-1], percent)
            exact = values[math.ceil(percent / 100 * 4000) - 1]
            self.assertGreaterEqual(given, exact)
            self.assertLessEqual(given, exact + values[-1] / 500 + 1e-9)
        self.assertEqual(quantise.percentile(counts, values[-1], 100),
                         values[-1])

    def test_pixels_fold_into_the_patch(self):
        weight = self.random.normal(0, 1, (16, 3))
        bias = self.random.normal(0, 1, 3)
        pixels = self.random.integers(0, 256, (5, 16))
        folded, moved = quantise.fold_pixels(weight, bias, 0.3, 0.4)
        np.testing.assert_allclose(
            (pixels - 128) @ folded + moved,
            (pixels / 255 - 0.3) / 0.4 @ weight + bias)

    def test_weights_that_are_no_numbers_are_refused_by_name(self):
        weight = np.ones((4, 2))
        weight[1, 1] = np.nan
        with self.assertRaisesRegex(InputError, "head.weight: holds NaN"):
            quantise.linear("head", weight, np.zeros(2), 1.0, np.ones(2))
        with self.assertRaisesRegex(InputError, "norm.bias: holds NaN"):
            quantise.layer_norm("norm", np.ones(2), np.array([0, np.inf]),
                                1e-6, 1.0, 1.0)

    def test_zero_scales_are_refused_by_name(self):
        weight = np.ones((4, 2))
        weight[:, 1] = 0
        with self.assertRaisesRegex(InputError, "head.weight: column 1"):
            quantise.linear("head", weight, np.zeros(2), 1.0, np.ones(2))
        with self.assertRaisesRegex(InputError, "blocks.2.ffn1: the scale"):
            quantise.scale(0.0, 127, "blocks.2.ffn1")
        with self.assertRaisesRegex(InputError, "blocks.2.ffn1: the range"):
            quantise.scale(float("nan"), 127, "blocks.2.ffn1")

    def test_factors_out_of_range_are_refused_by_name(self):
        for value in (0.0, -1.0, 1e9, 1e-30, float("nan")):
            with self.assertRaisesRegex(InputError, "blocks.0.scores"):
                quantise.factor(value, "blocks.0.scores")
