// The pruning unit's pins (docs/rtl_pruning_unit.md), with memory behind them.
#pragma once

#include <cstdint>
#include <vector>

#include "models/cosim/rtl_device.hpp"
#include "models/pruning_unit/pruning_unit.hpp"

namespace vitvp::models {

/// What the pins showed in one cycle. Whether it is the last one shows behind
/// it: see pruning_unit_device::serve().
struct pruning_unit_cycle {
  std::uint64_t number = 0;  ///< 0: the first one of the command
  std::uint32_t cycle_class = 0;
  bool refused = false;  ///< requests that memory did not serve
  rtl_request read;      ///< bytes
  rtl_request write;     ///< an entry of a list, u16
  std::uint16_t entry = 0;

  bool requests() const { return read.valid || write.valid; }
};

class pruning_unit_device final : public rtl_device {
 public:
  /// Throws rtl_error if pins or parameters do not fit the configuration.
  pruning_unit_device(rtl_plugin_ptr plugin, const pruning_unit_config& config);

  void reset() override;
  void submit(const command& c) override;
  rtl_cycle step(memory_port& memory) override;
  void clear() override;

  /// What the unit asks for in this cycle, if memory is `memory_ready`, on both
  /// ports; may be asked again with another answer.
  const pruning_unit_cycle& settle(bool memory_ready);
  /// Ends the cycle: memory serves the requests, unless they were refused, and
  /// the clock rises. Throws command_fault at an address that is not there,
  /// rtl_error where more is asked for than pins can hold.
  rtl_cycle serve(memory_port& memory);

  /// After the last cycle of a command.
  std::uint32_t live_count() const;
  std::uint32_t kept_count() const;

 private:
  struct command_pins {
    rtl_pin tag, x_address, x_stride, list_address, tokens, channels, keep,
        first_channel, operation, first, threshold;
  };

  void read_operand(memory_port& memory, bool serves);

  rtl_pin m_reset, m_submit, m_clear;
  command_pins m_command;
  rtl_pin m_completed, m_halted, m_fault_code, m_fault_address;
  rtl_pin m_live_count, m_kept_count, m_class;
  rtl_pin m_read, m_read_at, m_read_bytes, m_read_ready, m_read_data;
  rtl_pin m_write, m_write_at, m_write_data, m_write_ready;
  std::vector<std::uint8_t> m_buffer;
  rtl_pin m_on_its_way;  // to m_read_data, in m_buffer
  std::uint64_t m_completed_before = 0;
  pruning_unit_cycle m_seen;
};

}  // namespace vitvp::models
