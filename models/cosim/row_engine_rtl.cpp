#include "models/cosim/row_engine_rtl.hpp"

#include <algorithm>
#include <sstream>

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

std::string hexadecimal(std::uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

}  // namespace

row_engine_rtl::row_engine_rtl(const sc_core::sc_module_name& name,
                               const row_engine_config& config,
                               const rtl_engine_config& rtl)
    : row_engine(name, config), m_rtl(rtl), m_device(rtl.plugin, config) {}

void row_engine_rtl::reset() {
  row_engine::reset();
  m_device.reset();
}

execution row_engine_rtl::execute(const command& c) {
  try {
    return execute_checked(c);
  } catch (const rtl_error& error) {
    m_rtl.on_failure(error.what());
  }
  for (;;) sc_core::wait(sc_core::sc_event());
}

execution row_engine_rtl::execute_checked(const command& c) {
  m_command = &c;
  try {
    return row_engine::execute(c);
  } catch (const command_fault& fault) {
    if (fault.code() == fault_code::parameter) {
      refuse(c, fault.address());
    } else {
      m_device.reset();
    }
    throw;
  }
}

/// The RTL must refuse what the model refuses.
void row_engine_rtl::refuse(const command& c, std::uint64_t register_offset) {
  m_device.submit(c);
  for (unsigned i = 0; i < fault_cycles; ++i) {
    const row_engine_cycle& seen = m_device.settle(true);
    if (seen.fault && seen.fault_register != register_offset) {
      fail("refuses it for register " + hexadecimal(seen.fault_register) +
           ", the model for register " + hexadecimal(register_offset));
    }
    if (seen.fault != (i + 1 == fault_cycles)) {
      fail("does not refuse it in cycle " + std::to_string(fault_cycles) +
           " for register " + hexadecimal(register_offset) +
           ", as the model does");
    }
    m_device.serve(mem);
  }
  m_device.clear();
}

cycle_breakdown row_engine_rtl::perform(product_command& d) {
  const operands found = gather(d);
  const cycle_breakdown planned = time(d);
  if (m_watcher != nullptr) {
    m_watcher->begin(*m_command, d, found.values, planned);
  }
  m_device.block().trace_time(static_cast<std::uint64_t>(
      sc_core::sc_time_stamp() / sc_core::sc_time(1, sc_core::SC_PS)));
  m_device.submit(*m_command);
  const cycle_breakdown seen = run(planned);
  if (m_watcher != nullptr && !is_cut_off()) m_watcher->end(seen);
  return seen;
}

cycle_breakdown row_engine_rtl::run(const cycle_breakdown& planned) {
  const std::uint64_t limit = 2 * planned.total() + 1000;
  refusals conflicts(planned.bank_conflict,
                     planned.total() - planned.bank_conflict);
  cycle_breakdown cycles;
  for (;;) {
    const bool ends = cycle(conflicts, cycles);
    wait_until(sc_core::sc_time_stamp() + this->cycles(1));
    if (is_cut_off()) {
      m_device.reset();
      return cycles;
    }
    if (ends) return cycles;
    if (cycles.total() == limit) {
      fail("has not ended after " + std::to_string(limit) +
           " cycles; the model takes " + std::to_string(planned.total()));
    }
  }
}

/// One cycle; whether it is the command's last.
bool row_engine_rtl::cycle(refusals& conflicts, cycle_breakdown& cycles) {
  const row_engine_cycle* seen = &m_device.settle(true);
  if (seen->requests() && conflicts.wanted(seen->done)) {
    seen = &m_device.settle(false);
    conflicts.refused();
  } else {
    conflicts.served();
  }
  if (m_watcher != nullptr) m_watcher->cycle(*seen);
  if (seen->fault) {
    fail("refuses it for register " + hexadecimal(seen->fault_register) +
         ", the model does not");
  }
  const bool ends = seen->done;
  count(cycles, seen->cycle_class);
  try {
    m_device.serve(mem);
  } catch (const command_fault& fault) {
    fail("accesses address " + hexadecimal(fault.address()) +
         ", which is not there");
  }
  return ends;
}

void row_engine_rtl::fail(const std::string& what) const {
  m_rtl.plugin->fail("command with tag " + hexadecimal(m_command->tag) + " at " +
                     sc_core::sc_time_stamp().to_string() + ": " + what);
}

}  // namespace vitvp::models
