#include "models/common/command_engine.hpp"

#include <algorithm>
#include <optional>
#include <registers/command_interface.hpp>
#include <sstream>
#include <stdexcept>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::command_interface;

constexpr std::uint32_t interface_version = 1;
constexpr std::uint32_t first_command_register = 0x080;
constexpr std::uint32_t cause_done = 1;
constexpr std::uint32_t cause_fault = 2;
constexpr std::uint32_t cause_reached = 4;
constexpr std::uint32_t action_clear = 1;
constexpr std::uint32_t action_clear_counters = 2;

/// Workers of engines that have none.
host_workers& nobody() {
  static host_workers alone(1);
  return alone;
}

}  // namespace

void command_engine_config::validate() const {
  if (clock_period <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period: must be positive");
  }
  check_range("queue_depth", queue_depth, 2, 255);
  check_range("access_cycles", access_cycles, 0, 1000);
}

command_engine::command_engine(const sc_core::sc_module_name& name,
                               const command_engine_config& config,
                               const command_engine_identity& identity)
    : sc_module(name),
      in("in"),
      irq("irq"),
      mem("out", config.use_dmi, config.workers),
      out(mem.socket),
      m_name(sc_module::name()),
      m_config(config),
      m_workers(config.workers == nullptr ? nobody() : *config.workers),
      m_identity(identity),
      m_registers(identity.table, identity.table_size),
      m_origin(m_registers.cell(regs::ORIGIN)),
      m_interrupt_enable(m_registers.cell(regs::INTERRUPT_ENABLE)),
      m_target(m_registers.cell(regs::TARGET)) {
  m_config.validate();
  m_access_delay = cycles(m_config.access_cycles);
  m_queue.reserve(m_config.queue_depth);
  for (std::size_t i = 0; i < identity.table_size; ++i) {
    const std::uint32_t offset = identity.table[i].offset;
    if (offset < first_command_register) continue;
    const std::size_t place = (offset - first_command_register) / 4;
    m_staged.push_back({place, &m_registers.cell(offset)});
  }
  define_state_registers();
  define_counter_registers();
  define_write_effects();
  in.register_b_transport(this, &command_engine::b_transport);
  in.register_transport_dbg(this, &command_engine::transport_dbg);
  SC_THREAD(run);
  SC_METHOD(drive_irq);
  sensitive << m_irq_changed;
}

void command_engine::define_state_registers() {
  const auto show = [this](std::uint32_t offset, auto value) {
    m_registers.on_peek(offset, [value](unsigned) { return value(); });
  };
  show(regs::ID, [this] {
    return interface_version | std::uint32_t{m_identity.block} << 16;
  });
  show(regs::STATUS, [this] { return status(); });
  show(regs::COMPLETED, [this] { return m_completed; });
  show(regs::INTERRUPT_STATUS, [this] { return pending_causes(); });
  show(regs::ERROR_CODE,
       [this] { return static_cast<std::uint32_t>(m_fault.code); });
  show(regs::ERROR_ADDRESS, [this] { return m_fault.address; });
  show(regs::ERROR_TAG, [this] { return m_fault.tag; });
}

void command_engine::show_counter(std::uint32_t offset,
                                  const std::uint64_t& value) {
  m_registers.on_peek(
      offset, [&value](unsigned) { return static_cast<std::uint32_t>(value); });
  m_registers.on_peek(offset + 4, [&value](unsigned) {
    return static_cast<std::uint32_t>(value >> 32);
  });
}

void command_engine::define_counter_registers() {
  show_counter(regs::BUSY_CYCLES_LO, m_busy_cycles);
  show_counter(regs::COMPUTE_CYCLES_LO, m_cycles.compute);
  show_counter(regs::OPERAND_WAIT_CYCLES_LO, m_cycles.operand_wait);
  show_counter(regs::BANK_CONFLICT_CYCLES_LO, m_cycles.bank_conflict);
  show_counter(regs::CONTROL_CYCLES_LO, m_cycles.control);
  show_counter(regs::WORK_LO, m_work);
}

