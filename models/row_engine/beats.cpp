#include "models/row_engine/beats.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

/// In the stages of docs/rtl.md, cycles behind the sequencer.
constexpr std::uint64_t operand_read = 2;
/// From the array on: a record is read before, C is written after it.
constexpr std::uint64_t record_before = 1;
constexpr std::uint64_t write_after = row_engine_latency::write;

enum cycle_class : std::uint32_t { compute = 1, operand_wait = 2, control = 4 };

std::uint32_t narrow(std::uint64_t address) {
  return static_cast<std::uint32_t>(address);
}

}  // namespace

tile_items::tile_items(const tile_walk& first, item_count count)
    : m_walk(first), m_of_tile(std::move(count)) {
  skip_empty();
}

void tile_items::next() {
  if (++m_item < m_count) return;
  m_walk.next();
  skip_empty();
}

void tile_items::skip_empty() {
  m_item = 0;
  for (; !m_walk.done(); m_walk.next()) {
    m_count = m_of_tile(m_walk);
    if (m_count > 0) return;
  }
}

beat_schedule::beat_schedule(const product_command& d,
                             const std::uint16_t* list,
                             const row_engine_geometry& geometry)
    : m_command(d), m_geometry(geometry) {
  const product_shape& shape = m_command.shape;
  if (list != nullptr) m_list.assign(list, list + shape.terms);
  const tile_walk first(shape, geometry);
  m_origin = row_engine_latency::setup - operand_read;
  if (shape.terms > 0) {
    m_origin += first.chunk_reads();
    if (shape.a_indexed) m_origin += row_engine_latency::read;
  }
  for (std::size_t i = 0; i < row_engine_port_count; ++i) {
    const auto port = static_cast<row_engine_port>(i);
    m_ports[i].emplace(first, [this, port](const tile_walk& walk) {
      return items(port, walk);
    });
  }
  m_steps.emplace(first, [this](const tile_walk&) {
    return std::max<std::uint64_t>(1, m_command.shape.terms);
  });
}

/// Beats of a port in the present tile.
std::uint64_t beat_schedule::items(row_engine_port port,
                                   const tile_walk& walk) const {
  const product_shape& shape = m_command.shape;
  const product_tile& tile = walk.tile();
  switch (port) {
    case row_engine_port::index:
      return shape.a_indexed ? walk.chunks() * walk.chunk_reads() : 0;
    case row_engine_port::a:
      return walk.chunks() * walk.chunk_reads();
    case row_engine_port::b:
      return shape.terms;
    case row_engine_port::partial:
      return shape.accumulate ? tile.columns : 0;
    case row_engine_port::records:
      if (shape.element_bytes == 4) return 0;
      if (shape.records_by == record_by::column) return tile.columns;
      return shape.records_by == record_by::row || tile.number == 0 ? 1 : 0;
    case row_engine_port::c:
      return tile.columns;
  }
  return 0;
}

std::optional<row_engine_beat> beat_schedule::front(
    row_engine_port port) const {
  const tile_items& at = *m_ports[static_cast<std::size_t>(port)];
  if (at.done()) return std::nullopt;
  row_engine_beat beat;
  switch (port) {
    case row_engine_port::index:
    case row_engine_port::a:
      beat = load_beat(port, at);
      break;
    case row_engine_port::b:
      beat = step_beat(at);
      break;
    default:
      beat = column_beat(port, at);
  }
  beat.tile = at.walk().tile().number;
  return beat;
}

void beat_schedule::pop(row_engine_port port) {
  m_ports[static_cast<std::size_t>(port)]->next();
}

