// What pin-level adapters have in common: commands in, memory behind the pins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "models/common/command_engine.hpp"
#include "models/common/memory_port.hpp"
#include "models/cosim/rtl_block.hpp"

namespace vitvp::models {

/// `count` elements, or bytes, from an address on.
struct rtl_request {
  bool valid = false;
  std::uint32_t address = 0;
  std::uint32_t count = 0;
  std::uint32_t stride = 0;  ///< bytes from element to element; 0: contiguous
};

/// What a cycle was for the command that is at work.
struct rtl_cycle {
  std::uint32_t cycle_class = 0;  ///< port `cycle_class`, see docs/rtl.md
  bool done = false;              ///< the command's last one
  bool fault = false;             ///< the command is refused, in this last one
  std::uint32_t fault_register = 0;
};

/// Drives commands into RTL, one at a time, and then, cycle by cycle, answers
/// its requests from memory. Knows neither time nor events.
class rtl_device {
 public:
  /// Throws rtl_error if there can be no instance.
  explicit rtl_device(rtl_plugin_ptr plugin) : m_block(std::move(plugin)) {}
  virtual ~rtl_device() = default;

  /// Back to the state after power-on; no command is left.
  virtual void reset() = 0;
  /// Hands the command over, in the cycle before its first.
  virtual void submit(const command& c) = 0;
  /// A cycle in which memory serves all requests. Throws command_fault at an
  /// address that is not there, rtl_error where more is asked for than pins can
  /// hold.
  virtual rtl_cycle step(memory_port& memory) = 0;
  /// Drops the queue and ends a halt, as CONTROL.CLEAR does.
  virtual void clear() = 0;

  rtl_block& block() { return m_block; }

 protected:
  rtl_pin in(const char* name, std::uint32_t bits) const {
    return m_block.input(name, bits);
  }
  rtl_pin out(const char* name, std::uint32_t bits) const {
    return m_block.output(name, bits);
  }
  /// A cycle in which the pin is high.
  void pulse(rtl_pin& pin);
  /// Reads what `port` asks for to data pins, its first byte lowest.
  void fetch(memory_port& memory, const char* port, const rtl_request& request,
             rtl_pin& to, std::size_t element_bytes) const;
  /// Throws rtl_error where `port` asks for more than its data pins hold.
  void require_room(const char* port, const rtl_pin& pin,
                    std::uint64_t bytes) const;

 private:
  rtl_block m_block;
};

}  // namespace vitvp::models
