// The row engine's pins (docs/rtl.md), with memory behind them.
#pragma once

#include <cstdint>

#include "models/cosim/rtl_device.hpp"
#include "models/row_engine/row_engine.hpp"

namespace vitvp::models {

/// What the pins showed in one cycle.
struct row_engine_cycle : rtl_cycle {
  std::uint64_t number = 0;   ///< 0: the first one of the command
  bool refused = false;       ///< requests that memory did not serve
  rtl_request index;          ///< one entry
  rtl_request a;              ///< bytes
  rtl_request b;              ///< bytes
  rtl_request partial;        ///< elements of 4 bytes
  rtl_request records;        ///< elements of record_bytes bytes
  rtl_request c;              ///< elements
  std::uint32_t c_bytes = 0;  ///< of an element of C
  /// i32 [rows] in the pins, the elements of C in their lowest c_bytes bytes.
  const std::uint8_t* c_data = nullptr;

  bool requests() const {
    return index.valid || a.valid || b.valid || partial.valid ||
           records.valid || c.valid;
  }
  bool ends() const { return done || fault; }
};

class row_engine_device final : public rtl_device {
 public:
  /// Throws rtl_error if pins or parameters do not fit the configuration.
  row_engine_device(rtl_plugin_ptr plugin, const row_engine_config& config);

  void reset() override;
  void submit(const command& c) override;
  rtl_cycle step(memory_port& memory) override;
  void clear() override;

  /// What the engine asks for in this cycle, if memory is `memory_ready`; may
  /// be asked again with another answer.
  const row_engine_cycle& settle(bool memory_ready);
  /// Ends the cycle: memory serves the requests, writes first, unless they
  /// were refused, and the clock rises. Throws command_fault at an address
  /// that is not there, rtl_error where more is asked for than pins can hold.
  void serve(memory_port& memory);

 private:
  struct command_pins {
    rtl_pin a_address, a_row_stride, a_term_stride, a_index, b_address,
        b_term_stride, c_address, c_row_stride, c_column_stride, partial,
        partial_row_stride, records, shape, terms, mode;
  };
  struct request_pins {
    rtl_pin read, at, count, stride;
  };

  void write_c(memory_port& memory);
  void read_operands(memory_port& memory);
  static rtl_request look(const request_pins& pins);

  rtl_pin m_reset, m_valid, m_ready, m_clear;
  command_pins m_command;
  rtl_pin m_done, m_fault, m_fault_register, m_class, m_memory_ready;
  request_pins m_index, m_a, m_b, m_partial, m_records, m_c;
  rtl_pin m_index_data, m_a_data, m_b_data, m_partial_data, m_record_data;
  rtl_pin m_c_size, m_c_data;
  row_engine_cycle m_seen;
};

}  // namespace vitvp::models