void command_engine::define_write_effects() {
  m_registers.on_write(
      regs::SUBMIT, [this](std::uint32_t value, unsigned) { submit(value); });
  m_registers.on_write(
      regs::CONTROL, [this](std::uint32_t value, unsigned) { control(value); });
  m_registers.on_write(regs::INTERRUPT_STATUS,
                       [this](std::uint32_t value, unsigned) {
                         m_interrupts &= ~value;
                         drive_irq_soon();
                       });
  const auto redrive = [this](std::uint32_t, unsigned) { drive_irq_soon(); };
  m_registers.on_write(regs::INTERRUPT_ENABLE, redrive);
  m_registers.on_write(regs::TARGET, redrive);
}

void command_engine::reset() {
  m_registers.reset();
  m_queue.clear();
  m_fault = latched_fault();
  m_completed = 0;
  m_interrupts = 0;
  m_cycles = cycle_breakdown();
  m_busy_cycles = 0;
  m_work = 0;
  m_cut_off = m_executing;
  m_wake.notify();
  drive_irq_soon();
}

void command_engine::add_observer(command_observer& observer) {
  m_observers.push_back(&observer);
}

std::string command_engine::waiting_for() const {
  std::ostringstream text;
  if (halted()) {
    text << name() << ": halted by fault " << to_string(m_fault.code)
         << " at 0x" << std::hex << m_fault.address << ", tag 0x" << m_fault.tag
         << std::dec << ", " << m_queue.size() << " commands in the queue";
  } else if (m_executing) {
    text << name() << ": executes command with tag 0x" << std::hex
         << m_running_tag;
    if (m_running_until > sc_core::sc_time_stamp()) {
      text << " until " << m_running_until;
    }
  } else if (!m_queue.empty()) {
    text << name() << ": about to start the command with tag 0x" << std::hex
         << m_queue.front().tag;
  }
  return text.str();
}

void command_engine::b_transport(tlm::tlm_generic_payload& payload,
                                 sc_core::sc_time& delay) {
  delay += m_access_delay;
  m_access_delayed = &delay;
  m_registers.transport(payload);
}

unsigned command_engine::transport_dbg(tlm::tlm_generic_payload& payload) {
  return m_registers.transport_dbg(payload);
}

std::uint32_t command_engine::status() const {
  const bool full = m_queue.size() >= m_config.queue_depth;
  return (busy() ? 1U : 0U) | (full ? 2U : 0U) | (halted() ? 4U : 0U) |
         static_cast<std::uint32_t>(m_queue.size()) << 8 |
         m_config.queue_depth << 16;
}

void command_engine::submit(std::uint32_t tag) {
  if (m_queue.size() >= m_config.queue_depth) {
    latch(fault_code::queue_overflow, regs::SUBMIT, tag);
    return;
  }
  command c;
  c.tag = tag;
  c.origin = m_origin;
  c.submitted = sc_core::sc_time_stamp() + *m_access_delayed;
  for (const staged_register& r : m_staged) c.registers.at(r.place) = *r.value;
  m_queue.push_back(c);
  // Otherwise the engine comes to it by itself.
  if (!m_executing && m_queue.size() == 1) {
    m_wake.notify(next_edge(c.submitted) - sc_core::sc_time_stamp());
  }
}

void command_engine::control(std::uint32_t value) {
  if ((value & action_clear) != 0) {
    m_queue.clear();
    m_fault = latched_fault();
    m_wake.notify(sc_core::SC_ZERO_TIME);
  }
  if ((value & action_clear_counters) != 0) {
    m_cycles = cycle_breakdown();
    m_busy_cycles = 0;
    m_work = 0;
  }
}

void command_engine::raise(std::uint32_t causes) {
  m_interrupts |= causes;
  drive_irq_soon();
}

std::uint32_t command_engine::pending_causes() const {
  const auto ahead = static_cast<std::int32_t>(m_completed - m_target);
  return m_interrupts | (ahead >= 0 ? cause_reached : 0);
}

