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

// So many are worth a part of their own.
constexpr std::uint64_t part_macs = 1U << 20;

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
      m_workspaces(workers().threads()),
      m_jobs(workers(), [this](const work& w, unsigned part, unsigned thread) {
        compute_part(w, part, thread);
      }) {
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
  compute(d, gather(d, user::job));
  return time(d);
}

/// Whether the result lies on the partial sums, row by row.
bool row_engine::is_in_place(const product_command& d) {
  const region from = d.partial();
  const region c = d.c();
  const bool apart = from.rows == 1 || from.stride >= from.row_bytes;
  return d.shape.accumulate && !d.shape.c_channel_major && apart &&
         from.address == c.address && from.stride == c.stride;
}

row_engine::operands row_engine::gather(product_command& d, user whose) {
  const region c = d.c();
  operands found;
  product& p = found.values;
  p = d.values;
  if (p.terms > 0) {
    read_a(d, p, whose);
    const const_view b = mem.read(d.b(), m_scratch.b, c.overlaps(d.b()), whose);
    p.b = b.data;
    p.b_term_stride = b.stride;
  }
  if (d.shape.accumulate) {
    const region from = d.partial();
    const const_view partial = mem.read(
        from, m_scratch.partial, c.overlaps(from) && !is_in_place(d), whose);
    p.partial = partial.data;
    p.partial_row_stride = partial.stride;
  }
  if (p.output != output_format::i32) {
    const region from = d.records();
    p.records = mem.read(from, m_scratch.records, c.overlaps(from), whose).data;
  }
  found.result = mem.begin_write(c, m_scratch.c, whose);
  p.c = found.result.data;
  (d.shape.c_channel_major ? p.c_column_stride : p.c_row_stride) =
      found.result.stride;
  return found;
}

void row_engine::compute(const product_command& d, const operands& found) {
  work& w = m_jobs.next();
  w.values = found.values;
  product& p = w.values;
  p.number = ++m_products;
  if (p.a_index != nullptr) {
    std::swap(w.index, m_index);
    p.a_index = w.index.data();
  }
  w.part_columns = p.columns;
  const bool alone = m_jobs.workers().alone();
  if (!alone) announce_values(d, p, m_jobs.job());
  if (alone || !found.result.in_memory || in_scratch(p)) {
    m_jobs.run(1);
    mem.end_write(d.c(), found.result);
    return;
  }
  const std::uint64_t macs =
      std::uint64_t{p.rows} * p.columns * std::max(p.terms, 1U);
  if (macs < least_macs) return m_jobs.start(1, true);
  // Columns of a narrower result lie on partial sums of others.
  if (!is_in_place(d) || p.output == output_format::i32) {
    const auto parts = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(macs / part_macs + 1, p.columns));
    w.part_columns =
        divide_up(divide_up(p.columns, parts), product_panel) * product_panel;
  }
  m_jobs.start(divide_up(p.columns, w.part_columns), false);
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
    job.reads(d.a_used.at(p.a));
    job.reads(d.b().at(p.b));
  }
  if (p.partial != nullptr) job.reads(d.partial().at(p.partial));
  if (p.records != nullptr) job.reads(d.records().at(p.records));
  job.writes(d.c().at(p.c));
}

void row_engine::compute_part(const work& w, unsigned part, unsigned thread) {
  const std::uint32_t first = part * w.part_columns;
  multiply(columns_of(w.values, first,
                      std::min(w.part_columns, w.values.columns - first)),
           m_workspaces[thread]);
}

void row_engine::read_a(product_command& d, product& p, user whose) {
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
      mem.read(d.a_used, m_scratch.a, d.a_used.overlaps(d.c()), whose);
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
