// The row engine's RTL held against its model, cycle by cycle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/cosim/lockstep.hpp"
#include "models/cosim/row_engine_rtl.hpp"
#include "models/row_engine/beats.hpp"

namespace vitvp::models {

/// Compares every command that the RTL carries out with the model: values by
/// kernel.hpp on the operands as they are when it begins, requests and classes
/// by beats.hpp. At the first difference it throws rtl_error and keeps the
/// report.
class row_engine_lockstep final : public lockstep, public row_engine_watcher {
 public:
  /// `engine` must outlive this and is told of it. `read` sees results at the
  /// end of their command; lockstep_level::beats does without.
  row_engine_lockstep(row_engine_rtl& engine, const lockstep_config& config,
                      memory_reader read);

  void begin(const command& c, const product_command& d,
             const product& operands, const cycle_breakdown& planned) override;
  void cycle(const row_engine_cycle& seen) override;
  void end(const cycle_breakdown& seen) override;
  void refused(const command& c) override;

 private:
  void compute(const product_command& d, const product& operands);
  void compare_cycle(const row_engine_cycle& seen);
  void compare_port(row_engine_port port, const row_engine_cycle& seen);
  void compare_c(const row_engine_beat& beat, const row_engine_cycle& seen);
  void compare_pin(const char* pin, std::int64_t expected, std::int64_t got);
  void compare_result();
  std::int64_t element(const std::uint8_t* bytes) const;
  const std::uint8_t* expected_element(std::uint64_t row,
                                       std::uint64_t column) const;
  [[noreturn]] void differ_at(std::uint64_t row, std::uint64_t column,
                              std::int64_t expected, std::int64_t got);

  row_engine_geometry m_geometry;
  memory_reader m_read;
  std::optional<beat_schedule> m_schedule;
  cycle_breakdown m_planned;
  std::vector<std::uint8_t> m_expected;  // C [rows][columns]
  product_workspace m_workspace;
};

}  // namespace vitvp::models
