// Requantisation records as the values of a product take them.
#pragma once

#include <cstdint>
#include <cstring>

namespace vitvp::models {

/// One record; docs/arithmetic.md section 2. Shift modulo 64, no rounding with
/// shift 0.
struct requantisation {
  std::int32_t bias = 0;
  std::int32_t multiplier = 0;
  std::uint64_t shift = 0;
  std::int64_t rounding = 0;

  /// The record at `from`, as it lies in memory.
  static requantisation at(const std::uint8_t* from) {
    requantisation r;
    std::int16_t factor = 0;
    std::memcpy(&r.bias, from, sizeof r.bias);
    std::memcpy(&factor, from + 4, sizeof factor);
    r.multiplier = factor;
    r.shift = from[6] & 63U;
    r.rounding = r.shift == 0 ? 0 : std::int64_t{1} << (r.shift - 1);
    return r;
  }
};

/// Bounds of a saturation, -2^31 <= low <= high < 2^31.
struct value_range {
  std::int32_t low;
  std::int32_t high;
};

}  // namespace vitvp::models
