// The pruning unit's RTL held against its model, cycle by cycle.
#pragma once

#include <cstdint>
#include <optional>

#include "models/cosim/lockstep.hpp"
#include "models/cosim/pruning_unit_rtl.hpp"
#include "models/pruning_unit/beats.hpp"

namespace vitvp::models {

/// Compares every command that the RTL carries out with the model: requests,
/// entries and classes by beats.hpp, with what the model decided; at the end
/// the counts. At the first difference it throws rtl_error and keeps the
/// report. What IMPORTANCE leaves in the RTL shows in the next SELECT.
class pruning_unit_lockstep final : public lockstep,
                                    public pruning_unit_watcher {
 public:
  /// `unit` must outlive this and is told of it. `read` sees lists at the end
  /// of their command; lockstep_level::beats does without.
  pruning_unit_lockstep(pruning_unit_rtl& unit, const lockstep_config& config,
                        memory_reader read);

  void begin(const command& c, const pruning_plan& plan,
             const cycle_breakdown& planned,
             const pruning_unit::counts& after) override;
  void cycle(const pruning_unit_cycle& seen) override;
  void end(const cycle_breakdown& seen,
           const pruning_unit::counts& after) override;
  void refused(const command& c) override;

 private:
  enum port : std::size_t { read_port, write_port };

  void remember(const pruning_unit_cycle& seen);
  void compare_cycle(const pruning_unit_cycle& seen);
  void compare_read(const pruning_unit_cycle& seen);
  void compare_write(const pruning_unit_cycle& seen);
  void compare_list();

  memory_reader m_read;
  std::optional<pruning_schedule> m_schedule;
  bool m_ended = false;  // by the rule
  cycle_breakdown m_planned;
  pruning_unit::counts m_after;
};

}  // namespace vitvp::models
