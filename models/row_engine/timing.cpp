#include "models/row_engine/timing.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

constexpr std::uint64_t line_bytes = 64;
/// Terms of a row that one read of token-major A brings.
constexpr std::uint64_t row_terms = 64;

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

/// What the array waits for before it can step: so many terms of every row.
std::uint64_t chunk_terms(const product_shape& shape) {
  return shape.a_term_major || shape.a_indexed ? 1 : row_terms;
}

/// Reads that bring one chunk of A to `rows` processing rows.
std::uint64_t chunk_reads(const product_shape& shape, std::uint64_t rows) {
  return shape.a_term_major ? divide_up(rows, line_bytes) : rows;
}

/// What a tile asks for.
struct tile_work {
  std::uint64_t rows = 0;
  std::uint64_t drain = 0;  ///< cycles to read its sums out
};

/// The tile loop: when what becomes free or ready, in cycles from the first
/// step of the first tile.
class tile_clock {
 public:
  explicit tile_clock(const product_shape& shape) : m_shape(shape) {}

  void step(const tile_work& tile) {
    const std::uint64_t start =
        std::max({m_compute_end, m_bank_free, load_end(tile.rows)});
    m_compute_end = start + compute(tile.rows);
    m_last_chunk = m_compute_end - last_chunk_terms();
    m_bank_free = m_drain_end;
    m_drain_end = std::max(m_compute_end, m_drain_end) + tile.drain;
  }
  std::uint64_t compute_end() const { return m_compute_end; }
  std::uint64_t drain_end() const { return m_drain_end; }

 private:
  std::uint64_t chunks() const {
    return divide_up(m_shape.terms, chunk_terms(m_shape));
  }
  std::uint64_t last_chunk_terms() const {
    if (m_shape.terms == 0) return 0;
    return m_shape.terms - (chunks() - 1) * chunk_terms(m_shape);
  }
  /// The first chunk of a tile is loaded while the last of the one before is
  /// used; that of the first tile before time 0.
  std::uint64_t load_end(std::uint64_t rows) const {
    const bool hidden = m_shape.terms == 0 || m_compute_end == 0;
    return hidden ? 0 : m_last_chunk + chunk_reads(m_shape, rows);
  }
  std::uint64_t compute(std::uint64_t rows) const {
    if (m_shape.terms == 0) return 1;
    return (chunks() - 1) *
               std::max(chunk_terms(m_shape), chunk_reads(m_shape, rows)) +
           last_chunk_terms();
  }

  product_shape m_shape;
  std::uint64_t m_compute_end = 0;  ///< of the last tile
  std::uint64_t m_last_chunk = 0;   ///< when its last chunk began
  std::uint64_t m_drain_end = 0;    ///< of the last tile
  std::uint64_t m_bank_free = 0;    ///< drain end of the tile before it
};

std::uint64_t fill_cycles(const product_shape& shape, std::uint64_t rows) {
  if (shape.terms == 0) return 0;
  const std::uint64_t index = shape.a_indexed ? row_engine_latency::read : 0;
  return index + row_engine_latency::read + chunk_reads(shape, rows);
}

}  // namespace

cycle_breakdown product_cycles(const product_shape& shape,
                               const row_engine_geometry& geometry) {
  const std::uint64_t per_column = shape.accumulate ? 2 : 1;
  std::uint64_t tiles = 0;
  tile_clock clock(shape);
  for (std::uint32_t row = 0; row < shape.rows; row += geometry.rows) {
    const std::uint32_t rows = std::min(geometry.rows, shape.rows - row);
    for (std::uint32_t c = 0; c < shape.columns; c += geometry.lanes) {
      const std::uint32_t columns = std::min(geometry.lanes, shape.columns - c);
      clock.step({rows, columns * per_column});
      ++tiles;
    }
  }
  const std::uint64_t empty_steps = shape.terms == 0 ? tiles : 0;
  const std::uint32_t first_rows = std::min(geometry.rows, shape.rows);
  cycle_breakdown cycles;
  cycles.compute = tiles * shape.terms;
  cycles.operand_wait = clock.compute_end() - cycles.compute - empty_steps;
  cycles.control = row_engine_latency::setup + fill_cycles(shape, first_rows) +
                   empty_steps + (clock.drain_end() - clock.compute_end()) +
                   row_engine_latency::write;
  return cycles;
}

namespace {

/// Beats of `pieces` pieces of `size` elements of `bytes` bytes, when they are
/// accessed `tile` elements at a time.
std::uint64_t tiled_beats(std::uint64_t pieces, std::uint64_t size,
                          std::uint64_t tile, std::uint64_t bytes) {
  return pieces * (size / tile * divide_up(tile * bytes, line_bytes) +
                   divide_up(size % tile * bytes, line_bytes));
}

}  // namespace

product_beats beats_of(const product_shape& s, const row_engine_geometry& g) {
  const std::uint64_t row_tiles = divide_up(s.rows, g.rows);
  const std::uint64_t column_tiles = divide_up(s.columns, g.lanes);
  const std::uint64_t tiles = row_tiles * column_tiles;
  product_beats beats;
  const std::uint64_t single_bytes = std::uint64_t{s.rows} * s.terms;
  beats.a = column_tiles *
            (s.a_term_major ? tiled_beats(s.terms, s.rows, g.rows, 1)
             : s.a_indexed  ? single_bytes
                            : tiled_beats(s.rows, s.terms, row_terms, 1));
  beats.b = row_tiles * tiled_beats(s.terms, s.columns, g.lanes, 1);
  beats.c = s.c_channel_major
                ? tiled_beats(s.columns, s.rows, g.rows, s.element_bytes)
                : tiled_beats(s.rows, s.columns, g.lanes, s.element_bytes);
  if (s.accumulate) beats.partial = tiled_beats(s.rows, s.columns, g.lanes, 4);
  if (s.a_indexed)
    beats.index = tiles * divide_up(std::uint64_t{2} * s.terms, line_bytes);
  if (s.element_bytes == 4) return beats;
  if (s.records_by == record_by::column) {
    beats.records =
        row_tiles * tiled_beats(1, s.columns, g.lanes, record_bytes);
  } else if (s.records_by == record_by::row) {
    beats.records = column_tiles * tiled_beats(1, s.rows, g.rows, record_bytes);
  } else {
    beats.records = 1;
  }
  return beats;
}

}  // namespace vitvp::models
