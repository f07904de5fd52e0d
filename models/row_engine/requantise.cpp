#include "models/row_engine/requantise.hpp"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/row_engine/requantise.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

// Three loops, since compilers vectorise each of them but not all in one.
void requantise_tile(const record_block& records, value_range range,
                     std::int32_t* values) {
  // AVX2 shifts 64-bit values only logically: x >> s is taken of x + 2^63.
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  const std::int32_t* bias = records.bias.data();
  const std::int32_t* multiplier = records.multiplier.data();
  const std::uint64_t* shift = records.shift.data();
  const std::int64_t* rounding = records.rounding.data();
  std::int64_t scaled[tile_columns];
  for (std::size_t c = 0; c < tile_columns; ++c) {
    const auto sum =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(values[c]) +
                                  static_cast<std::uint32_t>(bias[c]));
    scaled[c] = std::int64_t{sum} * multiplier[c];
  }
  for (std::size_t c = 0; c < tile_columns; ++c) {
    const auto biased = static_cast<std::uint64_t>(scaled[c] + rounding[c]);
    auto y = static_cast<std::int64_t>(((biased + top) >> shift[c]) -
                                       (top >> shift[c]));
    y = y < range.low ? range.low : y;
    scaled[c] = y > range.high ? range.high : y;
  }
  for (std::size_t c = 0; c < tile_columns; ++c) {
    values[c] = static_cast<std::int32_t>(scaled[c]);
  }
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(requantise_tile);

void requantise(const record_block& records, value_range range,
                std::int32_t* values) {
  HWY_DYNAMIC_DISPATCH(requantise_tile)(records, range, values);
}

void record_block::load(std::size_t i, const std::uint8_t* from) {
  std::int16_t factor = 0;
  std::memcpy(&bias[i], from, sizeof bias[i]);
  std::memcpy(&factor, from + 4, sizeof factor);
  multiplier[i] = factor;
  shift[i] = from[6] & 63U;
  rounding[i] = shift[i] == 0 ? 0 : std::int64_t{1} << (shift[i] - 1);
}

void record_block::fill(const std::uint8_t* from) {
  load(0, from);
  bias.fill(bias[0]);
  multiplier.fill(multiplier[0]);
  shift.fill(shift[0]);
  rounding.fill(rounding[0]);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
