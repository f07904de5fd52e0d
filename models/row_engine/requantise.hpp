// Requantisation of sums by records; docs/arithmetic.md section 2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/row_engine/dot_tile.hpp"

namespace vitvp::models {

/// Records of the columns of a tile, laid out for vector code.
struct record_block {
  std::array<std::int32_t, tile_columns> bias;
  std::array<std::int32_t, tile_columns> multiplier;
  std::array<std::uint64_t, tile_columns> shift;
  std::array<std::int64_t, tile_columns> rounding;

  /// Column i takes the record at `from`, as it lies in memory.
  void load(std::size_t i, const std::uint8_t* from);
  /// All columns take it.
  void fill(const std::uint8_t* from);
};

/// Bounds of a saturation, -2^31 <= low <= high < 2^31.
struct value_range {
  std::int32_t low;
  std::int32_t high;
};

/// values[c] = ((values[c] + bias) * multiplier + 2^(shift-1)) >> shift,
/// saturated to the range, for the columns of a tile.
void requantise(const record_block& records, value_range range,
                std::int32_t* values);

}  // namespace vitvp::models
