#include "models/row_engine/kernel.hpp"

#include <algorithm>
#include <cstring>

#include "models/row_engine/records.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/row_engine/kernel.cpp"
#include "models/common/simd.hpp"
// Behind Highway, which they need in every pass.
#include "models/row_engine/dot_tile-inl.hpp"
#include "models/row_engine/pack-inl.hpp"
#include "models/row_engine/requantise-inl.hpp"
#include "models/row_engine/store-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

// A is packed as a whole unless it is larger than this: commands that make no
// sense need no memory that makes none.
constexpr std::size_t block_elements = std::size_t{1} << 22;

static_assert(tile_columns <= record_block::most_columns);

std::size_t even(std::size_t terms) {
  return (terms + 1) & ~std::size_t{1};
}

std::size_t rows_of_block(const product& p) {
  const std::size_t terms = std::max<std::size_t>(even(p.terms), 2);
  const std::size_t most = block_elements / terms / tile_rows * tile_rows;
  return std::min<std::size_t>(p.rows, std::max(most, tile_rows));
}

/// Terms are contiguous: row after row.
template <typename element>
packed_rows pack_rows(const product& p, const std::uint8_t* from,
                      std::size_t rows, std::int16_t* to) {
  const std::size_t stride = even(p.terms);
  for (std::size_t r = 0; r < rows; ++r) {
    widen<element>(from + r * p.a_row_stride, p.terms, to + r * stride);
    if (p.terms % 2 != 0) to[r * stride + p.terms] = 0;
  }
  return {to, stride, 2};
}

/// Rows are contiguous: two terms of all rows after the other two.
template <typename element>
packed_rows pack_terms(const product& p, const std::uint8_t* from,
                       std::size_t rows, std::int16_t* to) {
  const auto term = [&](std::size_t k) {
    return from + (p.a_index == nullptr ? k : p.a_index[k]) * p.a_term_stride;
  };
  for (std::size_t k = 0; k + 1 < p.terms; k += 2) {
    interleave<element>(term(k), term(k + 1), rows, to + k * rows);
  }
  if (p.terms % 2 != 0) {
    const std::size_t k = p.terms - 1u;
    for (std::size_t r = 0; r < rows; ++r) {
      to[k * rows + 2 * r] = static_cast<element>(term(k)[r]);
      to[k * rows + 2 * r + 1] = 0;
    }
  }
  return {to, 2, 2 * rows};
}

template <typename element>
packed_rows pack_any(const product& p, const std::uint8_t* from,
                     std::size_t rows, std::int16_t* to) {
  const std::size_t stride = even(p.terms);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < p.terms; ++k) {
      const std::size_t term = p.a_index == nullptr ? k : p.a_index[k];
      to[r * stride + k] = static_cast<element>(
          from[r * p.a_row_stride + term * p.a_term_stride]);
    }
    if (p.terms % 2 != 0) to[r * stride + p.terms] = 0;
  }
  return {to, stride, 2};
}

template <typename element>
packed_rows pack_a_as(const product& p, std::size_t first, std::size_t rows,
                      std::int16_t* to) {
  const std::uint8_t* from = p.a + first * p.a_row_stride;
  if (p.a_index == nullptr && p.a_term_stride == 1) {
    return pack_rows<element>(p, from, rows, to);
  }
  if (p.a_row_stride == 1) return pack_terms<element>(p, from, rows, to);
  return pack_any<element>(p, from, rows, to);
}

/// Rows [first, first + rows) of A. An odd last term gets a zero beside it.
packed_rows pack_a(const product& p, std::size_t first, std::size_t rows,
                   std::int16_t* to) {
  return p.a_unsigned ? pack_a_as<std::uint8_t>(p, first, rows, to)
                      : pack_a_as<std::int8_t>(p, first, rows, to);
}

/// Up to tile_columns columns of B from `first` on as i16
/// [even(terms)/2][tile_columns][2]. What fills it up multiplies zeros or is
/// never looked at.
void pack_b(const product& p, std::size_t first, std::size_t columns,
            std::int16_t* to) {
  for (std::size_t k = 0; k < p.terms; k += 2) {
    const std::uint8_t* row = p.b + k * p.b_term_stride + first;
    const std::uint8_t* next = k + 1 < p.terms ? row + p.b_term_stride : row;
    interleave<std::int8_t>(row, next, columns, to + k * tile_columns);
  }
}

/// Where a tile lies in the product.
struct tile_range {
  std::size_t row;
  std::size_t column;
  std::size_t rows;
  std::size_t columns;
};

