#include "models/plic/plic.hpp"

#include <registers/plic.hpp>
#include <sstream>
#include <stdexcept>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::plic;

constexpr std::uint32_t bit(unsigned source) {
  return std::uint32_t{1} << source;
}

}  // namespace

void plic_config::validate() const {
  if (clock_period <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period: must be positive");
  }
  check_range("access_cycles", access_cycles, 0, 1000);
}

plic::plic(const sc_core::sc_module_name& name, const plic_config& config)
    : sc_module(name),
      in("in"),
      sources("sources", source_count),
      external_irq("external_irq"),
      m_config(config),
      m_access_time(config.access_cycles * config.clock_period),
      m_registers(regs::table),
      m_enable(m_registers.cell(regs::ENABLE)),
      m_threshold(m_registers.cell(regs::THRESHOLD)),
      m_priorities(&m_registers.cell(regs::PRIORITY)) {
  m_config.validate();
  define_registers();
  in.register_b_transport(this, &plic::b_transport);
  in.register_transport_dbg(this, &plic::transport_dbg);
  SC_METHOD(sample);
  sensitive << m_changed;
  for (source_port& source : sources) sensitive << source;
}

void plic::end_of_elaboration() {
  for (unsigned source = 1; source < source_count; ++source) {
    source_port& port = sources[source];
    if (port.size() != 0) m_wires.push_back({source, port.operator->()});
  }
}

void plic::define_registers() {
  m_registers.on_peek(regs::PENDING, [this](unsigned) { return m_pending; });
  m_registers.on_peek(regs::CLAIM, [this](unsigned) { return best(); });
  m_registers.on_read(regs::CLAIM, [this](unsigned) { claim(); });
  m_registers.on_write(regs::CLAIM, [this](std::uint32_t source, unsigned) {
    complete(source);
  });
  m_registers.on_write(regs::PRIORITY, [this](std::uint32_t, unsigned source) {
    if (source == 0) m_registers.set(regs::PRIORITY, 0);
    m_changed.notify(sc_core::SC_ZERO_TIME);
  });
  const auto redrive = [this](std::uint32_t, unsigned) {
    m_changed.notify(sc_core::SC_ZERO_TIME);
  };
  m_registers.on_write(regs::ENABLE, redrive);
  m_registers.on_write(regs::THRESHOLD, redrive);
}

void plic::reset() {
  m_registers.reset();
  m_pending = 0;
  m_claimed = 0;
  m_completed = 0;
  m_changed.notify(sc_core::SC_ZERO_TIME);
}

// The source that a claim would take, 0: none.
unsigned plic::best() const {
  std::uint32_t candidates = m_pending & m_enable & ~1U;
  unsigned found = 0;
  std::uint32_t highest = 0;
  for (; candidates != 0; candidates &= candidates - 1) {
    const auto source = static_cast<unsigned>(__builtin_ctz(candidates));
    const std::uint32_t priority = m_priorities[source];
    if (priority > highest) {
      found = source;
      highest = priority;
    }
  }
  return found;
}

void plic::claim() {
  const unsigned source = best();
  if (source == 0) return;
  m_pending &= ~bit(source);
  m_claimed |= bit(source);
  m_changed.notify(sc_core::SC_ZERO_TIME);
}

void plic::complete(std::uint32_t source) {
  if (source >= source_count) return;
  m_completed |= bit(source) & m_enable;
  m_completed_at = sc_core::sc_delta_count();
  m_changed.notify(sc_core::SC_ZERO_TIME);
}

// What was completed may interrupt again. Not before what the CPU did to the
// source before it completed it shows on the line, which takes a delta.
void plic::open_gateways() {
  if (m_completed == 0) return;
  if (sc_core::sc_delta_count() < m_completed_at + 2) {
    m_changed.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  m_claimed &= ~m_completed;
  m_completed = 0;
}

std::string plic::waiting_for() const {
  if (m_claimed == 0) return "";
  std::ostringstream text;
  text << name() << ": completion of claimed source";
  for (unsigned source = 1; source < source_count; ++source) {
    if ((m_claimed & bit(source)) != 0) text << ' ' << source;
  }
  return text.str();
}

void plic::b_transport(tlm::tlm_generic_payload& payload,
                       sc_core::sc_time& delay) {
  delay += m_access_time;
  m_registers.transport(payload);
}

unsigned plic::transport_dbg(tlm::tlm_generic_payload& payload) {
  return m_registers.transport_dbg(payload);
}

// The gateways: a high line becomes pending unless it is being served.
void plic::sample() {
  open_gateways();
  for (const wire& w : m_wires) {
    if (w.level->read() && (m_claimed & bit(w.source)) == 0) {
      m_pending |= bit(w.source);
    }
  }
  const unsigned source = best();
  const std::uint32_t priority = source == 0 ? 0 : m_priorities[source];
  external_irq.write(priority > m_threshold);
}

}  // namespace vitvp::models
