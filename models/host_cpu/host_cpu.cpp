#include "models/host_cpu/host_cpu.hpp"

#include <stdexcept>
#include <utility>

#include "models/common/hexadecimal.hpp"

namespace vitvp::models {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

namespace {

sc_time quantum_left() {
  return tlm::tlm_global_quantum::instance().compute_local_quantum();
}

}  // namespace

host_cpu::host_cpu(const sc_core::sc_module_name& name,
                   const host_cpu_config& config)
    : sc_module(name),
      out("out"),
      external_irq("external_irq"),
      timer_irq("timer_irq"),
      software_irq("software_irq"),
      m_config(config) {
  if (config.clock_period == sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("host_cpu: clock_period must be above 0 s");
  }
  out.register_invalidate_direct_mem_ptr(this, &host_cpu::invalidate);
  SC_HAS_PROCESS(host_cpu);
  SC_METHOD(wires_changed);
  sensitive << external_irq << timer_irq << software_irq;
}

host_cpu_counters host_cpu::counters() const {
  host_cpu_counters result = m_counters;
  result.cycles_bus_wait = cycles_of(m_bus_time);
  sc_time asleep = m_sleep_time;
  if (m_activity == activity::sleeping) {
    asleep += sc_time_stamp() - m_sleep_start;
  }
  result.cycles_sleeping = cycles_of(asleep);
  return result;
}

std::string host_cpu::waiting_for() const {
  const std::string who = std::string(basename()) + ": ";
  switch (m_activity) {
    case activity::halted:
      return who + "core halted: " + m_halt_reason;
    case activity::sleeping:
      return who + "in wfi at " + locate(pc()) +
             ", no interrupt pending and enabled";
    case activity::on_bus:
      return who + "at " + locate(pc()) + " waits for the answer of " +
             hexadecimal_address(m_payload.get_address());
    case activity::running:
      break;
  }
  return {};
}

void host_cpu::stop() {
  m_stop_requested = true;
  m_wake.notify(sc_core::SC_ZERO_TIME);
}

std::uint32_t host_cpu::first_cause(std::uint32_t pending) {
  if ((pending & external_bit) != 0) {
    return 11;
  }
  return (pending & software_bit) != 0 ? 3 : 7;
}

void host_cpu::prepare(tlm::tlm_command command, std::uint32_t address,
                       void* data, std::uint32_t bytes) {
  m_payload.set_command(command);
  m_payload.set_address(address);
  m_payload.set_data_ptr(static_cast<unsigned char*>(data));
  m_payload.set_data_length(bytes);
  m_payload.set_streaming_width(bytes);
  m_payload.set_dmi_allowed(false);
  m_payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

bool host_cpu::transport(tlm::tlm_command command, std::uint32_t address,
                         void* data, std::uint32_t bytes) {
  if (command == tlm::TLM_READ_COMMAND) {
    ++m_counters.loads;
  } else {
    ++m_counters.stores;
  }
  prepare(command, address, data, bytes);
  sc_time delay = m_keeper.get_local_time();
  const sc_time& now = sc_time_stamp();  // goes on if the target waits
  const sc_time before = now + delay;
  m_activity = activity::on_bus;
  out->b_transport(m_payload, delay);
  m_activity = activity::running;
  m_keeper.set(delay);
  m_bus_time += now + delay - before;
  return m_payload.is_response_ok();
}

void host_cpu::spend(std::uint64_t cycles) {
  m_counters.cycles_executing += cycles;
  if (cycles != m_spent_cycles) {
    m_spent_cycles = cycles;
    m_spent = sc_time::from_value(m_config.clock_period.value() * cycles);
  }
  m_keeper.inc(m_spent);
}

void host_cpu::mark_turn() {
  m_next_turn = sc_time_stamp() + quantum_left();
}

void host_cpu::yield_if_due() {
  if (m_keeper.need_sync()) {
    synchronize();
  }
}

bool host_cpu::is_ahead() const {
  return m_keeper.get_local_time() != sc_core::SC_ZERO_TIME;
}

// Whatever happens at the same time has happened when the core goes on: what it
// sees must not depend on who the kernel calls first.
void host_cpu::synchronize() {
  m_keeper.sync();
  if (sc_core::sc_pending_activity_at_current_time()) {
    wait(sc_core::SC_ZERO_TIME);
  }
  mark_turn();
}

std::uint64_t host_cpu::cycles_until_turn() {
  const sc_time now = m_keeper.get_current_time();
  return now < m_next_turn ? cycles_of(m_next_turn - now) : 0;
}

void host_cpu::sleep(std::uint32_t enabled) {
  synchronize();
  m_sleep_start = sc_time_stamp();
  m_activity = activity::sleeping;
  while ((m_wires & enabled) == 0 && !m_stop_requested) {
    wait(m_wake);
  }
  m_activity = activity::running;
  m_sleep_time += sc_time_stamp() - m_sleep_start;
  m_keeper.reset();
  mark_turn();
}

void host_cpu::halt(std::string reason, bool report) {
  // Taken over before time passes: where the simulation ends meanwhile, this
  // thread never goes on, and nothing of it would be freed.
  m_halt_reason = std::move(reason);
  synchronize();
  m_halted = true;
  m_activity = activity::halted;
  if (report && m_config.on_halt) {
    m_config.on_halt(m_halt_reason);
  }
}

void host_cpu::record_trap(const trap_info& trap) {
  ++m_counters.traps;
  m_last_trap = trap;
}

std::uint64_t host_cpu::current_cycle() {
  return cycles_of(m_keeper.get_current_time());
}

std::string host_cpu::locate(std::uint32_t address) const {
  std::string text = hexadecimal_address(address);
  if (m_config.symbolize) {
    text += " (" + m_config.symbolize(address) + ")";
  }
  return text;
}

void host_cpu::wires_changed() {
  m_wires = (external_irq.read() ? external_bit : 0U) |
            (timer_irq.read() ? timer_bit : 0U) |
            (software_irq.read() ? software_bit : 0U);
  m_wake.notify();
}

void host_cpu::invalidate(sc_dt::uint64 /*first*/, sc_dt::uint64 /*last*/) {
  direct_memory_invalidated();
}

std::uint64_t host_cpu::cycles_of(const sc_time& time) const {
  return time.value() / m_config.clock_period.value();
}

}  // namespace vitvp::models
