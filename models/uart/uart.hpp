// A subset of the 16550 UART: the platform's console.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <systemc>
#include <tlm>

#include "models/common/observer.hpp"
#include "models/common/register_file.hpp"
#include "models/uart/uart_lines.hpp"
#include "models/uart/uart_source.hpp"

namespace vitvp::models {

struct uart_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  unsigned access_cycles = 1;  ///< of an access, 0..1000
  /// Time of a byte on the wire, in both directions.
  sc_core::sc_time character_time{1, sc_core::SC_US};
  /// Gets what the firmware sends, a line at a time; null: nobody does. Must
  /// outlive the UART.
  std::ostream* output = nullptr;
  /// Gets each line that the firmware sends, without its end.
  std::function<void(const std::string& line)> on_line;
  uart_source input;  ///< what the firmware receives; empty: nothing

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// The registers of docs/registers/uart.md. The FIFOs are always on; the
/// divisor, the format of characters and the modem lines are stored and do
/// nothing. Sent bytes go to the output as they are written, in lines; the
/// time that they take shows in LSR. A byte written to a full FIFO is lost, a
/// received byte never is: the input waits.
///
/// irq is high while a received byte waits and IER.RECEIVE is set, or from the
/// moment on that the transmit FIFO becomes empty (or IER.TRANSMIT is set
/// while it is) until IIR is read as TRANSMIT or a byte is written.
class uart : public sc_core::sc_module, public waits_for_something {
 public:
  tlm_utils::simple_target_socket<uart> in;
  sc_core::sc_out<bool> irq;

  SC_HAS_PROCESS(uart);
  explicit uart(const sc_core::sc_module_name& name,
                const uart_config& config = uart_config());

  /// State after power-on. The input goes on where it was.
  void reset();
  /// Hands out a line that has no end yet; done at the end of the simulation.
  void flush();

  /// What was sent since the last end of a line.
  const std::string& unfinished_line() const { return m_line; }
  std::string waiting_for() const override;

 private:
  void define_data_registers();
  void define_interrupt_registers();
  bool divisor_selected() const;
  std::uint32_t interrupt() const;
  std::uint32_t line_status() const;

  void send(std::uint8_t byte);
  void watch_transmitter(const sc_core::sc_time& now);
  void clear_fifos(std::uint32_t control);
  void change() { m_changed.notify(sc_core::SC_ZERO_TIME); }

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void advance();
  void end_of_simulation() override { flush(); }

  uart_config m_config;
  register_file m_registers;
  uart_transmitter m_transmitter;
  uart_receiver m_receiver;
  std::string m_line;
  std::uint32_t m_interrupt_enable = 0;
  std::uint32_t m_divisor_low = 0;
  std::uint32_t m_divisor_high = 0;
  bool m_was_full = false;         // bytes waited in the transmit FIFO
  bool m_emptied = false;          // the transmit interrupt is pending
  sc_core::sc_time m_access_time;  // local time of the current access
  sc_core::sc_event m_changed;
};

}  // namespace vitvp::models
