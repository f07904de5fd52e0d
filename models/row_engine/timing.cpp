#include "models/row_engine/timing.hpp"

#include "models/row_engine/tile_walk.hpp"

namespace vitvp::models {
namespace {

constexpr std::uint64_t line_bytes = row_engine_line_bytes;

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

std::uint64_t fill_cycles(const product_shape& shape, std::uint64_t reads) {
  if (shape.terms == 0) return 0;
  const std::uint64_t index = shape.a_indexed ? row_engine_latency::read : 0;
  return index + row_engine_latency::read + reads;
}

}  // namespace

cycle_breakdown product_cycles(const product_shape& shape,
                               const row_engine_geometry& geometry) {
  tile_walk walk(shape, geometry);
  const std::uint64_t fill = fill_cycles(shape, walk.chunk_reads());
  product_tile last;
  for (; !walk.done(); walk.next()) last = walk.tile();
  const std::uint64_t tiles = std::uint64_t{last.number} + 1;
  const std::uint64_t empty_steps = shape.terms == 0 ? tiles : 0;
  cycle_breakdown cycles;
  cycles.compute = tiles * shape.terms;
  cycles.operand_wait = last.end - cycles.compute - empty_steps;
  cycles.control = row_engine_latency::setup + fill + empty_steps +
                   (last.read_out_end - last.end) + row_engine_latency::write;
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
                            : tiled_beats(s.rows, s.terms, line_bytes, 1));
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