void load_partial(const product& p, const tile_range& t, std::int32_t* acc) {
  for (std::size_t r = 0; r < t.rows; ++r) {
    std::memcpy(acc + r * tile_columns,
                p.partial + (t.row + r) * p.partial_row_stride + 4 * t.column,
                4 * t.columns);
  }
}

value_range range_of(const product& p) {
  if (p.output == output_format::i8) return {p.relu ? 0 : -128, 127};
  return {p.relu ? 0 : -32768, 32767};
}

void requantise_tile(const product& p, const tile_range& t,
                     const record_block& records, std::int32_t* acc) {
  const value_range range = range_of(p);
  if (p.records_by == record_by::row) {
    for (std::size_t r = 0; r < t.rows; ++r) {
      const requantiser by(
          requantisation::at(p.records + (t.row + r) * record_bytes));
      for (std::size_t c = 0; c < t.columns; c += lanes) {
        by.apply(range, acc + r * tile_columns + c);
      }
    }
    return;
  }
  for (std::size_t c = 0; c < t.columns; c += lanes) {
    const requantiser by(records, c);
    for (std::size_t r = 0; r < t.rows; ++r) {
      by.apply(range, acc + r * tile_columns + c);
    }
  }
}

/// Sums to results, in memory.
void finish_tile(const product& p, const tile_range& t,
                 const record_block& records, std::int32_t* acc) {
  const tile_place place{
      p.c + t.row * p.c_row_stride + t.column * p.c_column_stride, t.rows,
      t.columns, p.c_row_stride, p.c_column_stride};
  switch (p.output) {
    case output_format::i32:
      return store_tile<std::int32_t>(place, acc);
    case output_format::i16:
      requantise_tile(p, t, records, acc);
      return store_tile<std::int16_t>(place, acc);
    case output_format::i8:
      requantise_tile(p, t, records, acc);
      return store_tile<std::int8_t>(place, acc);
  }
}

/// Records of the columns of a panel; those of a row are loaded with it.
void load_records(const product& p, const tile_range& panel,
                  record_block& records) {
  if (p.output == output_format::i32 || p.records_by == record_by::row) return;
  const bool by_column = p.records_by == record_by::column;
  for (std::size_t c = 0; c < tile_columns; ++c) {
    const std::size_t column = panel.column + std::min(c, panel.columns - 1);
    records.set(c, requantisation::at(p.records +
                                      (by_column ? column * record_bytes : 0)));
  }
}

/// All rows of a panel: packed rows by the panel's columns of B, packed at `b`.
void multiply_panel(const product& p, const tile_range& panel,
                    const packed_rows& a, const std::int16_t* b) {
  record_block records{};
  load_records(p, panel, records);
  for (std::size_t r = 0; r < panel.rows; r += tile_rows) {
    const tile_range t{panel.row + r, panel.column,
                       std::min(tile_rows, panel.rows - r), panel.columns};
    alignas(64) std::int32_t acc[tile_rows * tile_columns];
    const bool accumulate = p.partial != nullptr;
    if (accumulate) load_partial(p, t, acc);
    dot_tile(t.rows, t.columns,
             {a.from + r * a.row_stride, a.row_stride, a.pair_stride}, b,
             even(p.terms) / 2, accumulate, acc);
    finish_tile(p, t, records, acc);
  }
}

void multiply_all(const product& p, product_workspace& room) {
  const std::size_t stride = even(p.terms);
  const std::size_t block = rows_of_block(p);
  room.a.resize(std::max(room.a.size(), block * stride));
  room.b.resize(std::max(room.b.size(), tile_columns * stride));
  for (std::size_t row = 0; row < p.rows; row += block) {
    const std::size_t rows = std::min(block, p.rows - row);
    const packed_rows a = pack_a(p, row, rows, room.a.data());
    for (std::size_t column = 0; column < p.columns; column += tile_columns) {
      const tile_range panel{row, column, rows,
                             std::min(tile_columns, p.columns - column)};
      pack_b(p, column, panel.columns, room.b.data());
      multiply_panel(p, panel, a, room.b.data());
    }
  }
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(multiply_all);

product columns_of(const product& p, std::uint32_t first, std::uint32_t count) {
  product part = p;
  part.columns = count;
  part.b = p.b + first;
  part.c = p.c + first * p.c_column_stride;
  if (p.partial != nullptr) part.partial = p.partial + std::size_t{4} * first;
  if (p.records != nullptr && p.records_by == record_by::column) {
    part.records = p.records + first * record_bytes;
  }
  return part;
}

void multiply(const product& p, product_workspace& room) {
  HWY_DYNAMIC_DISPATCH(multiply_all)(p, room);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
