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

// Of fewer it is not worth telling another thread.
constexpr std::uint64_t least_elements = 2048;

// Of what is computed in parts.
constexpr std::uint32_t parts = 4;

std::uint32_t divide_up(std::uint32_t n, std::uint32_t d) {
  return (n + d - 1) / d;
}

/// Whether no row's result is another row's operand, or is written twice.
bool rows_apart(const vector_command& d) {
  const auto apart = [&](const region& r) {
    return d.rows == 1 || r.row_bytes == 0 || r.stride >= r.row_bytes;
  };
  const bool records_hit = d.records.row_bytes > 0 && d.records.overlaps(d.z);
  return apart(d.x) && apart(d.y) && !records_hit;
}

}  // namespace

void vector_unit_config::validate() const {
  check_range("elements", elements, 1, 256);
  check_range("max_columns", max_columns, 1, 4096);
}

vector_unit::vector_unit(const sc_core::sc_module_name& name,
                         const vector_unit_config& config)
    : command_engine(name, config.engine, identity()),
      m_config(config),
      m_norms(workers().threads()),
      m_jobs(workers(), [this](const work& w, unsigned part, unsigned thread) {
        compute_part(w, part, thread);
      }) {
  m_config.validate();
  registers().on_peek(regs::GEOMETRY, [this](unsigned) {
    return m_config.elements | m_config.max_columns << 16;
  });
}

execution vector_unit::execute(const command& c) {
  const vector_command d = decode_vector(c, m_config.max_columns);
  compute(gather(d));
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
  return mem.read(from, room, hit || hit_by_records, memory_port::user::job);
}

vector_unit::operands vector_unit::gather(const vector_command& d) {
  operands found;
  found.command = d;
  found.x = read(d, d.x, m_scratch.x);
  if (d.y.row_bytes > 0) found.y = read(d, d.y, m_scratch.y);
  if (d.parameters.row_bytes > 0) {
    found.parameters = read(d, d.parameters, m_scratch.parameters);
  }
  found.z = mem.begin_write(d.z, m_scratch.z, memory_port::user::job);
  if (d.records.row_bytes > 0) {
    found.records =
        mem.begin_write(d.records, m_scratch.records, memory_port::user::job);
  }
  return found;
}

void vector_unit::compute(const operands& found) {
  const vector_command& d = found.command;
  work& w = m_jobs.next();
  w.found = found;
  w.number = ++m_commands;
  w.part_rows = d.rows;
  const bool alone = m_jobs.workers().alone();
  if (!alone) announce_values(found, m_jobs.job());
  if (alone || !in_memory(found) || !rows_apart(d)) {
    m_jobs.run(1);
    return end_write(found);
  }
  const bool is_small = std::uint64_t{d.rows} * d.columns < least_elements;
  if (!is_small) w.part_rows = divide_up(d.rows, parts);
  m_jobs.start(divide_up(d.rows, w.part_rows), is_small);
}

void vector_unit::end_write(const operands& found) {
  const vector_command& d = found.command;
  mem.end_write(d.z, found.z);
  if (d.records.row_bytes > 0) mem.end_write(d.records, found.records);
}

/// Whether no operand or result is a copy, that the next command overwrites.
bool vector_unit::in_memory(const operands& found) const {
  const auto is = [](const const_view& v,
                     const std::vector<std::uint8_t>& room) {
    return v.data != nullptr && v.data == room.data();
  };
  return found.z.in_memory &&
         (found.records.data == nullptr || found.records.in_memory) &&
         !is(found.x, m_scratch.x) && !is(found.y, m_scratch.y) &&
         !is(found.parameters, m_scratch.parameters);
}

void vector_unit::announce_values(const operands& found, host_job& job) {
  const vector_command& d = found.command;
  job.reads(d.x.at(found.x.data));
  job.reads(d.y.at(found.y.data));
  job.reads(d.parameters.at(found.parameters.data));
  job.writes(d.records.at(found.records.data));
  job.writes(d.z.at(found.z.data));
}

void vector_unit::compute_part(const work& w, unsigned part, unsigned thread) {
  const vector_command& d = w.found.command;
  norm_room& room = m_norms[thread];
  if (d.operation == vector_operation::layer_norm && room.number != w.number) {
    room.norm.load(w.found.parameters.data, d.columns, d.epsilon);
    room.number = w.number;
  }
  const std::size_t first = std::size_t{part} * w.part_rows;
  compute_rows(w.found, room.norm, first,
               std::min<std::size_t>(first + w.part_rows, d.rows));
}

void vector_unit::compute_rows(const operands& found, const layer_norm& norm,
                               std::size_t first, std::size_t end) {
  const vector_command& d = found.command;
  for (std::size_t r = first; r < end; ++r) {
    const std::uint8_t* x = found.x.data + r * found.x.stride;
    std::uint8_t* z = found.z.data + r * found.z.stride;
    switch (d.operation) {
      case vector_operation::softmax:
        write_context_record(
            softmax_row(x, d.columns, found.parameters.data, z), d.multiplier,
            d.shift, found.records.data + 8 * r);
        break;
      case vector_operation::layer_norm:
        norm.row(x, z);
        break;
      case vector_operation::add:
        add_row(x, found.y.data + r * found.y.stride, d.columns, z);
        break;
    }
  }
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
