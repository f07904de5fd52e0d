#include "models/cosim/rtl_engine.hpp"

#include "models/common/hexadecimal.hpp"
#include "models/cosim/picoseconds.hpp"

namespace vitvp::models {
namespace {

/// Adds a cycle to its class; docs/rtl.md, `cycle_class`.
void count(cycle_breakdown& cycles, std::uint32_t cycle_class) {
  switch (cycle_class) {
    case 1:
      ++cycles.compute;
      break;
    case 2:
      ++cycles.operand_wait;
      break;
    case 3:
      ++cycles.bank_conflict;
      break;
    default:
      ++cycles.control;
  }
}

}  // namespace

rtl_runner::rtl_runner(rtl_engine_config config, rtl_device& device,
                       memory_port& memory, std::function<bool()> pass_cycle)
    : m_config(std::move(config)),
      m_device(device),
      m_memory(memory),
      m_pass_cycle(std::move(pass_cycle)) {
  if (m_config.trace) m_device.block().start_trace(m_config.trace);
}

void rtl_runner::reset() {
  m_device.block().next_edge(picoseconds(sc_core::sc_time_stamp()));
  m_device.reset();
}

/// The edge with which the command's first cycle begins takes it over.
void rtl_runner::hand_over() {
  m_device.block().next_edge(picoseconds(sc_core::sc_time_stamp()));
  m_device.submit(*m_command);
}

execution rtl_runner::execute(const command& c,
                              const std::function<execution()>& model) {
  m_command = &c;
  try {
    return execute_checked(model);
  } catch (const rtl_error& error) {
    m_config.on_failure(error.what());
  }
  for (;;) sc_core::wait(sc_core::sc_event());
}

execution rtl_runner::execute_checked(const std::function<execution()>& model) {
  try {
    return model();
  } catch (const command_fault& fault) {
    if (fault.code() == fault_code::parameter) refuse(fault.address());
    throw;
  }
}

void rtl_runner::refuse(std::uint64_t register_offset) {
  hand_over();
  for (unsigned i = 0; i < command_engine::fault_cycles; ++i) {
    const rtl_cycle seen = m_device.step(m_memory);
    if (seen.fault && seen.fault_register != register_offset) {
      fail("refuses it for register " + hexadecimal(seen.fault_register) +
           ", the model for register " + hexadecimal(register_offset));
    }
    if (seen.fault != (i + 1 == command_engine::fault_cycles)) {
      fail("does not refuse it in cycle " +
           std::to_string(command_engine::fault_cycles) + " for register " +
           hexadecimal(register_offset) + ", as the model does");
    }
  }
  m_device.clear();
}

cycle_breakdown rtl_runner::run(const cycle_breakdown& planned,
                                const stepper& step) {
  const std::uint64_t limit = 2 * planned.total() + 1000;
  hand_over();
  cycle_breakdown cycles;
  for (;;) {
    const rtl_cycle seen = checked(step);
    count(cycles, seen.cycle_class);
    if (!m_pass_cycle()) {
      reset();
      return cycles;
    }
    if (seen.done) return cycles;
    if (cycles.total() == limit) {
      fail("has not ended after " + std::to_string(limit) +
           " cycles; the model takes " + std::to_string(planned.total()));
    }
  }
}

/// A cycle of a command that the model accepts.
rtl_cycle rtl_runner::checked(const stepper& step) const {
  rtl_cycle seen;
  try {
    seen = step();
  } catch (const command_fault& fault) {
    fail("accesses address " + hexadecimal(fault.address()) +
         ", which is not there");
  }
  if (seen.fault) {
    fail("refuses it for register " + hexadecimal(seen.fault_register) +
         ", the model does not");
  }
  return seen;
}

void rtl_runner::fail(const std::string& what) const {
  m_config.plugin->fail("command with tag " + hexadecimal(m_command->tag) +
                        " at " + sc_core::sc_time_stamp().to_string() + ": " +
                        what);
}

}  // namespace vitvp::models
