#include "models/clint/clint.hpp"

#include <limits>
#include <registers/clint.hpp>
#include <sstream>
#include <stdexcept>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::clint;

constexpr std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

constexpr std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

constexpr std::uint64_t join(std::uint32_t high_half, std::uint32_t low_half) {
  return std::uint64_t{high_half} << 32 | low_half;
}

}  // namespace

void clint_config::validate() const {
  if (clock_period <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period: must be positive");
  }
  if (tick <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("tick: must be positive");
  }
  check_range("access_cycles", access_cycles, 0, 1000);
}

clint::clint(const sc_core::sc_module_name& name, const clint_config& config)
    : sc_module(name),
      in("in"),
      timer_irq("timer_irq"),
      software_irq("software_irq"),
      m_config(config),
      m_registers(regs::table) {
  m_config.validate();
  define_registers();
  in.register_b_transport(this, &clint::b_transport);
  in.register_transport_dbg(this, &clint::transport_dbg);
  SC_METHOD(drive);
  sensitive << m_changed;
}

void clint::define_registers() {
  m_registers.on_peek(regs::MTIME_LO, [this](unsigned) {
    return low(mtime_at(m_access_time));
  });
  m_registers.on_peek(regs::MTIME_HI, [this](unsigned) {
    return high(mtime_at(m_access_time));
  });
  m_registers.on_write(regs::MTIME_LO, [this](std::uint32_t value, unsigned) {
    write_mtime(join(high(mtime_at(m_access_time)), value));
  });
  m_registers.on_write(regs::MTIME_HI, [this](std::uint32_t value, unsigned) {
    write_mtime(join(value, low(mtime_at(m_access_time))));
  });
  const auto redrive = [this](std::uint32_t, unsigned) {
    m_changed.notify(sc_core::SC_ZERO_TIME);
  };
  m_registers.on_write(regs::MSIP, redrive);
  m_registers.on_write(regs::MTIMECMP_LO, redrive);
  m_registers.on_write(regs::MTIMECMP_HI, redrive);
}

void clint::reset() {
  m_registers.reset();
  m_access_time = sc_core::sc_time_stamp();
  write_mtime(0);
}

std::uint64_t clint::mtime_at(const sc_core::sc_time& time) const {
  return m_offset + time.value() / m_config.tick.value();
}

std::uint64_t clint::mtime() const {
  return mtime_at(sc_core::sc_time_stamp());
}

std::uint64_t clint::mtimecmp() const {
  return join(m_registers.get(regs::MTIMECMP_HI),
              m_registers.get(regs::MTIMECMP_LO));
}

void clint::write_mtime(std::uint64_t value) {
  m_offset += value - mtime_at(m_access_time);
  m_changed.notify(sc_core::SC_ZERO_TIME);
}

std::string clint::waiting_for() const {
  if (mtimecmp() == std::numeric_limits<std::uint64_t>::max()) return "";
  if (mtime() >= mtimecmp()) return "";
  std::ostringstream text;
  text << name() << ": timer at " << mtime() << ", compares with "
       << mtimecmp();
  return text.str();
}

void clint::b_transport(tlm::tlm_generic_payload& payload,
                        sc_core::sc_time& delay) {
  delay += m_config.access_cycles * m_config.clock_period;
  m_access_time = sc_core::sc_time_stamp() + delay;
  m_registers.transport(payload);
}

unsigned clint::transport_dbg(tlm::tlm_generic_payload& payload) {
  m_access_time = sc_core::sc_time_stamp();
  return m_registers.transport_dbg(payload);
}

// Sets the lines and comes back when mtime reaches mtimecmp.
void clint::drive() {
  software_irq.write(regs::MSIP_PENDING.get(m_registers.get(regs::MSIP)) != 0);
  const std::uint64_t now = sc_core::sc_time_stamp().value();
  const std::uint64_t tick = m_config.tick.value();
  const std::uint64_t time = mtime();
  const std::uint64_t compare = mtimecmp();
  timer_irq.write(time >= compare);
  if (time >= compare) return;
  const std::uint64_t ticks = compare - time;
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max() - now;
  if (ticks > last / tick) return;
  m_changed.notify(sc_core::sc_time::from_value(ticks * tick - now % tick));
}

}  // namespace vitvp::models
