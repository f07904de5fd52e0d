"""The integer network against docs/arithmetic.md and against big integers."""

import math
import pathlib
import re
import unittest

import numpy as np

from vit.train import integer

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs"
        / "arithmetic.md")


def document():
    """The page as one line without code marks."""
    return " ".join(PAGE.read_text(encoding="utf-8").replace("`", "").split())


def numbers(pattern):
    """Matches a text in which # is a number and @ a list of numbers."""
    number = r"(-?\d+)"
    several = r"(-?\d+(?:, -?\d+)*)"
    expression = re.escape(pattern).replace(r"\#", number).replace(
        "@", several)
    found = re.search(expression, document())
    assert found, f"docs/arithmetic.md does not say: {pattern}"
    return [[int(value) for value in group.split(", ")]
            if "," in group else int(group) for group in found.groups()]


class WorkedExamplesTest(unittest.TestCase):
    def test_rounding_half_up(self):
        multiplier, shift, accumulators, results = numbers(
            "multiplier = #, shift = # (factor 1/2) the accumulators @ "
            "give @")
        given = integer.requantise(np.array(accumulators), 0, multiplier,
                                   shift)
        self.assertEqual(given.tolist(), results)

    def test_requantisation(self):
        accumulator, bias, multiplier, shift, result = numbers(
            "a = #, bias = #, multiplier = #, shift = #:")[:4] + numbers(
                ">> 20 gives #")
        self.assertEqual(int(integer.requantise(
            np.int64(accumulator), bias, multiplier, shift)), result)

    def test_layer_norm(self):
        row, bias, multiplier, shift = numbers(
            "x = (@), all records {bias #, multiplier #, shift #}")
        spread, bits, reciprocal = numbers("q = #, e = #, R = floor"
                                           "(2^20/18) = #,")
        normalised, result = numbers(">> 9 = (@), y = (@)")
        rows = np.array([row])
        self.assertEqual(integer.floor_sqrt(np.array([352])), spread)
        self.assertEqual(integer.bit_length(np.array([spread])), bits)
        self.assertEqual((1 << (bits + 15)) // spread, reciprocal)
        self.assertEqual(integer.normalise(rows, 0).tolist(), [normalised])
        given = integer.layer_norm(rows, 0, np.full(4, multiplier), bias,
                                   np.full(4, shift))
        self.assertEqual(given.tolist(), [result])

    def test_softmax(self):
        scores, first, at, value, multiplier, shift = numbers(
            "scores (@) with T[0] = #, T[#] = #, context factor {#, #}")
        wanted, total, bits = numbers("e = (@), sum = #, e' = #")
        large, half, row_shift = numbers("= #, hence P = #, row.shift = #")
        table = np.zeros(256, np.uint8)
        table[0], table[at] = first, value
        given = integer.exponents(np.array(scores), table)
        self.assertEqual(given.tolist(), wanted)
        self.assertEqual(given.sum(), total)
        self.assertEqual(total.bit_length(), bits)
        self.assertEqual((multiplier << bits) // total, large)
        record = integer.row_records(np.array([total]), multiplier, shift)
        self.assertEqual([int(part[0]) for part in record],
                         [half, row_shift])


class OperatorsTest(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(1)

    def test_square_root_is_exact_next_to_squares(self):
        roots = self.random.integers(2, 1 << 30, 2000)
        values = np.concatenate([roots ** 2 - 1, roots ** 2, roots ** 2 + 1,
                                 [0, 1, 2, 3, (1 << 61) - 1]])
        self.assertEqual(integer.floor_sqrt(values).tolist(),
                         [math.isqrt(int(value)) for value in values])

    def test_bit_length_is_exact_next_to_powers(self):
        powers = 2 ** np.arange(1, 52)
        values = np.concatenate([powers - 1, powers, powers + 1])
        self.assertEqual(integer.bit_length(values).tolist(),
                         [int(value).bit_length() for value in values])

    def test_requantisation_is_exact_at_the_limits(self):
        for accumulator in (-(1 << 30), 1 << 30):
            for bias in (-(1 << 30), 1 << 30):
                for shift in (1, 31, 62):
                    exact = ((accumulator + bias) * 32767
                             + (1 << (shift - 1))) >> shift
                    self.assertEqual(int(integer.requantise(
                        np.int64(accumulator), bias, 32767, shift)), exact)

    def test_product_is_exact_at_the_limits(self):
        left = np.full((1, 32767), 255)
        right = np.full((32767, 1), -128)
        right[0] = 127
        self.assertEqual(int(integer.product(left, right)[0, 0]),
                         255 * 127 - 32766 * 255 * 128)

    def test_kept_tokens_are_rounded_up(self):
        self.assertEqual(integer.keep_count(65, 500000), 32)
        self.assertEqual(integer.keep_count(66, 500000), 33)
        self.assertEqual(integer.keep_count(65, 1), 1)
        self.assertEqual(integer.keep_count(65, 0), 0)

    def test_lower_token_wins_a_tie_and_order_stays(self):
        scores = np.array([[0, 5, 7, 5, 9, 5], [9, 1, 1, 1, 1, 1]])
        self.assertEqual(integer.select(scores, 3).tolist(),
                         [[0, 1, 2, 4], [0, 1, 2, 3]])

    def test_class_token_alone_may_survive(self):
        self.assertEqual(integer.select(np.array([[1, 2, 3]]), 0).tolist(),
                         [[0]])

    def test_importance_weighs_heads_by_their_sums(self):
        rows = np.array([[[255, 255, 0], [255, 0, 100]]])
        wanted = [255 * ((1 << 24) // 510) + 255 * ((1 << 24) // 355),
                  255 * ((1 << 24) // 510), 100 * ((1 << 24) // 355)]
        self.assertEqual(integer.importance(rows).tolist(), [wanted])
