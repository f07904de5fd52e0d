// Compiled with -O3: plain loops that the compiler vectorises.
#include "vit/product.hpp"

#include <algorithm>

namespace vitvp::vit {

namespace {

// Columns of a tile: their rows of `b` stay in the first-level cache.
constexpr std::size_t tile_columns = 8;
constexpr std::size_t tile_edge = 32;

std::int32_t dot(const std::int16_t* a, const std::int16_t* b,
                 std::size_t terms) {
  std::int32_t sum = 0;
  for (std::size_t k = 0; k < terms; ++k) {
    sum += std::int32_t{a[k]} * std::int32_t{b[k]};
  }
  return sum;
}

}  // namespace

matrix<std::int32_t> product(const matrix<std::int16_t>& a,
                             const matrix<std::int16_t>& b) {
  matrix<std::int32_t> result(a.rows, b.rows);
  for (std::size_t first = 0; first < b.rows; first += tile_columns) {
    const std::size_t end = std::min(b.rows, first + tile_columns);
    for (std::size_t r = 0; r < a.rows; ++r) {
      for (std::size_t c = first; c < end; ++c) {
        result(r, c) = dot(a.row(r), b.row(c), a.columns);
      }
    }
  }
  return result;
}

matrix<std::int16_t> transpose(const std::int8_t* values, std::size_t rows,
                               std::size_t columns) {
  matrix<std::int16_t> result(columns, rows);
  for (std::size_t r0 = 0; r0 < rows; r0 += tile_edge) {
    const std::size_t end = std::min(rows, r0 + tile_edge);
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = r0; r < end; ++r) {
        result(c, r) = values[r * columns + c];
      }
    }
  }
  return result;
}

}  // namespace vitvp::vit
