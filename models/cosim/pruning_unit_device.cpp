#include "models/cosim/pruning_unit_device.hpp"

#include <algorithm>
#include <registers/pruning_unit.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::pruning_unit;

rtl_plugin_ptr checked(rtl_plugin_ptr plugin,
                       const pruning_unit_config& config) {
  plugin->require("MAX_TOKENS", config.max_tokens, "max_tokens of the model");
  plugin->require("BYTES_PER_CYCLE", config.bytes_per_cycle,
                  "pruning_unit.bytes_per_cycle");
  return plugin;
}

/// Bits that hold 0..most.
std::uint32_t bits_for(std::uint32_t most) {
  std::uint32_t bits = 0;
  for (; most != 0; most >>= 1) ++bits;
  return bits;
}

}  // namespace

pruning_unit_device::pruning_unit_device(rtl_plugin_ptr plugin,
                                         const pruning_unit_config& config)
    : rtl_device(checked(std::move(plugin), config)),
      m_buffer(config.bytes_per_cycle),
      m_on_its_way(m_buffer.data(), 8 * config.bytes_per_cycle) {
  m_reset = in("reset", 1);
  m_submit = in("submit", 1);
  m_clear = in("clear", 1);
  m_command = {
      in("tag", 32),          in("x_address", 32),     in("x_stride", 32),
      in("list_address", 32), in("tokens", 16),        in("channels", 16),
      in("keep", 32),         in("first_channel", 32), in("operation", 2),
      in("first", 1),         in("threshold", 8)};
  m_completed = out("completed", 32);
  m_halted = out("halted", 1);
  m_fault_code = out("fault_code", 4);
  m_fault_address = out("fault_address", 32);
  m_live_count = out("live_count", 32);
  m_kept_count = out("kept_count", 32);
  m_class = out("cycle_class", 3);
  m_read = out("read_valid", 1);
  m_read_at = out("read_address", 32);
  m_read_bytes = out("read_bytes", bits_for(config.bytes_per_cycle));
  m_read_ready = in("read_ready", 1);
  m_read_data = in("read_data", 8 * config.bytes_per_cycle);
  m_write = out("write_valid", 1);
  m_write_at = out("write_address", 32);
  m_write_data = out("write_data", 16);
  m_write_ready = in("write_ready", 1);
  reset();
}

void pruning_unit_device::reset() {
  m_submit.set(0);
  pulse(m_reset);
}

void pruning_unit_device::clear() {
  pulse(m_clear);
}

void pruning_unit_device::submit(const command& c) {
  const std::uint32_t shape = c.get(regs::SHAPE);
  const std::uint32_t mode = c.get(regs::MODE);
  m_command.tag.set(c.tag);
  m_command.x_address.set(c.get(regs::X_ADDRESS));
  m_command.x_stride.set(c.get(regs::X_STRIDE));
  m_command.list_address.set(c.get(regs::LIST));
  m_command.tokens.set(regs::SHAPE_TOKENS.get(shape));
  m_command.channels.set(regs::SHAPE_CHANNELS.get(shape));
  m_command.keep.set(c.get(regs::KEEP));
  m_command.first_channel.set(c.get(regs::FIRST_CHANNEL));
  m_command.operation.set(regs::MODE_OPERATION.get(mode));
  m_command.first.set(regs::MODE_FIRST.get(mode));
  m_command.threshold.set(regs::MODE_THRESHOLD.get(mode));
  pulse(m_submit);
  m_completed_before = m_completed.get();
  m_seen = pruning_unit_cycle();
}

const pruning_unit_cycle& pruning_unit_device::settle(bool memory_ready) {
  m_read_ready.set(memory_ready ? 1 : 0);
  m_write_ready.set(memory_ready ? 1 : 0);
  block().settle();
  m_seen.cycle_class = static_cast<std::uint32_t>(m_class.get());
  m_seen.read.valid = static_cast<bool>(m_read);
  m_seen.read.address = static_cast<std::uint32_t>(m_read_at.get());
  m_seen.read.count = static_cast<std::uint32_t>(m_read_bytes.get());
  m_seen.write.valid = static_cast<bool>(m_write);
  m_seen.write.address = static_cast<std::uint32_t>(m_write_at.get());
  m_seen.write.count = 1;
  m_seen.entry = static_cast<std::uint16_t>(m_write_data.get());
  m_seen.refused = m_seen.requests() && !memory_ready;
  return m_seen;
}

rtl_cycle pruning_unit_device::step(memory_port& memory) {
  settle(true);
  return serve(memory);
}

rtl_cycle pruning_unit_device::serve(memory_port& memory) {
  const bool serves = !m_seen.refused;
  if (serves && m_seen.write.valid) {
    memory.write(m_seen.write.address, m_write_data.bytes(), 2);
  }
  block().edge();
  read_operand(memory, serves);
  ++m_seen.number;
  rtl_cycle cycle;
  cycle.cycle_class = m_seen.cycle_class;
  cycle.done = m_completed.get() != m_completed_before;
  cycle.fault = static_cast<bool>(m_halted);
  cycle.fault_register = static_cast<std::uint32_t>(m_fault_address.get());
  if (cycle.fault &&
      m_fault_code.get() != static_cast<std::uint64_t>(fault_code::parameter)) {
    block().plugin().fail("halts with fault code " +
                          std::to_string(m_fault_code.get()));
  }
  return cycle;
}

/// What was asked for in the cycle before shows in the next one.
void pruning_unit_device::read_operand(memory_port& memory, bool serves) {
  std::copy(m_buffer.begin(), m_buffer.end(), m_read_data.bytes());
  if (serves) fetch(memory, "read_bytes", m_seen.read, m_on_its_way, 1);
}

std::uint32_t pruning_unit_device::live_count() const {
  return static_cast<std::uint32_t>(m_live_count.get());
}

std::uint32_t pruning_unit_device::kept_count() const {
  return static_cast<std::uint32_t>(m_kept_count.get());
}

}  // namespace vitvp::models
