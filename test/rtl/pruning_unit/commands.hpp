// Commands of the pruning unit for the benches, and the model's rule for them.
#pragma once

#include <cstdint>

#include "models/pruning_unit/timing.hpp"
#include "test/rtl/pruning_unit/reference.hpp"

namespace vitvp::test {

/// Cycles that the model gives a valid command, without refused requests.
inline models::cycle_breakdown rule(const pruning_command& c,
                                    unsigned bytes_per_cycle) {
  switch (c.operation) {
    case pruning_operation::importance:
      return models::importance_cycles(c.tokens, bytes_per_cycle);
    case pruning_operation::select:
      return models::select_cycles(c.tokens);
    default:
      return models::scan_cycles(c.tokens, c.channels, bytes_per_cycle);
  }
}

/// Where the commands below write their lists.
constexpr std::uint32_t pruning_list_address = 0x10000;

inline pruning_command head(std::uint32_t address, std::uint32_t tokens,
                            bool first) {
  pruning_command c;
  c.x_address = address;
  c.tokens = tokens;
  c.first = first;
  return c;
}

inline pruning_command selection(std::uint32_t tokens, std::uint32_t keep) {
  pruning_command c;
  c.operation = pruning_operation::select;
  c.list_address = pruning_list_address;
  c.tokens = tokens;
  c.keep = keep;
  return c;
}

inline pruning_command scanning(std::uint32_t tokens, std::uint32_t channels) {
  pruning_command c;
  c.operation = pruning_operation::scan;
  c.list_address = pruning_list_address;
  c.tokens = tokens;
  c.channels = channels;
  c.x_stride = tokens;
  c.first = true;
  return c;
}

}  // namespace vitvp::test