/// Only where the line changes: most completions are nobody's interrupt.
void command_engine::drive_irq_soon() {
  if (irq_level() == m_irq_driven) return;
  m_irq_changed.notify(sc_core::SC_ZERO_TIME);
}

bool command_engine::irq_level() const {
  return (pending_causes() & m_interrupt_enable) != 0;
}

void command_engine::latch(fault_code code, std::uint64_t address,
                           std::uint32_t tag) {
  if (!halted()) {
    m_fault = {code, static_cast<std::uint32_t>(address), tag};
  }
  raise(cause_fault);
}

void command_engine::drive_irq() {
  m_irq_driven = irq_level();
  irq.write(m_irq_driven);
}

sc_core::sc_time command_engine::next_edge(const sc_core::sc_time& time) const {
  const std::uint64_t period = m_config.clock_period.value();
  const std::uint64_t periods = (time.value() + period - 1) / period;
  return sc_core::sc_time::from_value(periods * period);
}

void command_engine::run() {
  for (;;) {
    wait_for_command();
    const command c = m_queue.front();
    m_queue.erase(m_queue.begin());
    process(c);
  }
}

void command_engine::wait_for_command() {
  for (;;) {
    const sc_core::sc_time& now = sc_core::sc_time_stamp();
    if (halted() || m_queue.empty()) {
      wait(m_wake);
      continue;
    }
    const sc_core::sc_time start =
        next_edge(std::max(now, m_queue.front().submitted));
    if (start == now) return;
    wait(start - now, m_wake);
  }
}

void command_engine::process(const command& c) {
  command_report report;
  report.tag = c.tag;
  report.origin = c.origin;
  report.operation = c.get(m_identity.mode_offset);
  report.start = sc_core::sc_time_stamp();
  m_executing = true;
  m_running_tag = c.tag;
  for (command_observer* o : m_observers) o->command_started(m_name, report);
  // Nothing waits in a handler: exceptions that are handled are kept by thread
  // of the host, not by process of the simulation.
  std::optional<command_fault> fault;
  try {
    const execution done = execute(c);
    report.cycles = done.cycles;
    report.work = done.work;
    report.result = done.result;
  } catch (const command_fault& thrown) {
    fault = thrown;
  }
  if (fault) {
    wait_until(report.start + cycles(fault_cycles));
    finish(report, fault->code(), fault->address());
  } else {
    wait_until(report.start + cycles(report.cycles.total()));
    finish(report, fault_code::none, 0);
  }
}

void command_engine::wait_until(const sc_core::sc_time& time) {
  m_running_until = time;
  while (!m_cut_off && sc_core::sc_time_stamp() < time) {
    wait(time - sc_core::sc_time_stamp(), m_wake);
  }
}

void command_engine::finish(command_report& report, fault_code code,
                            std::uint64_t address) {
  if (m_cut_off || code != fault_code::none) withdraw(report);
  report.end = sc_core::sc_time_stamp();
  if (!m_cut_off) {
    account(report);
    if (code == fault_code::none) {
      commit();
      ++m_completed;
      raise(cause_done);
    } else {
      latch(code, address, report.tag);
    }
  }
  m_executing = false;
  m_cut_off = false;
  for (command_observer* o : m_observers) o->command_finished(m_name, report);
}

void command_engine::withdraw(command_report& report) const {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const sc_core::sc_time end = next_edge(now);
  if (end > now) sc_core::wait(end - now);
  report.cycles = cycle_breakdown();
  report.cycles.control =
      (end - report.start).value() / m_config.clock_period.value();
  report.work = 0;
  report.result = result_layout();
}

void command_engine::account(const command_report& report) {
  m_cycles.compute += report.cycles.compute;
  m_cycles.operand_wait += report.cycles.operand_wait;
  m_cycles.dma_wait += report.cycles.dma_wait;
  m_cycles.bank_conflict += report.cycles.bank_conflict;
  m_cycles.control += report.cycles.control;
  m_busy_cycles += report.cycles.total();
  m_work += report.work;
}

}  // namespace vitvp::models
