// The row engine's pins (docs/rtl.md), with memory behind them.
#pragma once

#include <cstdint>

#include "models/common/command_engine.hpp"
#include "models/common/memory_port.hpp"
#include "models/cosim/rtl_block.hpp"
#include "models/row_engine/row_engine.hpp"

namespace vitvp::models {

/// `count` elements, or bytes, from an address on.
struct rtl_request {
  bool valid = false;
  std::uint32_t address = 0;
  std::uint32_t count = 0;
  std::uint32_t stride = 0;  ///< bytes from element to element; 0: contiguous
};

/// What the pins showed in one cycle.
struct row_engine_cycle {
  std::uint64_t number = 0;  ///< 0: the first one of the command
  std::uint32_t cycle_class = 0;  ///< ports `cycle_class`, see docs/rtl.md
  bool refused = false;           ///< requests that memory did not serve
  bool done = false;
  bool fault = false;
  std::uint32_t fault_register = 0;
  rtl_request index;    ///< one entry
  rtl_request a;        ///< bytes
  rtl_request b;        ///< bytes
  rtl_request partial;  ///< elements of 4 bytes
  rtl_request records;  ///< elements of record_bytes bytes
  rtl_request c;        ///< elements
  std::uint32_t c_bytes = 0;  ///< of an element of C
  /// i32 [rows] in the pins, the elements of C in their lowest c_bytes bytes.
  const std::uint8_t* c_data = nullptr;

  bool requests() const {
    return index.valid || a.valid || b.valid || partial.valid ||
           records.valid || c.valid;
  }
  bool ends() const { return done || fault; }
};

/// Pin-level adapter: drives a command into the RTL and then, cycle by cycle,
/// answers its requests from memory. Knows neither time nor events.
class row_engine_device {
 public:
  /// Throws rtl_error if pins or parameters do not fit the configuration.
  row_engine_device(rtl_plugin_ptr plugin, const row_engine_config& config);

  /// Back to the state after power-on; no command is left.
  void reset();
  /// Hands the command over, in the cycle before its first.
  void submit(const command& c);
  /// What the engine asks for in this cycle, if memory is `memory_ready`; may
  /// be asked again with another answer.
  const row_engine_cycle& settle(bool memory_ready);
  /// Ends the cycle: memory serves the requests, writes first, unless they
  /// were refused, and the clock rises. Throws command_fault at an address
  /// that is not there, rtl_error where more is asked for than pins can hold.
  void serve(memory_port& memory);
  /// Drops the queue and ends a halt, as CONTROL.CLEAR does.
  void clear();

  rtl_block& block() { return m_block; }

 private:
  struct command_pins {
    rtl_pin a_address, a_row_stride, a_term_stride, a_index, b_address,
        b_term_stride, c_address, c_row_stride, c_column_stride, partial,
        partial_row_stride, records, shape, terms, mode;
  };
  struct request_pins {
    rtl_pin read, at, count, stride;
  };

  void pulse(rtl_pin& pin);
  void write_c(memory_port& memory);
  void read_operands(memory_port& memory);
  void fetch(memory_port& memory, const char* port, const rtl_request& request,
             rtl_pin& to, std::size_t element_bytes);
  void require_room(const char* port, const rtl_pin& pin,
                    std::uint64_t bytes) const;
  static rtl_request look(const request_pins& pins);

  rtl_block m_block;
  rtl_pin m_reset, m_valid, m_ready, m_clear;
  command_pins m_command;
  rtl_pin m_done, m_fault, m_fault_register, m_class, m_memory_ready;
  request_pins m_index, m_a, m_b, m_partial, m_records, m_c;
  rtl_pin m_index_data, m_a_data, m_b_data, m_partial_data, m_record_data;
  rtl_pin m_c_size, m_c_data;
  row_engine_cycle m_seen;
};

}  // namespace vitvp::models
