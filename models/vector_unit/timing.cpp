#include "models/vector_unit/timing.hpp"

namespace vitvp::models {
namespace {

constexpr std::uint64_t line_bytes = 64;

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

/// Cycles until the table or the records are in the unit's own memory.
std::uint64_t parameter_cycles(vector_operation operation,
                               std::uint64_t columns) {
  switch (operation) {
    case vector_operation::softmax:
      return divide_up(256, line_bytes);
    case vector_operation::layer_norm:
      return divide_up(8 * columns, line_bytes);
    case vector_operation::add:
      break;
  }
  return 0;
}

/// Cycles that the last row takes after its elements have entered; `pass` is
/// what a stage needs for a row.
std::uint64_t tail_cycles(vector_operation operation, std::uint64_t pass) {
  switch (operation) {
    case vector_operation::softmax:
      return 2 * pass + vector_unit_latency::divide;
    case vector_operation::layer_norm:
      return pass + vector_unit_latency::deviation;
    case vector_operation::add:
      break;
  }
  return 0;
}

}  // namespace

cycle_breakdown vector_cycles(vector_operation operation, std::uint64_t rows,
                              std::uint64_t columns, std::uint64_t elements) {
  const std::uint64_t pass = divide_up(columns, elements);
  cycle_breakdown cycles;
  cycles.compute = rows * pass;
  cycles.control = vector_unit_latency::setup +
                   parameter_cycles(operation, columns) +
                   vector_unit_latency::read + tail_cycles(operation, pass) +
                   vector_unit_latency::write;
  return cycles;
}

}  // namespace vitvp::models
