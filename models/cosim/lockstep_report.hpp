// What a comparison of RTL with its model in lockstep found: plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitvp::models {

/// What is compared of each command.
enum class lockstep_level {
  values,  ///< its result
  cycles,  ///< and its cycles, class by class
  beats    ///< and, cycle by cycle, what its pins ask for and say
};

struct lockstep_config {
  lockstep_level level = lockstep_level::beats;
  std::size_t window_cycles = 200;  ///< that the waveform holds, 1 or more
};

/// What a port asked for, or should have.
struct lockstep_beat {
  std::string port;
  std::uint64_t cycle = 0;  ///< of the command, refused ones not counted
  std::uint32_t address = 0;
  std::uint32_t count = 0;
  std::uint32_t stride = 0;
};

/// Numbers with their names, in the order in which they are told.
using named_numbers = std::vector<std::pair<std::string, std::uint64_t>>;

/// The first difference of a run.
struct lockstep_divergence {
  std::string block;
  std::uint64_t command = 0;  ///< of the block in this run; the first one is 1
  std::uint32_t tag = 0;
  std::string layer;           ///< that the tag stands for, if any
  std::uint64_t cycle = 0;     ///< of the command; the first one is 0
  std::uint64_t refused = 0;   ///< of the cycles before it
  std::uint64_t start_ps = 0;  ///< simulated time at which the cycle began
  std::string port;            ///< or pin; empty: the block failed as a whole
  std::string field;
  std::optional<std::int64_t> expected;
  std::optional<std::int64_t> got;
  std::string what;     ///< one sentence, without the numbers above
  named_numbers place;  ///< in the product: tile, row, lane and so on
  /// The last beats up to the difference, the oldest first.
  std::vector<lockstep_beat> expected_beats;
  std::vector<lockstep_beat> got_beats;
};

/// How much was compared.
struct lockstep_counts {
  std::uint64_t commands = 0;
  std::uint64_t cycles = 0;
  named_numbers beats;  ///< by port
};

}  // namespace vitvp::models
