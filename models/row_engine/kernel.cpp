#include "models/row_engine/kernel.hpp"

#include <algorithm>
#include <cstring>

#include "models/row_engine/dot_tile.hpp"
#include "models/row_engine/requantise.hpp"
#include "models/row_engine/widen.hpp"

namespace vitvp::models {
namespace {

// A is packed as a whole unless it is larger than this: commands that make no
// sense need no memory that makes none.
constexpr std::size_t block_elements = std::size_t{1} << 22;

std::size_t even(std::size_t terms) {
  return (terms + 1) & ~std::size_t{1};
}

std::size_t rows_of_block(const product& p) {
  const std::size_t terms = std::max<std::size_t>(even(p.terms), 2);
  const std::size_t most = block_elements / terms / tile_rows * tile_rows;
  return std::min<std::size_t>(p.rows, std::max(most, tile_rows));
}

/// A byte of memory, taken as an element.
template <typename element>
constexpr std::int16_t widened(std::uint8_t byte) {
  return std::int16_t{static_cast<element>(byte)};
}

/// Term k of rows [0, rows) at `from`, one after the other, into every
/// `stride`-th element.
template <typename element>
void scatter(const std::uint8_t* from, std::size_t rows, std::size_t stride,
             std::int16_t* to) {
  for (std::size_t r = 0; r < rows; ++r) {
    to[r * stride] = widened<element>(from[r]);
  }
}

template <typename element>
void pack_a_as(const product& p, std::size_t first, std::size_t rows,
               std::int16_t* to) {
  const std::size_t stride = even(p.terms);
  const std::uint8_t* from = p.a + first * p.a_row_stride;
  if (p.terms % 2 != 0) {
    for (std::size_t r = 0; r < rows; ++r) to[r * stride + p.terms] = 0;
  }
  if (p.a_index == nullptr && p.a_term_stride == 1) {
    for (std::size_t r = 0; r < rows; ++r) {
      widen(from + r * p.a_row_stride, p.terms, p.a_unsigned, to + r * stride);
    }
    return;
  }
  for (std::size_t k = 0; k < p.terms; ++k) {
    const std::size_t term = p.a_index == nullptr ? k : p.a_index[k];
    const std::uint8_t* column = from + term * p.a_term_stride;
    if (p.a_row_stride == 1) {
      scatter<element>(column, rows, stride, to + k);
      continue;
    }
    for (std::size_t r = 0; r < rows; ++r) {
      to[r * stride + k] = widened<element>(column[r * p.a_row_stride]);
    }
  }
}

/// Rows [first, first + rows) of A as i16 [rows][even(terms)].
void pack_a(const product& p, std::size_t first, std::size_t rows,
            std::int16_t* to) {
  if (p.a_unsigned) {
    pack_a_as<std::uint8_t>(p, first, rows, to);
  } else {
    pack_a_as<std::int8_t>(p, first, rows, to);
  }
}

/// Up to tile_columns columns of B from `first` on as i16
/// [even(terms)/2][tile_columns][2], filled up with zeros.
void pack_b(const product& p, std::size_t first, std::size_t columns,
            std::int16_t* to) {
  const std::uint8_t zeros[tile_columns] = {};
  std::uint8_t padded[2][tile_columns] = {};
  const auto term = [&](std::size_t k) -> const std::uint8_t* {
    if (k >= p.terms) return zeros;
    const std::uint8_t* row = p.b + k * p.b_term_stride + first;
    if (columns == tile_columns) return row;
    std::copy_n(row, columns, padded[k % 2]);
    return padded[k % 2];
  };
  for (std::size_t k = 0; k < p.terms; k += 2) {
    interleave(term(k), term(k + 1), to + k * tile_columns);
  }
}

/// Where a tile lies in the product.
struct tile {
  std::size_t row;
  std::size_t column;
  std::size_t rows;
  std::size_t columns;
};

void load_partial(const product& p, const tile& t, std::int32_t* acc) {
  for (std::size_t r = 0; r < t.rows; ++r) {
    std::memcpy(acc + r * tile_columns,
                p.partial + (t.row + r) * p.partial_row_stride + 4 * t.column,
                4 * t.columns);
  }
}

template <typename element>
void store_as(const product& p, const tile& t, const std::int32_t* acc) {
  std::uint8_t* to =
      p.c + t.row * p.c_row_stride + t.column * p.c_column_stride;
  for (std::size_t r = 0; r < t.rows; ++r) {
    for (std::size_t c = 0; c < t.columns; ++c) {
      const auto value = static_cast<element>(acc[r * tile_columns + c]);
      std::memcpy(to + r * p.c_row_stride + c * p.c_column_stride, &value,
                  sizeof value);
    }
  }
}

value_range range_of(const product& p) {
  if (p.output == output_format::i8) return {p.relu ? 0 : -128, 127};
  return {p.relu ? 0 : -32768, 32767};
}

/// Sums to results, in memory. `records` are those of the tile's columns, or
/// room for the record of a row.
void finish_tile(const product& p, const tile& t, record_block& records,
                 std::int32_t* acc) {
  if (p.output == output_format::i32) {
    store_as<std::int32_t>(p, t, acc);
    return;
  }
  for (std::size_t r = 0; r < t.rows; ++r) {
    if (p.records_by == record_by::row) {
      records.fill(p.records + (t.row + r) * record_bytes);
    }
    requantise(records, range_of(p), acc + r * tile_columns);
  }
  if (p.output == output_format::i8) {
    store_as<std::int8_t>(p, t, acc);
  } else {
    store_as<std::int16_t>(p, t, acc);
  }
}

void load_records(const product& p, std::size_t first, std::size_t columns,
                  record_block& records) {
  if (p.output == output_format::i32) return;
  if (p.records_by == record_by::tensor) records.fill(p.records);
  if (p.records_by != record_by::column) return;
  for (std::size_t c = 0; c < tile_columns; ++c) {
    const std::size_t column = first + std::min(c, columns - 1);
    records.load(c, p.records + column * record_bytes);
  }
}

/// All rows [first, first + rows), packed at `a`, by the columns of one panel
/// of B, packed at `b`.
void multiply_panel(const product& p, const tile& panel, const std::int16_t* a,
                    const std::int16_t* b) {
  record_block records{};
  load_records(p, panel.column, panel.columns, records);
  const std::size_t stride = even(p.terms);
  for (std::size_t r = 0; r < panel.rows; r += tile_rows) {
    const tile t{panel.row + r, panel.column,
                 std::min(tile_rows, panel.rows - r), panel.columns};
    std::int32_t acc[tile_rows * tile_columns] = {};
    if (p.partial != nullptr) load_partial(p, t, acc);
    dot_tile(t.rows, a + r * stride, stride, b, stride / 2, acc);
    finish_tile(p, t, records, acc);
  }
}

}  // namespace

void multiply(const product& p, product_workspace& room) {
  const std::size_t stride = even(p.terms);
  const std::size_t block = rows_of_block(p);
  room.a.resize(std::max(room.a.size(), block * stride));
  room.b.resize(std::max(room.b.size(), tile_columns * stride));
  for (std::size_t row = 0; row < p.rows; row += block) {
    const std::size_t rows = std::min(block, p.rows - row);
    pack_a(p, row, rows, room.a.data());
    for (std::size_t column = 0; column < p.columns; column += tile_columns) {
      const tile panel{row, column, rows,
                       std::min(tile_columns, p.columns - column)};
      pack_b(p, column, panel.columns, room.b.data());
      multiply_panel(p, panel, room.a.data(), room.b.data());
    }
  }
}

}  // namespace vitvp::models
