// One instance of RTL as pins and a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "models/cosim/rtl_plugin.hpp"
#include "models/cosim/rtl_trace.hpp"

namespace vitvp::models {

/// A pin of an rtl_block, or none. Its value lies in the block.
class rtl_pin {
 public:
  rtl_pin() = default;
  rtl_pin(void* value, std::uint32_t bits)
      : m_value(static_cast<std::uint8_t*>(value)), m_bits(bits) {}

  std::uint32_t bits() const { return m_bits; }
  std::size_t size() const { return (m_bits + 7) / 8; }
  /// The value of a pin of at most 64 bits.
  std::uint64_t get() const;
  explicit operator bool() const { return get() != 0; }
  /// Sets it to the lowest bits of `value`.
  void set(std::uint64_t value);
  /// Lowest byte first, size() of them.
  std::uint8_t* bytes() { return m_value; }
  const std::uint8_t* bytes() const { return m_value; }

 private:
  std::uint8_t* m_value = nullptr;
  std::uint32_t m_bits = 0;
};

/// Called with every pin of a block, in the block's order.
using rtl_pin_visitor =
    std::function<void(const vitvp_pin& description, const rtl_pin& pin)>;

class rtl_block {
 public:
  /// Throws rtl_error if there can be no instance.
  explicit rtl_block(rtl_plugin_ptr plugin);
  ~rtl_block();
  rtl_block(const rtl_block&) = delete;
  rtl_block& operator=(const rtl_block&) = delete;

  /// The pin of this name; throws rtl_error unless it exists, with this many
  /// bits and this direction.
  rtl_pin input(const std::string& name, std::uint32_t bits) const;
  rtl_pin output(const std::string& name, std::uint32_t bits) const;
  void each_pin(const rtl_pin_visitor& visitor) const;

  /// The clock is low: outputs settle. As often as inputs change in a cycle.
  void settle();
  /// The rising edge that ends the cycle.
  void edge();

  /// Records the waveform until its end, or that of the block. Throws as
  /// rtl_trace::open() does.
  void start_trace(std::shared_ptr<rtl_trace> trace);
  /// The next rising edge is at this simulated time, no matter for anything but
  /// a waveform.
  void next_edge(std::uint64_t ps);

  const rtl_plugin& plugin() const { return *m_plugin; }

 private:
  rtl_pin find(const std::string& name, std::uint32_t bits,
               vitvp_pin_direction direction) const;
  void evaluate(bool clock);

  rtl_plugin_ptr m_plugin;
  void* m_block = nullptr;
  const vitvp_pin* m_pins = nullptr;
  std::uint32_t m_pin_count = 0;
  rtl_pin m_clock;
  std::shared_ptr<rtl_trace> m_trace;
};

}  // namespace vitvp::models
