#include "models/uart/uart.hpp"

#include <algorithm>
#include <registers/uart.hpp>
#include <stdexcept>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::uart;

constexpr std::uint32_t interrupt_none = 0x01;
constexpr std::uint32_t interrupt_transmit = 0x02;
constexpr std::uint32_t interrupt_receive = 0x04;
constexpr std::uint32_t control_clear_receiver = 0x02;
constexpr std::uint32_t control_clear_transmitter = 0x04;

}  // namespace

void uart_config::validate() const {
  if (clock_period <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period: must be positive");
  }
  if (character_time <= sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("character_time: must be positive");
  }
  check_range("access_cycles", access_cycles, 0, 1000);
}

uart::uart(const sc_core::sc_module_name& name, const uart_config& config)
    : sc_module(name),
      in("in"),
      irq("irq"),
      m_config(config),
      m_registers(regs::table),
      m_transmitter(config.character_time),
      m_receiver(config.character_time, config.input) {
  m_config.validate();
  define_data_registers();
  define_interrupt_registers();
  in.register_b_transport(this, &uart::b_transport);
  in.register_transport_dbg(this, &uart::transport_dbg);
  SC_METHOD(advance);
  sensitive << m_changed;
}

bool uart::divisor_selected() const {
  return regs::LCR_DLAB.get(m_registers.get(regs::LCR)) != 0;
}

void uart::define_data_registers() {
  m_registers.on_peek(regs::RBR_THR_DLL, [this](unsigned) -> std::uint32_t {
    return divisor_selected() ? m_divisor_low : m_receiver.front();
  });
  m_registers.on_read(regs::RBR_THR_DLL, [this](unsigned) {
    if (divisor_selected()) return;
    m_receiver.read(m_access_time);
    change();
  });
  m_registers.on_write(regs::RBR_THR_DLL,
                       [this](std::uint32_t value, unsigned) {
                         if (divisor_selected()) {
                           m_divisor_low = value;
                         } else {
                           send(static_cast<std::uint8_t>(value));
                         }
                       });
  m_registers.on_peek(regs::LSR, [this](unsigned) { return line_status(); });
}

void uart::define_interrupt_registers() {
  m_registers.on_peek(regs::IER_DLM, [this](unsigned) {
    return divisor_selected() ? m_divisor_high : m_interrupt_enable;
  });
  m_registers.on_write(regs::IER_DLM, [this](std::uint32_t value, unsigned) {
    if (divisor_selected()) {
      m_divisor_high = value;
      return;
    }
    const std::uint32_t rising = value & ~m_interrupt_enable;
    m_interrupt_enable =
        value & (regs::IER_DLM_RECEIVE.mask() | regs::IER_DLM_TRANSMIT.mask());
    if (regs::IER_DLM_TRANSMIT.get(rising) != 0 &&
        m_transmitter.waiting(m_access_time) == 0) {
      m_emptied = true;
    }
    change();
  });
  m_registers.on_peek(regs::IIR_FCR, [this](unsigned) { return interrupt(); });
  m_registers.on_read(regs::IIR_FCR, [this](unsigned) {
    if (interrupt() == interrupt_transmit) m_emptied = false;
    change();
  });
  m_registers.on_write(regs::IIR_FCR, [this](std::uint32_t value, unsigned) {
    clear_fifos(value);
  });
}

void uart::reset() {
  m_registers.reset();
  m_transmitter.clear(sc_core::sc_time_stamp());
  m_receiver.clear(sc_core::sc_time_stamp());
  m_interrupt_enable = 0;
  m_divisor_low = 0;
  m_divisor_high = 0;
  m_was_full = false;
  m_emptied = false;
  change();
}

// What IIR reads as: received data come before an empty transmitter.
std::uint32_t uart::interrupt() const {
  if (regs::IER_DLM_RECEIVE.get(m_interrupt_enable) != 0 &&
      m_receiver.size() != 0) {
    return interrupt_receive;
  }
  if (regs::IER_DLM_TRANSMIT.get(m_interrupt_enable) != 0 && m_emptied) {
    return interrupt_transmit;
  }
  return interrupt_none;
}

std::uint32_t uart::line_status() const {
  const bool empty = m_transmitter.waiting(m_access_time) == 0;
  return regs::LSR_DATA_READY.set(m_receiver.size() != 0 ? 1 : 0) |
         regs::LSR_THR_EMPTY.set(empty ? 1 : 0) |
         regs::LSR_TRANSMITTER_EMPTY.set(m_transmitter.idle(m_access_time) ? 1
                                                                           : 0);
}

void uart::send(std::uint8_t byte) {
  if (!m_transmitter.write(m_access_time)) return;
  m_was_full = true;
  m_emptied = false;
  change();
  if (byte == '\n') {
    const std::string line = m_line;
    m_line += '\n';
    flush();
    if (m_config.on_line) m_config.on_line(line);
  } else {
    m_line += static_cast<char>(byte);
  }
}

void uart::flush() {
  if (m_config.output != nullptr && !m_line.empty()) {
    *m_config.output << m_line << std::flush;
  }
  m_line.clear();
}

void uart::watch_transmitter(const sc_core::sc_time& now) {
  if (!m_was_full || m_transmitter.waiting(now) != 0) return;
  m_was_full = false;
  m_emptied = true;
}

void uart::clear_fifos(std::uint32_t control) {
  if ((control & control_clear_receiver) != 0) {
    m_receiver.clear(m_access_time);
  }
  if ((control & control_clear_transmitter) != 0) {
    m_transmitter.clear(m_access_time);
  }
  change();
}

std::string uart::waiting_for() const {
  if (m_receiver.size() == 0) return "";
  return std::string(name()) + ": " + std::to_string(m_receiver.size()) +
         " received bytes were not read";
}

void uart::b_transport(tlm::tlm_generic_payload& payload,
                       sc_core::sc_time& delay) {
  delay += m_config.access_cycles * m_config.clock_period;
  m_access_time = sc_core::sc_time_stamp() + delay;
  m_receiver.advance(m_access_time);
  watch_transmitter(m_access_time);
  m_registers.transport(payload);
}

unsigned uart::transport_dbg(tlm::tlm_generic_payload& payload) {
  m_access_time = sc_core::sc_time_stamp();
  return m_registers.transport_dbg(payload);
}

// Follows the lines in the kernel's time, and sets irq.
void uart::advance() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  m_receiver.advance(now);
  watch_transmitter(now);
  irq.write(interrupt() != interrupt_none);
  sc_core::sc_time next = sc_core::sc_max_time();
  if (m_was_full) next = m_transmitter.empty_at();
  if (m_receiver.next_arrival().has_value()) {
    next = std::min(next, *m_receiver.next_arrival());
  }
  if (next < sc_core::sc_max_time() && next > now) {
    m_changed.notify(next - now);
  }
}

}  // namespace vitvp::models
