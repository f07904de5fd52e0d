// The one exact matrix product of the reference.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vit/matrix.hpp"

namespace vitvp::vit {

/// `acc[r][c] = sum over k of a[r][k] * b[c][k]`, exact in i32.
///
/// `a` is [R, K], `b` is [C, K]: the right operand is given transposed, so that
/// both are read along their rows; the result is [R, C]. Elements hold i8 or u8
/// values widened to i16, and K <= 32767, so the sum fits (docs/arithmetic.md
/// section 3). Requires a.columns == b.columns.
matrix<std::int32_t> product(const matrix<std::int16_t>& a,
                             const matrix<std::int16_t>& b);

/// The i8 or u8 matrix `m` as i16.
template <typename T>
matrix<std::int16_t> widen(const matrix<T>& m) {
  matrix<std::int16_t> result(m.rows, m.columns);
  for (std::size_t i = 0; i < m.values.size(); ++i) {
    result.values[i] = m.values[i];
  }
  return result;
}

/// The [rows, columns] array at `values`, transposed to [columns, rows] and
/// widened to i16.
matrix<std::int16_t> transpose(const std::int8_t* values, std::size_t rows,
                               std::size_t columns);

}  // namespace vitvp::vit
