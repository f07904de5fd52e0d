// The pruning unit with RTL inside.
#pragma once

#include "models/cosim/pruning_unit_device.hpp"
#include "models/cosim/rtl_engine.hpp"
#include "models/pruning_unit/beats.hpp"
#include "models/pruning_unit/pruning_unit.hpp"

namespace vitvp::models {

/// Sees the pins of every command; throws rtl_error to stop.
class pruning_unit_watcher {
 public:
  virtual ~pruning_unit_watcher() = default;
  /// A command begins. `planned` and `after` are what the model says.
  virtual void begin(const command& c, const pruning_plan& plan,
                     const cycle_breakdown& planned,
                     const pruning_unit::counts& after) = 0;
  /// A cycle, after the pins have settled and before anything is served.
  virtual void cycle(const pruning_unit_cycle& seen) = 0;
  /// The command has ended after these cycles.
  virtual void end(const cycle_breakdown& seen,
                   const pruning_unit::counts& after) = 0;
  /// A command that the model refuses, and so must the RTL.
  virtual void refused(const command& c) = 0;
};

/// Registers, queue, completion and observers are the model's; each command is
/// carried out by the RTL, cycle by cycle, in simulated time, on the memory as
/// it is then. Importance memory, LIVE_COUNT and KEPT_COUNT are the RTL's; the
/// model decides each command beforehand, which says how often memory refuses
/// requests and where a list would leave it: an address fault is found before
/// the RTL begins.
class pruning_unit_rtl : public pruning_unit {
 public:
  /// Throws rtl_error if the RTL does not fit the configuration.
  pruning_unit_rtl(const sc_core::sc_module_name& name,
                   const pruning_unit_config& config,
                   const rtl_engine_config& rtl);

  void reset() override;
  /// At most one, which must outlive the unit.
  void watch(pruning_unit_watcher& watcher) { m_watcher = &watcher; }
  rtl_block& block() { return m_device.block(); }

 protected:
  execution execute(const command& c) override;
  outcome perform(const decision& d) override;

 private:
  /// The requests of a command that memory may refuse: reads where there are
  /// any, else writes.
  struct refusable {
    bool reads;
    std::uint64_t left;
  };

  pruning_plan plan_of(const decision& d) const;
  refusable refusable_requests(const decision& d) const;
  rtl_cycle cycle(refusals& conflicts, refusable& requests);
  /// Whether the requests of this cycle are refused; `last` if none that may be
  /// refused come later. A refused read costs a cycle of the command. A refused
  /// write does so at once while tokens are listed. While the command drains it
  /// may cost none, so that only the last one is refused, until it has.
  bool refuse_read(refusals& conflicts, bool last);
  bool refuse_write(refusals& conflicts, bool last);

  pruning_unit_device m_device;
  rtl_runner m_runner;
  pruning_unit_watcher* m_watcher = nullptr;
};

}  // namespace vitvp::models
