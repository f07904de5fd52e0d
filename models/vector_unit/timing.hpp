// The cycle rule of the vector unit; docs/timing.md states it in words.
#pragma once

#include <cstdint>

#include "models/common/observer.hpp"

namespace vitvp::models {

/// MODE.OPERATION of the vector unit.
enum class vector_operation : std::uint32_t {
  softmax = 0,
  layer_norm = 1,
  add = 2
};

/// Cycles of the stages that every command or row passes once.
struct vector_unit_latency {
  static constexpr std::uint64_t setup = 4;       ///< command to first request
  static constexpr std::uint64_t read = 2;        ///< request to operand
  static constexpr std::uint64_t write = 4;       ///< result to memory
  static constexpr std::uint64_t divide = 16;     ///< of the context record
  static constexpr std::uint64_t deviation = 50;  ///< 32 root, 18 reciprocal
};

/// Cycles of an operation on rows x columns, `elements` per cycle, without bank
/// conflicts: `compute` are the cycles in which a row's elements enter, the
/// rest is `control`. Requires all three to be positive.
cycle_breakdown vector_cycles(vector_operation operation, std::uint64_t rows,
                              std::uint64_t columns, std::uint64_t elements);

}  // namespace vitvp::models
