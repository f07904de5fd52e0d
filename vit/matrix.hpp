// A dense row-major matrix, the one container of the reference.
#pragma once

#include <cstddef>
#include <vector>

namespace vitvp::vit {

/// `[rows, columns]`, element (r, c) at index r*columns + c.
template <typename T>
struct matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<T> values;

  matrix() = default;
  /// All elements zero.
  matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count),
        columns(column_count),
        values(row_count * column_count) {}

  T* row(std::size_t r) { return values.data() + r * columns; }
  const T* row(std::size_t r) const { return values.data() + r * columns; }
  T& operator()(std::size_t r, std::size_t c) {
    return values[r * columns + c];
  }
  T operator()(std::size_t r, std::size_t c) const {
    return values[r * columns + c];
  }
};

}  // namespace vitvp::vit
