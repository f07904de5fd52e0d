#include "models/cosim/row_engine_device.hpp"

#include <cstring>
#include <registers/row_engine.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::row_engine;

rtl_plugin_ptr checked(rtl_plugin_ptr plugin, const row_engine_config& config) {
  plugin->require("ROWS", config.rows, "row_engine.rows");
  plugin->require("LANES", config.lanes, "row_engine.lanes");
  return plugin;
}

}  // namespace

row_engine_device::row_engine_device(rtl_plugin_ptr plugin,
                                     const row_engine_config& config)
    : rtl_device(checked(std::move(plugin), config)) {
  m_reset = in("reset", 1);
  m_valid = in("command_valid", 1);
  m_ready = out("command_ready", 1);
  m_clear = in("clear", 1);
  m_command = {in("a_address", 32),
               in("a_row_stride", 32),
               in("a_term_stride", 32),
               in("a_index", 32),
               in("b_address", 32),
               in("b_term_stride", 32),
               in("c_address", 32),
               in("c_row_stride", 32),
               in("c_column_stride", 32),
               in("partial", 32),
               in("partial_row_stride", 32),
               in("records", 32),
               in("shape", 32),
               in("terms", 32),
               in("mode", 8)};
  m_done = out("done", 1);
  m_fault = out("fault", 1);
  m_fault_register = out("fault_register", 12);
  m_class = out("cycle_class", 3);
  m_memory_ready = in("memory_ready", 1);
  m_index = {out("index_read", 1), out("index_at", 32), {}, {}};
  m_a = {out("a_read", 1), out("a_at", 32), out("a_bytes", 7), {}};
  m_b = {out("b_read", 1), out("b_at", 32), out("b_bytes", 9), {}};
  m_partial = {out("partial_read", 1), out("partial_at", 32),
               out("partial_rows", 9), out("partial_stride", 32)};
  m_records = {
      out("record_read", 1), out("record_at", 32), out("record_count", 9), {}};
  m_c = {out("c_write", 1), out("c_at", 32), out("c_rows", 9),
         out("c_stride", 32)};
  m_index_data = in("index_data", 16);
  m_a_data = in("a_data", 512);
  m_b_data = in("b_data", config.lanes * 8);
  m_partial_data = in("partial_data", config.rows * 32);
  m_record_data = in("record_data", config.rows * 64);
  m_c_size = out("c_size", 2);
  m_c_data = out("c_data", config.rows * 32);
  reset();
}

void row_engine_device::reset() {
  m_memory_ready.set(1);
  m_valid.set(0);
  pulse(m_reset);
}

void row_engine_device::clear() {
  pulse(m_clear);
}

void row_engine_device::submit(const command& c) {
  m_command.a_address.set(c.get(regs::A_ADDRESS));
  m_command.a_row_stride.set(c.get(regs::A_ROW_STRIDE));
  m_command.a_term_stride.set(c.get(regs::A_TERM_STRIDE));
  m_command.a_index.set(c.get(regs::A_INDEX));
  m_command.b_address.set(c.get(regs::B_ADDRESS));
  m_command.b_term_stride.set(c.get(regs::B_TERM_STRIDE));
  m_command.c_address.set(c.get(regs::C_ADDRESS));
  m_command.c_row_stride.set(c.get(regs::C_ROW_STRIDE));
  m_command.c_column_stride.set(c.get(regs::C_COLUMN_STRIDE));
  m_command.partial.set(c.get(regs::PARTIAL));
  m_command.partial_row_stride.set(c.get(regs::PARTIAL_ROW_STRIDE));
  m_command.records.set(c.get(regs::RECORDS));
  m_command.shape.set(c.get(regs::SHAPE));
  m_command.terms.set(c.get(regs::TERMS));
  m_command.mode.set(c.get(regs::MODE));
  m_memory_ready.set(1);
  m_valid.set(1);
  block().settle();
  if (!m_ready) {
    block().plugin().fail("is idle and does not take a command");
  }
  block().edge();
  m_valid.set(0);
  m_seen = row_engine_cycle();
}

rtl_request row_engine_device::look(const request_pins& pins) {
  rtl_request request;
  request.valid = static_cast<bool>(pins.read);
  if (!request.valid) return request;
  request.address = static_cast<std::uint32_t>(pins.at.get());
  request.count =
      pins.count.bits() == 0 ? 1 : static_cast<std::uint32_t>(pins.count.get());
  if (pins.stride.bits() != 0) {
    request.stride = static_cast<std::uint32_t>(pins.stride.get());
  }
  return request;
}

rtl_cycle row_engine_device::step(memory_port& memory) {
  settle(true);
  serve(memory);
  return m_seen;
}

const row_engine_cycle& row_engine_device::settle(bool memory_ready) {
  m_memory_ready.set(memory_ready ? 1 : 0);
  block().settle();
  m_seen.cycle_class = static_cast<std::uint32_t>(m_class.get());
  m_seen.done = static_cast<bool>(m_done);
  m_seen.fault = static_cast<bool>(m_fault);
  m_seen.fault_register = static_cast<std::uint32_t>(m_fault_register.get());
  m_seen.index = look(m_index);
  m_seen.a = look(m_a);
  m_seen.b = look(m_b);
  m_seen.partial = look(m_partial);
  m_seen.records = look(m_records);
  m_seen.c = look(m_c);
  m_seen.c_bytes = 1U << m_c_size.get();
  m_seen.c_data = m_c_data.bytes();
  m_seen.refused = m_seen.requests() && !memory_ready;
  return m_seen;
}

void row_engine_device::serve(memory_port& memory) {
  const bool serves = m_seen.requests() && !m_seen.refused;
  if (serves && m_seen.c.valid) write_c(memory);
  block().edge();
  if (serves) read_operands(memory);
  ++m_seen.number;
}

void row_engine_device::write_c(memory_port& memory) {
  const rtl_request& c = m_seen.c;
  require_room("c_write", m_c_data, std::uint64_t{4} * c.count);
  require_room("c_size", m_c_data, m_seen.c_bytes);
  for (std::uint32_t r = 0; r < c.count; ++r) {
    memory.write(c.address + r * c.stride, m_seen.c_data + std::size_t{4} * r,
                 m_seen.c_bytes);
  }
}

void row_engine_device::read_operands(memory_port& memory) {
  const row_engine_cycle& q = m_seen;
  fetch(memory, "index_read", q.index, m_index_data, 2);
  fetch(memory, "a_read", q.a, m_a_data, 1);
  fetch(memory, "b_read", q.b, m_b_data, 1);
  fetch(memory, "record_read", q.records, m_record_data, record_bytes);
  if (!q.partial.valid) return;
  require_room("partial_read", m_partial_data,
               std::uint64_t{4} * q.partial.count);
  for (std::uint32_t r = 0; r < q.partial.count; ++r) {
    const std::uint32_t address = q.partial.address + r * q.partial.stride;
    std::memcpy(m_partial_data.bytes() + std::size_t{4} * r,
                memory.read(address, 4), 4);
  }
}

}  // namespace vitvp::models
