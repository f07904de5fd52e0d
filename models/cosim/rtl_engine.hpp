// What engines have in common whose commands RTL carries out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "models/common/command_engine.hpp"
#include "models/cosim/rtl_device.hpp"

namespace vitvp::models {

struct rtl_engine_config {
  rtl_plugin_ptr plugin;
  /// Called once, when the RTL did what no RTL may do: the engine stands still
  /// from then on. Must not be empty.
  std::function<void(const std::string& what)> on_failure;
  std::shared_ptr<rtl_trace> trace = nullptr;  ///< null: no waveform
};

/// Spreads refusals evenly over a command: the memory's side of bank conflicts.
class refusals {
 public:
  /// `count` refusals among requests of a command that takes `cycles` cycles
  /// without them.
  refusals(std::uint64_t count, std::uint64_t cycles)
      : m_count(count), m_cycles(cycles) {}

  /// Whether requests of the present cycle shall be refused; `last` if no
  /// later cycle has any.
  bool wanted(bool last) const {
    if (m_refused == m_count) return false;
    return last || m_refused * m_cycles < m_count * m_served;
  }
  void refused() { ++m_refused; }
  /// A cycle passed that was not refused.
  void served() { ++m_served; }

 private:
  std::uint64_t m_count;
  std::uint64_t m_cycles;
  std::uint64_t m_refused = 0;
  std::uint64_t m_served = 0;
};

/// Carries out the commands of an engine by RTL, cycle by cycle, in simulated
/// time.
class rtl_runner {
 public:
  /// A cycle of the RTL and its memory. Throws as rtl_device::step() does.
  using stepper = std::function<rtl_cycle()>;

  /// `device` and `memory` must outlive this. `pass_cycle` waits for a cycle,
  /// and returns false if the command was cut off. Throws rtl_error if there
  /// can be no waveform.
  rtl_runner(rtl_engine_config config, rtl_device& device, memory_port& memory,
             std::function<bool()> pass_cycle);

  /// What `model` returns, which executes the command by run(). A parameter
  /// that the model refuses, the RTL must refuse, too. If the RTL fails, that
  /// is told, and the call never returns.
  execution execute(const command& c, const std::function<execution()>& model);

  /// Runs the command that is being executed, from its first cycle on, until it
  /// has ended or is cut off; returns where its cycles went. Throws rtl_error
  /// if it takes far longer than `planned`.
  cycle_breakdown run(const cycle_breakdown& planned, const stepper& step);

  /// The device back to the state after power-on.
  void reset();

  /// The command that is being executed.
  const command& at_work() const { return *m_command; }

 private:
  execution execute_checked(const std::function<execution()>& model);
  void hand_over();
  void refuse(std::uint64_t register_offset);
  rtl_cycle checked(const stepper& step) const;
  [[noreturn]] void fail(const std::string& what) const;

  rtl_engine_config m_config;
  rtl_device& m_device;
  memory_port& m_memory;
  std::function<bool()> m_pass_cycle;
  const command* m_command = nullptr;
};

}  // namespace vitvp::models
