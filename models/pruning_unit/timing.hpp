// The cycle rules of the pruning unit; docs/timing.md states them in words.
// They depend on no value. All arguments are positive.
#pragma once

#include <cstdint>

#include "models/common/observer.hpp"

namespace vitvp::models {

/// Cycles of the stages that every command passes once.
struct pruning_unit_latency {
  static constexpr std::uint64_t setup = 4;    ///< command to first request
  static constexpr std::uint64_t read = 2;     ///< request to operand
  static constexpr std::uint64_t write = 4;    ///< result to memory
  static constexpr std::uint64_t divide = 25;  ///< floor(2^24 / sum)
};

/// Entries of the importance memory that are read or written per cycle.
constexpr std::uint64_t importance_entries_per_cycle = 4;

/// IMPORTANCE: sums the row up, divides, then updates the memory.
cycle_breakdown importance_cycles(std::uint64_t tokens,
                                  std::uint64_t bytes_per_cycle);

/// SELECT: finds the smallest importance that survives bit by bit, one pass
/// over the memory for each, then lists the survivors, a token per cycle.
cycle_breakdown select_cycles(std::uint64_t tokens);

/// SCAN: looks at all values, channel by channel.
cycle_breakdown scan_cycles(std::uint64_t tokens, std::uint64_t channels,
                            std::uint64_t bytes_per_cycle);

}  // namespace vitvp::models
