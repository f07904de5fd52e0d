#include "models/row_engine/tile_walk.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

}  // namespace

tile_walk::tile_walk(const product_shape& shape,
                     const row_engine_geometry& geometry)
    : m_shape(shape), m_geometry(geometry) {
  m_tile.rows = std::min(m_geometry.rows, m_shape.rows);
  m_tile.columns = std::min(m_geometry.lanes, m_shape.columns);
  if (m_shape.terms > 0) {
    m_tile.load = -static_cast<std::int64_t>(chunk_reads());
  }
  schedule();
}

std::uint64_t tile_walk::chunk_terms() const {
  return m_shape.a_term_major || m_shape.a_indexed ? 1 : row_engine_line_bytes;
}

std::uint64_t tile_walk::chunks() const {
  return divide_up(m_shape.terms, chunk_terms());
}

std::uint64_t tile_walk::chunk_reads() const {
  const std::uint64_t rows = m_tile.rows;
  return m_shape.a_term_major ? divide_up(rows, row_engine_line_bytes) : rows;
}

std::uint64_t tile_walk::chunk_start(std::uint64_t j) const {
  return j * std::max(chunk_terms(), chunk_reads());
}

void tile_walk::next() {
  // The first chunk of a tile is loaded while the last of the one before is
  // used.
  std::uint64_t load = m_tile.end;
  if (m_shape.terms > 0) load = m_tile.start + chunk_start(chunks() - 1);
  ++m_tile.number;
  m_tile.column += m_geometry.lanes;
  if (m_tile.column >= m_shape.columns) {
    m_tile.column = 0;
    m_tile.row += m_geometry.rows;
  }
  if (done()) return;
  m_tile.rows = std::min(m_geometry.rows, m_shape.rows - m_tile.row);
  m_tile.columns = std::min(m_geometry.lanes, m_shape.columns - m_tile.column);
  m_tile.load = static_cast<std::int64_t>(load);
  schedule();
}

/// Times of the present tile from those of the tile before.
void tile_walk::schedule() {
  const std::uint64_t bank_free = m_bank_free;
  m_bank_free = m_tile.read_out_end;
  m_tile.start = std::max(m_tile.end, bank_free);
  std::uint64_t steps = 1;
  if (m_shape.terms > 0) {
    const auto loaded = static_cast<std::uint64_t>(
        m_tile.load + static_cast<std::int64_t>(chunk_reads()));
    m_tile.start = std::max(m_tile.start, loaded);
    steps = chunk_start(chunks() - 1) + m_shape.terms -
            (chunks() - 1) * chunk_terms();
  }
  m_tile.end = m_tile.start + steps;
  m_tile.read_out = std::max(m_tile.end, m_tile.read_out_end);
  m_tile.read_out_end = m_tile.read_out + std::uint64_t{m_tile.columns} *
                                              (m_shape.accumulate ? 2 : 1);
}

}  // namespace vitvp::models
