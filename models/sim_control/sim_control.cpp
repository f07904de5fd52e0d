#include "models/sim_control/sim_control.hpp"

#include <chrono>
#include <cmath>
#include <registers/sim_control.hpp>
#include <stdexcept>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::sim_control;

constexpr std::uint32_t finish_success = 0x5555;
constexpr std::uint32_t finish_failure = 0x3333;
constexpr std::uint32_t finish_reset = 0x7777;

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

std::uint32_t upper_half(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

}  // namespace

void sim_control_config::validate() const {
  if (clock_period <= sc_core::SC_ZERO_TIME ||
      clock_period > sc_core::sc_time(1, sc_core::SC_SEC)) {
    throw std::invalid_argument("clock_period: must be positive, at most 1 s");
  }
  check_range("access_cycles", access_cycles, 0, 1000);
  check_range("sram_banks", sram_banks, 1, 0xffff);
  check_range("sram_line_bytes", sram_line_bytes, 1, 0xffff);
}

sim_control::sim_control(const sc_core::sc_module_name& name,
                         const sim_control_config& config)
    : sc_module(name), in("in"), m_config(config), m_registers(regs::table) {
  m_config.validate();
  if (!m_config.host_ns) m_config.host_ns = steady_ns;
  m_host_start_ns = m_config.host_ns();
  define_capabilities();
  define_counters();
  m_registers.on_write(
      regs::FINISH, [this](std::uint32_t value, unsigned) { finish(value); });
  m_registers.on_write(regs::PROGRESS, [this](std::uint32_t value, unsigned) {
    if (m_config.on_progress) m_config.on_progress(value);
  });
  in.register_b_transport(this, &sim_control::b_transport);
  in.register_transport_dbg(this, &sim_control::transport_dbg);
}

void sim_control::define_capabilities() {
  const auto show = [this](std::uint32_t offset, const std::uint32_t& value) {
    m_registers.on_peek(offset, [&value](unsigned) { return value; });
  };
  show(regs::SRAM_BYTES, m_config.sram_bytes);
  show(regs::DRAM_BYTES, m_config.dram_bytes);
  show(regs::MODEL_ADDRESS, m_config.model_address);
  m_registers.on_peek(regs::SRAM_BANKS, [this](unsigned) {
    return regs::SRAM_BANKS_BANKS.set(m_config.sram_banks) |
           regs::SRAM_BANKS_LINE_BYTES.set(m_config.sram_line_bytes);
  });
  const double clock_hz = 1.0 / m_config.clock_period.to_seconds();
  const auto rounded =
      static_cast<std::uint32_t>(std::fmin(std::round(clock_hz), 4294967295.0));
  m_registers.on_peek(regs::CLOCK_HZ, [rounded](unsigned) { return rounded; });
}

// The upper halves are stored by the reads of the lower ones.
void sim_control::define_counters() {
  m_registers.on_peek(regs::CYCLES_LO, [this](unsigned) {
    return static_cast<std::uint32_t>(cycles());
  });
  m_registers.on_read(regs::CYCLES_LO, [this](unsigned) {
    m_registers.set(regs::CYCLES_HI, upper_half(cycles()));
  });
  m_registers.on_peek(regs::HOST_NS_LO, [this](unsigned) {
    m_seen_host_ns = host_ns();
    return static_cast<std::uint32_t>(m_seen_host_ns);
  });
  m_registers.on_read(regs::HOST_NS_LO, [this](unsigned) {
    m_registers.set(regs::HOST_NS_HI, upper_half(m_seen_host_ns));
  });
}

void sim_control::reset() {
  m_registers.reset();
  m_reset_time = sc_core::sc_time_stamp();
}

void sim_control::set_model_address(std::uint32_t address) {
  m_config.model_address = address;
}

std::uint32_t sim_control::progress() const {
  return m_registers.get(regs::PROGRESS);
}

std::uint64_t sim_control::cycles() const {
  if (m_access_time < m_reset_time) return 0;
  return (m_access_time - m_reset_time).value() / m_config.clock_period.value();
}

std::uint64_t sim_control::host_ns() const {
  return m_config.host_ns() - m_host_start_ns;
}

void sim_control::finish(std::uint32_t value) {
  const std::uint32_t status = regs::FINISH_STATUS.get(value);
  const std::uint32_t code = regs::FINISH_CODE.get(value);
  const bool known = status == finish_success || status == finish_failure ||
                     status == finish_reset;
  if (m_finished || !known) return;
  m_finished = true;
  m_finish_time = m_access_time;
  if (status != finish_success) {
    m_exit_code = status == finish_failure && code != 0 ? code : 1;
  }
  if (m_config.on_finish) m_config.on_finish(m_exit_code);
  sc_core::sc_stop();
}

void sim_control::b_transport(tlm::tlm_generic_payload& payload,
                              sc_core::sc_time& delay) {
  delay += m_config.access_cycles * m_config.clock_period;
  m_access_time = sc_core::sc_time_stamp() + delay;
  m_registers.transport(payload);
}

unsigned sim_control::transport_dbg(tlm::tlm_generic_payload& payload) {
  m_access_time = sc_core::sc_time_stamp();
  return m_registers.transport_dbg(payload);
}

}  // namespace vitvp::models
