// The scalar operators of docs/arithmetic.md, one function per rule.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::vit {

/// Requantisation record: stands for the real factor multiplier * 2^-shift,
/// applied after (matrix product) or before (LayerNorm) adding the bias.
struct record {
  std::int32_t bias = 0;
  std::int16_t multiplier = 0;
  std::uint8_t shift = 0;
};

/// `T[k]` of section 6: weight of a score that lies k steps below its row's
/// maximum. T[0] = 255, never increasing.
using softmax_table = std::array<std::uint8_t, 256>;

/// `[-128, 127]`; section 1.
std::int8_t sat8(std::int64_t x);

/// `[-32768, 32767]`; section 1.
std::int16_t sat16(std::int64_t x);

/// Number of bits of x: 0 for 0, else 2^(result-1) <= x < 2^result; section 1.
unsigned bitlen(std::uint64_t x);

/// floor(sqrt(x)), exact for every x; section 5.
std::uint32_t integer_sqrt(std::uint64_t x);

/// Reals: (accumulator + bias) * multiplier * 2^-shift. Integers:
/// `((a + bias) * multiplier + 2^(shift-1)) >> shift`, rounding to nearest with
/// ties towards plus infinity, not saturated. Requires 1 <= shift <= 62 and a
/// sum a + bias that fits 32 bits. Section 2.
std::int64_t requantise(std::int32_t accumulator, const record& r);

/// requantise() saturated to i8; section 2.
std::int8_t requantise_i8(std::int32_t accumulator, const record& r);

/// requantise() with ReLU, 0..127; section 2.
std::int8_t requantise_relu(std::int32_t accumulator, const record& r);

/// requantise() saturated to i16; section 2.
std::int16_t requantise_i16(std::int32_t accumulator, const record& r);

/// The statistics of one LayerNorm row; section 5.
struct row_statistics {
  std::int64_t sum;          ///< of the row
  unsigned exponent;         ///< e = bitlen(q), q the scaled deviation
  std::uint32_t reciprocal;  ///< R, 32769..65536
};

/// Statistics of the `width` values at `x`, 1 <= width <= 4096,
/// 0 <= epsilon < 2^60; section 5.
row_statistics layer_norm_statistics(const std::int16_t* x, std::size_t width,
                                     std::int64_t epsilon);

/// One normalised value: reals (x - mean) / deviation, integers that times
/// 2^11, rounded half up; section 5.
std::int64_t layer_norm_value(std::int16_t x, std::size_t width,
                              const row_statistics& s);

/// `y = sat8((t * multiplier + bias + 2^(shift-1)) >> shift)` of one
/// normalised value t; the multiplier may be zero or negative; section 5.
std::int8_t layer_norm_scale(std::int64_t t, const record& r);

/// One row of exponents: writes `T[max - s_j]` to `e` for the `n` >= 1 scores
/// at `s` and returns their sum (>= 255); section 6.
std::uint32_t softmax_row(const std::int8_t* s, std::size_t n,
                          const softmax_table& table, std::uint8_t* e);

/// The record that divides a context row by its sum of exponents and applies
/// the tensor factor {multiplier, shift}, whose bias is ignored. Requires
/// sum >= 1 and shift + bitlen(sum) <= 62; section 6.
record context_row_record(const record& factor, std::uint32_t sum);

/// R_h = floor(2^24 / sum), the reciprocal in the token importance; section 7.
std::uint32_t importance_reciprocal(std::uint32_t sum);

/// The tokens that survive: the class token (0) and the `kept` - 1 tokens with
/// the largest importance, ties going to the lower index, in ascending order.
/// `importance` has one entry per token, that of token 0 is ignored. Requires
/// 1 <= kept <= importance.size() <= 65536; section 7.
std::vector<std::uint16_t> select_tokens(
    const std::vector<std::uint32_t>& importance, std::size_t kept);

/// Index of the largest logit, the lowest on ties; section 9.
std::uint32_t largest_index(const std::int16_t* logits, std::size_t classes);

}  // namespace vitvp::vit
