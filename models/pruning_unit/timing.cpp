#include "models/pruning_unit/timing.hpp"

namespace vitvp::models {
namespace {

constexpr std::uint64_t importance_bits = 32;

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

}  // namespace

cycle_breakdown importance_cycles(std::uint64_t tokens,
                                  std::uint64_t bytes_per_cycle) {
  cycle_breakdown cycles;
  cycles.compute = divide_up(tokens, bytes_per_cycle) +
                   divide_up(tokens, importance_entries_per_cycle);
  cycles.control = pruning_unit_latency::setup + pruning_unit_latency::read +
                   pruning_unit_latency::divide;
  return cycles;
}

cycle_breakdown select_cycles(std::uint64_t tokens) {
  cycle_breakdown cycles;
  cycles.compute =
      importance_bits * divide_up(tokens, importance_entries_per_cycle) +
      tokens;
  cycles.control = pruning_unit_latency::setup + pruning_unit_latency::write;
  return cycles;
}

cycle_breakdown scan_cycles(std::uint64_t tokens, std::uint64_t channels,
                            std::uint64_t bytes_per_cycle) {
  cycle_breakdown cycles;
  cycles.compute = channels * divide_up(tokens, bytes_per_cycle);
  cycles.control = pruning_unit_latency::setup + pruning_unit_latency::read +
                   pruning_unit_latency::write;
  return cycles;
}

}  // namespace vitvp::models
