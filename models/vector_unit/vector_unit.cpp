#include "models/vector_unit/vector_unit.hpp"

#include <algorithm>
#include <iterator>
#include <registers/vector_unit.hpp>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::vector_unit;

constexpr std::uint16_t block_number = 3;

command_engine_identity identity() {
  return {regs::table, std::size(regs::table), block_number, regs::MODE};
}

result_layout layout_of(const vector_command& d) {
  result_layout layout;
  layout.address = d.z.address;
  layout.rows = d.rows;
  layout.columns = d.columns;
  layout.row_stride = static_cast<std::uint32_t>(d.z.stride);
  layout.column_stride = d.result_bytes();
  layout.element_bytes = d.result_bytes();
  layout.is_signed = d.operation != vector_operation::softmax;
  return layout;
}

}  // namespace

void vector_unit_config::validate() const {
  check_range("elements", elements, 1, 256);
  check_range("max_columns", max_columns, 1, 4096);
}

vector_unit::vector_unit(const sc_core::sc_module_name& name,
                         const vector_unit_config& config)
    : command_engine(name, config.engine, identity()), m_config(config) {
  m_config.validate();
  registers().on_peek(regs::GEOMETRY, [this](unsigned) {
    return m_config.elements | m_config.max_columns << 16;
  });
}

execution vector_unit::execute(const command& c) {
  const vector_command d = decode_vector(c, m_config.max_columns);
  compute(d);
  execution done;
  done.cycles = time(d);
  done.work = std::uint64_t{d.rows} * d.columns;
  done.result = layout_of(d);
  return done;
}

/// An operand; a copy if the result would change rows that are yet to be read.
const_view vector_unit::read(const vector_command& d, const region& from,
                             std::vector<std::uint8_t>& room) {
  const bool in_place =
      from.address == d.z.address && from.stride == d.z.stride;
  const bool hit = from.overlaps(d.z) && !in_place;
  const bool hit_by_records =
      d.records.row_bytes > 0 && from.overlaps(d.records);
  return mem.read(from, room, hit || hit_by_records);
}

void vector_unit::compute(const vector_command& d) {
  const const_view x = read(d, d.x, m_scratch.x);
  switch (d.operation) {
    case vector_operation::softmax:
      return compute_softmax(d, x);
    case vector_operation::layer_norm:
      return compute_layer_norm(d, x);
    case vector_operation::add:
      return compute_add(d, x);
  }
}

void vector_unit::compute_softmax(const vector_command& d,
                                  const const_view& x) {
  const std::uint8_t* table = read(d, d.parameters, m_scratch.parameters).data;
  const view z = mem.begin_write(d.z, m_scratch.z);
  const view records = mem.begin_write(d.records, m_scratch.records);
  for (std::size_t r = 0; r < d.rows; ++r) {
    const std::uint32_t sum = softmax_row(x.data + r * x.stride, d.columns,
                                          table, z.data + r * z.stride);
    write_context_record(sum, d.multiplier, d.shift, records.data + 8 * r);
  }
  mem.end_write(d.z, z);
  mem.end_write(d.records, records);
}

void vector_unit::compute_layer_norm(const vector_command& d,
                                     const const_view& x) {
  m_layer_norm.load(read(d, d.parameters, m_scratch.parameters).data, d.columns,
                    d.epsilon);
  const view z = mem.begin_write(d.z, m_scratch.z);
  for (std::size_t r = 0; r < d.rows; ++r) {
    m_layer_norm.row(x.data + r * x.stride, z.data + r * z.stride);
  }
  mem.end_write(d.z, z);
}

void vector_unit::compute_add(const vector_command& d, const const_view& x) {
  const const_view y = read(d, d.y, m_scratch.y);
  const view z = mem.begin_write(d.z, m_scratch.z);
  for (std::size_t r = 0; r < d.rows; ++r) {
    add_row(x.data + r * x.stride, y.data + r * y.stride, d.columns,
            z.data + r * z.stride);
  }
  mem.end_write(d.z, z);
}

cycle_breakdown vector_unit::time(const vector_command& d) {
  cycle_breakdown cycles =
      vector_cycles(d.operation, d.rows, d.columns, m_config.elements);
  const std::uint64_t duration = cycles.total();
  const auto announce = [&](const region& footprint, bool is_write,
                            std::uint64_t beats) {
    if (footprint.row_bytes == 0) return;
    cycles.bank_conflict = std::max(
        cycles.bank_conflict, mem.stream(footprint, is_write, duration, beats));
  };
  announce(d.x, false, 0);
  announce(d.y, false, 0);
  announce(d.parameters, false, 0);
  announce(d.z, true, 0);
  announce(d.records, true, d.rows);
  return cycles;
}

}  // namespace vitvp::models
