#include "models/cosim/rtl_block.hpp"

#include <algorithm>
#include <cstring>

namespace vitvp::models {

// Pins have their lowest byte first, and so must have the host.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

std::uint64_t rtl_pin::get() const {
  std::uint64_t value = 0;
  std::memcpy(&value, m_value, std::min(size(), sizeof value));
  return value;
}

void rtl_pin::set(std::uint64_t value) {
  if (m_bits < 64) value &= (std::uint64_t{1} << m_bits) - 1;
  std::memcpy(m_value, &value, std::min(size(), sizeof value));
}

rtl_block::rtl_block(rtl_plugin_ptr plugin)
    : m_plugin(std::move(plugin)), m_block(m_plugin->functions().create()) {
  if (m_block == nullptr) m_plugin->fail("cannot make an instance");
  m_pins = m_plugin->functions().pins(m_block, &m_pin_count);
  m_clock = input("clk", 1);
}

rtl_block::~rtl_block() {
  if (m_trace) m_trace->close();
  m_plugin->functions().destroy(m_block);
}

rtl_pin rtl_block::input(const std::string& name, std::uint32_t bits) const {
  return find(name, bits, VITVP_PIN_INPUT);
}

rtl_pin rtl_block::output(const std::string& name, std::uint32_t bits) const {
  return find(name, bits, VITVP_PIN_OUTPUT);
}

rtl_pin rtl_block::find(const std::string& name, std::uint32_t bits,
                        vitvp_pin_direction direction) const {
  const auto text = [&](std::uint32_t width, std::uint32_t way) {
    return (way == VITVP_PIN_INPUT ? "input " : "output ") + name + " of " +
           std::to_string(width) + (width == 1 ? " bit" : " bits");
  };
  for (std::uint32_t i = 0; i < m_pin_count; ++i) {
    const vitvp_pin& pin = m_pins[i];
    if (name != pin.name) continue;
    if (pin.bits != bits || pin.direction != direction) {
      m_plugin->fail("has the " + text(pin.bits, pin.direction) +
                     ", where the platform needs the " + text(bits, direction));
    }
    return {pin.value, bits};
  }
  m_plugin->fail("lacks the " + text(bits, direction));
}

void rtl_block::each_pin(const rtl_pin_visitor& visitor) const {
  for (std::uint32_t i = 0; i < m_pin_count; ++i) {
    visitor(m_pins[i], rtl_pin(m_pins[i].value, m_pins[i].bits));
  }
}

void rtl_block::evaluate(bool clock) {
  m_clock.set(clock ? 1 : 0);
  m_plugin->functions().evaluate(m_block);
}

void rtl_block::settle() {
  evaluate(false);
}

void rtl_block::edge() {
  if (m_trace) m_trace->before_edge();
  evaluate(true);
  if (m_trace) m_trace->after_edge();
}

void rtl_block::start_trace(std::shared_ptr<rtl_trace> trace) {
  trace->open(*m_plugin, m_block);
  m_trace = std::move(trace);
}

void rtl_block::next_edge(std::uint64_t ps) {
  if (m_trace) m_trace->next_edge(ps);
}

}  // namespace vitvp::models
