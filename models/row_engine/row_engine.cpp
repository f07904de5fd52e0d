#include "models/row_engine/row_engine.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <registers/row_engine.hpp>

#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::row_engine;

constexpr std::uint16_t block_number = 2;

// Of fewer multiply-accumulates it is not worth telling another thread.
constexpr std::uint64_t least_macs = 1U << 16;

std::uint32_t divide_up(std::uint32_t n, std::uint32_t d) {
  return (n + d - 1) / d;
}

command_engine_identity identity() {
  return {regs::table, std::size(regs::table), block_number, regs::MODE};
}

result_layout layout_of(const product_command& d) {
  result_layout layout;
  layout.address = d.c_address;
  layout.rows = d.values.rows;
  layout.columns = d.values.columns;
  layout.row_stride = static_cast<std::uint32_t>(d.values.c_row_stride);
  layout.column_stride = static_cast<std::uint32_t>(d.values.c_column_stride);
  layout.element_bytes = d.shape.element_bytes;
  return layout;
}

}  // namespace

void row_engine_config::validate() const {
  check_range("rows", rows, 1, 256);
  check_range("lanes", lanes, 1, 256);
  check_range("max_terms", max_terms, 1, 32767);
}

row_engine::row_engine(const sc_core::sc_module_name& name,
                       const row_engine_config& config)
    : command_engine(name, config.engine, identity()),
      m_config(config),
      m_workspaces(workers().threads()) {
  m_config.validate();
  registers().on_peek(regs::GEOMETRY, [this](unsigned) {
    return m_config.rows | m_config.lanes << 16;
  });
  registers().on_peek(regs::MAX_TERMS,
                      [this](unsigned) { return m_config.max_terms; });
}

execution row_engine::execute(const command& c) {
  product_command d = decode_product(c, m_config.max_terms);
  execution done;
  done.cycles = perform(d);
  done.work = std::uint64_t{d.shape.rows} * d.shape.columns * d.shape.terms;
  done.result = layout_of(d);
  return done;
}

cycle_breakdown row_engine::perform(product_command& d) {
  compute(d, gather(d));
  return time(d);
}

row_engine::operands row_engine::gather(product_command& d) {
  const region c = d.c();
  operands found;
  product& p = found.values;
  p = d.values;
  if (p.terms > 0) {
    read_a(d, p);
    const const_view b = mem.read(d.b(), m_scratch.b, c.overlaps(d.b()));
    p.b = b.data;
    p.b_term_stride = b.stride;
  }
  if (d.shape.accumulate) {
    const region from = d.partial();
    const bool in_place = from.address == c.address &&
                          from.row_bytes == c.row_bytes &&
                          from.stride == c.stride && !d.shape.c_channel_major;
    const const_view partial =
        mem.read(from, m_scratch.partial, c.overlaps(from) && !in_place);
    p.partial = partial.data;
    p.partial_row_stride = partial.stride;
  }
  if (p.output != output_format::i32) {
    const region from = d.records();
    p.records = mem.read(from, m_scratch.records, c.overlaps(from)).data;
  }
  found.result = mem.begin_write(c, m_scratch.c);
  p.c = found.result.data;
  (d.shape.c_channel_major ? p.c_column_stride : p.c_row_stride) =
      found.result.stride;
  return found;
}

void row_engine::compute(const product_command& d, const operands& found) {
  const product& p = found.values;
  const std::uint64_t macs =
      std::uint64_t{p.rows} * p.columns * std::max(p.terms, 1U);
  if (workers().threads() == 1 || macs < least_macs ||
      !found.result.in_memory || in_scratch(p)) {
    multiply(p, workspace());
    mem.end_write(d.c(), found.result);
    return;
  }
  const unsigned values = next_values();
  work& w = m_work[values];
  w.values = p;
  if (p.a_index != nullptr) {
    w.index = m_index;
    w.values.a_index = w.index.data();
  }
  // Two parts for each thread: the simulation's comes late, and to what is
  // left.
  const std::uint32_t wanted = 2 * workers().threads();
  w.part_columns =
      divide_up(divide_up(p.columns, wanted), product_panel) * product_panel;
  announce_values(d, p, job_of(values));
  begin_values(values, divide_up(p.columns, w.part_columns));
}

/// Whether an operand is a copy, that the next command overwrites.
bool row_engine::in_scratch(const product& p) const {
  const auto is = [](const std::uint8_t* data,
                     const std::vector<std::uint8_t>& room) {
    return data != nullptr && data == room.data();
  };
  return is(p.a, m_scratch.a) || is(p.b, m_scratch.b) ||
         is(p.partial, m_scratch.partial) || is(p.records, m_scratch.records);
}

void row_engine::announce_values(const product_command& d, const product& p,
                                 host_job& job) {
  if (p.terms > 0) {
    job.touches(p.a, d.a_used.extent(), false);
    job.touches(p.b, d.b().extent(), false);
  }
  if (p.partial != nullptr) job.touches(p.partial, d.partial().extent(), false);
  if (p.records != nullptr) job.touches(p.records, d.records().extent(), false);
  job.touches(p.c, d.c().extent(), true);
}

void row_engine::compute_part(unsigned values, unsigned part, unsigned thread) {
  const work& w = m_work[values];
  const std::uint32_t first = part * w.part_columns;
  multiply(columns_of(w.values, first,
                      std::min(w.part_columns, w.values.columns - first)),
           m_workspaces[thread]);
}

void row_engine::read_a(product_command& d, product& p) {
  std::uint64_t first = 0;
  std::uint64_t last = p.terms - 1;
  if (d.shape.a_indexed) {
    read_index(d);
    const auto [least, most] =
        std::minmax_element(m_index.begin(), m_index.end());
    first = *least;
    last = *most;
    for (std::uint16_t& k : m_index) {
      k = static_cast<std::uint16_t>(k - first);
    }
    p.a_index = m_index.data();
  }
  d.a_used = d.a_terms(first, last);
  const const_view a =
      mem.read(d.a_used, m_scratch.a, d.a_used.overlaps(d.c()));
  p.a = a.data;
  (d.shape.a_term_major ? p.a_term_stride : p.a_row_stride) = a.stride;
}

void row_engine::read_index(const product_command& d) {
  const std::uint64_t bytes = d.index_list().row_bytes;
  m_index.resize(d.values.terms);
  std::memcpy(m_index.data(), mem.read(d.index_address, bytes), bytes);
}

cycle_breakdown row_engine::time(const product_command& d) {
  const row_engine_geometry geometry{m_config.rows, m_config.lanes};
  cycle_breakdown cycles = product_cycles(d.shape, geometry);
  const product_beats beats = beats_of(d.shape, geometry);
  const std::uint64_t duration = cycles.total();
  const auto announce = [&](const region& footprint, std::uint64_t count,
                            bool is_write = false) {
    if (count == 0) return;
    cycles.bank_conflict = std::max(
        cycles.bank_conflict, mem.stream(footprint, is_write, duration, count));
  };
  announce(d.a_used, beats.a);
  announce(d.b(), beats.b);
  announce(d.index_list(), beats.index);
  announce(d.partial(), beats.partial);
  announce(d.records(), beats.records);
  announce(d.c(), beats.c, true);
  return cycles;
}

}  // namespace vitvp::models
