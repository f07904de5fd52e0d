// The row engine with RTL inside.
#pragma once

#include "models/cosim/row_engine_device.hpp"
#include "models/cosim/rtl_engine.hpp"
#include "models/row_engine/row_engine.hpp"

namespace vitvp::models {

/// Sees the pins of every command; throws rtl_error to stop.
class row_engine_watcher {
 public:
  virtual ~row_engine_watcher() = default;
  /// A command begins. Its operands are in memory as they are now; `planned`
  /// is what the cycle rule says.
  virtual void begin(const command& c, const product_command& d,
                     const product& operands,
                     const cycle_breakdown& planned) = 0;
  /// A cycle, after the pins have settled and before anything is served.
  virtual void cycle(const row_engine_cycle& seen) = 0;
  /// The command has ended after these cycles.
  virtual void end(const cycle_breakdown& seen) = 0;
  /// A command that the model refuses, and so must the RTL.
  virtual void refused(const command& c) = 0;
};

/// Registers, queue, completion and observers are the model's; each command is
/// carried out by the RTL, cycle by cycle, in simulated time, on the memory as
/// it is then. Memory refuses as many requests as the streams of the command
/// meet bank conflicts. An address fault is found before the RTL begins.
class row_engine_rtl : public row_engine {
 public:
  /// Throws rtl_error if the RTL does not fit the configuration.
  row_engine_rtl(const sc_core::sc_module_name& name,
                 const row_engine_config& config, const rtl_engine_config& rtl);

  void reset() override;
  /// At most one, which must outlive the engine.
  void watch(row_engine_watcher& watcher) { m_watcher = &watcher; }
  rtl_block& block() { return m_device.block(); }

 protected:
  execution execute(const command& c) override;
  cycle_breakdown perform(product_command& d) override;

 private:
  rtl_cycle cycle(refusals& conflicts);

  row_engine_device m_device;
  rtl_runner m_runner;
  row_engine_watcher* m_watcher = nullptr;
};

}  // namespace vitvp::models