row_engine_beat beat_schedule::load_beat(row_engine_port port,
                                         const tile_items& at) const {
  const product_tile& tile = at.walk().tile();
  const std::uint64_t chunk = at.item() / at.walk().chunk_reads();
  const std::uint64_t part = at.item() % at.walk().chunk_reads();
  // A chunk is loaded from the first step of the one before on.
  std::int64_t time = tile.load;
  if (chunk > 0) {
    time = static_cast<std::int64_t>(tile.start +
                                     at.walk().chunk_start(chunk - 1));
  }
  row_engine_beat beat;
  beat.cycle = static_cast<std::uint64_t>(
      static_cast<std::int64_t>(m_origin + part) + time);
  const std::uint64_t first = chunk * at.walk().chunk_terms();
  beat.term = narrow(first);
  if (port == row_engine_port::index) {
    beat.address = narrow(m_command.index_address + 2 * first);
    beat.count = 1;
    return beat;
  }
  beat.cycle += operand_read;
  const product_shape& shape = m_command.shape;
  const product& p = m_command.values;
  const std::uint64_t term = shape.a_indexed ? m_list[first] : first;
  const std::uint64_t base = m_command.a_used.address + term * p.a_term_stride;
  if (shape.a_term_major) {
    const std::uint64_t row = part * row_engine_line_bytes;
    beat.address = narrow(base + tile.row + row);
    beat.count = narrow(std::min(row_engine_line_bytes, tile.rows - row));
    beat.row = narrow(tile.row + row);
  } else {
    beat.address = narrow(base + (tile.row + part) * p.a_row_stride);
    beat.count = narrow(std::min(at.walk().chunk_terms(), shape.terms - first));
    beat.row = narrow(tile.row + part);
  }
  return beat;
}

row_engine_beat beat_schedule::step_beat(const tile_items& at) const {
  const product_tile& tile = at.walk().tile();
  row_engine_beat beat;
  beat.cycle = m_origin + step_time(at) + operand_read;
  beat.address = narrow(m_command.b_address + tile.column +
                        at.item() * m_command.values.b_term_stride);
  beat.count = tile.columns;
  beat.column = tile.column;
  beat.term = narrow(at.item());
  return beat;
}

row_engine_beat beat_schedule::column_beat(row_engine_port port,
                                           const tile_items& at) const {
  const product& p = m_command.values;
  const product_tile& tile = at.walk().tile();
  const std::uint64_t per_column = m_command.shape.accumulate ? 2 : 1;
  const std::uint64_t column = tile.column + at.item();
  // Partial sums are read in the first cycle of a column, sums in the last.
  const std::uint64_t first =
      m_origin + array() + tile.read_out + at.item() * per_column;
  const std::uint64_t last = first + per_column - 1;
  row_engine_beat beat;
  beat.count = tile.rows;
  beat.row = tile.row;
  beat.column = narrow(column);
  if (port == row_engine_port::partial) {
    beat.cycle = first;
    beat.address = narrow(m_command.partial_address + 4 * column +
                          tile.row * p.partial_row_stride);
    beat.stride = narrow(p.partial_row_stride);
  } else if (port == row_engine_port::c) {
    beat.cycle = last + write_after;
    beat.address = narrow(m_command.c_address + column * p.c_column_stride +
                          tile.row * p.c_row_stride);
    beat.stride = narrow(p.c_row_stride);
  } else {
    beat.cycle = last - record_before;
    beat.address = narrow(m_command.records_address);
    beat.count = 1;
    if (p.records_by == record_by::column) {
      beat.address += narrow(column * record_bytes);
    } else if (p.records_by == record_by::row) {
      beat.address += narrow(tile.row * record_bytes);
      beat.count = tile.rows;
    }
  }
  return beat;
}

std::uint64_t beat_schedule::step_time(const tile_items& at) const {
  const std::uint64_t chunk = at.item() / at.walk().chunk_terms();
  return at.walk().tile().start + at.walk().chunk_start(chunk) +
         at.item() % at.walk().chunk_terms();
}

std::uint32_t beat_schedule::tile_of_step() const {
  const std::uint32_t number = m_steps->walk().tile().number;
  return m_steps->done() ? number - 1 : number;
}

std::uint32_t beat_schedule::cycle_class(std::uint64_t cycle) {
  if (m_steps->done()) return control;
  if (m_origin + step_time(*m_steps) + array() != cycle) {
    return m_stepped ? operand_wait : control;
  }
  m_stepped = true;
  m_steps->next();
  return m_command.shape.terms > 0 ? compute : control;
}

}  // namespace vitvp::models
