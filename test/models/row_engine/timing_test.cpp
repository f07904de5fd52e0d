// The row engine's cycle rule against counts made by hand from its structure.
#include "models/row_engine/timing.hpp"

#include <catch2/catch.hpp>

using vitvp::models::beats_of;
using vitvp::models::cycle_breakdown;
using vitvp::models::product_beats;
using vitvp::models::product_cycles;
using vitvp::models::product_shape;
using vitvp::models::record_by;
using vitvp::models::row_engine_geometry;

namespace {

constexpr row_engine_geometry array{8, 64};

product_shape shape_of(std::uint32_t rows, std::uint32_t columns,
                       std::uint32_t terms) {
  product_shape shape;
  shape.rows = rows;
  shape.columns = columns;
  shape.terms = terms;
  return shape;
}

void check(const cycle_breakdown& cycles, std::uint64_t compute,
           std::uint64_t operand_wait, std::uint64_t control) {
  CHECK(cycles.compute == compute);
  CHECK(cycles.operand_wait == operand_wait);
  CHECK(cycles.control == control);
  CHECK(cycles.bank_conflict == 0);
  CHECK(cycles.dma_wait == 0);
}

}  // namespace

TEST_CASE("one tile takes its terms, set-up, fill and drain") {
  // Set-up 4, fill 2 + 8 line reads, drain 64 columns, write 4.
  check(product_cycles(shape_of(8, 64, 384), array), 384, 0, 4 + 10 + 64 + 4);
}

TEST_CASE("drains hide behind the next tile") {
  // DeiT-Small FFN1: 25 x 24 tiles; only the last drain of 64 shows.
  check(product_cycles(shape_of(197, 1536, 384), array), 600ULL * 384, 0, 82);
}

TEST_CASE("a drain longer than a tile holds the array up") {
  // Tiles of 16 terms drain in 64 cycles. Two accumulator banks: tile i
  // begins when tile i-2 has drained. Drains end at 80, 144, 208, 272.
  check(product_cycles(shape_of(8, 256, 16), array), 64, 144 + 16 - 64,
        4 + 10 + (272 - 160) + 4);
}

TEST_CASE("partial sums double the drain") {
  product_shape shape = shape_of(8, 64, 384);
  shape.accumulate = true;
  check(product_cycles(shape, array), 384, 0, 4 + 10 + 128 + 4);
}

TEST_CASE("ragged tiles take what they have") {
  // 5 rows, 10 columns: fill 2 + 5, drain 10.
  check(product_cycles(shape_of(5, 10, 64), array), 64, 0, 4 + 7 + 10 + 4);
}

TEST_CASE("a short last chunk does not hide the next tile's loads") {
  // 65 terms: the last chunk of 1 covers 1 of the next tile's 8 reads.
  check(product_cycles(shape_of(16, 64, 65), array), 130, 7, 82);
}

TEST_CASE("more rows than terms of a chunk wait for their loads") {
  // 100 rows: the second chunk's 100 reads against 64 steps.
  check(product_cycles(shape_of(100, 64, 128), {100, 64}), 128, 36,
        4 + 102 + 64 + 4);
}

TEST_CASE("term-major operands stream") {
  product_shape shape = shape_of(197, 384, 65);
  shape.a_term_major = true;
  check(product_cycles(shape, array), 25ULL * 6 * 65, 0, 4 + 3 + 64 + 4);
  shape.a_indexed = true;
  check(product_cycles(shape, array), 25ULL * 6 * 65, 0, 4 + 5 + 64 + 4);
  // 128 rows are two reads for each term: 99 terms wait for their second one.
  shape = shape_of(128, 64, 100);
  shape.a_term_major = true;
  check(product_cycles(shape, {128, 64}), 100, 99, 4 + 4 + 64 + 4);
}

TEST_CASE("listed terms of token-major operands are read one by one") {
  // 8 reads for each term of 8 rows; 99 terms wait for 7 of them.
  product_shape shape = shape_of(8, 64, 100);
  shape.a_indexed = true;
  check(product_cycles(shape, array), 100, 99 * 7, 4 + 12 + 64 + 4);
  // Two tiles: the second one's first term waits too.
  shape.columns = 128;
  check(product_cycles(shape, array), 200, 199 * 7, 4 + 12 + 64 + 4);
  CHECK(beats_of(shape, array).a == 2ULL * 8 * 100);
}

TEST_CASE("no terms take a step of control for each tile") {
  check(product_cycles(shape_of(8, 64, 0), array), 0, 0, 4 + 1 + 64 + 4);
}

TEST_CASE("beats count what each tile reads") {
  product_shape shape = shape_of(197, 384, 100);
  product_beats beats = beats_of(shape, array);
  CHECK(beats.a == 6ULL * 197 * 2);
  CHECK(beats.b == 25ULL * 100 * 6);
  CHECK(beats.c == 197ULL * 6);
  CHECK(beats.records == 25ULL * 6 * 8);
  CHECK(beats.partial == 0);
  CHECK(beats.index == 0);
  shape.a_term_major = true;
  shape.a_indexed = true;
  shape.accumulate = true;
  shape.c_channel_major = true;
  shape.element_bytes = 2;
  shape.records_by = record_by::row;
  beats = beats_of(shape, array);
  CHECK(beats.a == 6ULL * 100 * 25);
  CHECK(beats.index == 150ULL * 4);
  CHECK(beats.partial == 197ULL * 6 * 4);
  CHECK(beats.c == 384ULL * 25);
  CHECK(beats.records == 6ULL * 25);
}
