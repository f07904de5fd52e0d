#include "models/row_engine/kernel.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/row_engine/records.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/row_engine/kernel.cpp"
#define HWY_WANT_AVX3_DL
#include "models/common/simd.hpp"
#if HWY_TARGET == HWY_AVX3_DL && !defined(HWY_TARGET_STR_AVX3_DL)
// Highway 1.0 leaves out avx512vnni, which it looks for on the host.
#undef HWY_TARGET_STR
#define HWY_TARGET_STR                                            \
  HWY_TARGET_STR_AVX3                                             \
  ",vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512bitalg," \
  "avx512vpopcntdq,avx512vnni"
#endif
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
constexpr std::size_t block_words = std::size_t{1} << 21;

const std::uint8_t* bytes_of(const std::uint32_t* words) {
  return reinterpret_cast<const std::uint8_t*>(words);
}

std::size_t groups_of(const product& p) {
  return (p.terms + group_terms - 1) / group_terms;
}

std::size_t rows_of_block(const product& p) {
  const std::size_t groups = std::max<std::size_t>(groups_of(p), 1);
  const std::size_t most = block_words / groups / tile_rows * tile_rows;
  return std::min<std::size_t>(p.rows, std::max(most, tile_rows));
}

/// Terms are contiguous: row after row.
template <operand kind>
void pack_rows(const product& p, const std::uint8_t* from, std::size_t rows,
               std::uint32_t* to) {
  const std::size_t groups = groups_of(p);
  for (std::size_t r = 0; r < rows; ++r) {
    pack_row<kind>(from + r * p.a_row_stride, p.terms, to + r * groups);
  }
}

/// Rows are contiguous: a group of each row, then the next ones.
template <operand kind>
void pack_terms(const product& p, const std::uint8_t* from, std::size_t rows,
                std::uint32_t* to) {
  for (std::size_t g = 0; g < groups_of(p); ++g) {
    group_rows terms;
    for (std::size_t j = 0; j < group_terms; ++j) {
      const std::size_t k = std::min(g * group_terms + j, p.terms - 1UL);
      const std::size_t place = p.a_index == nullptr ? k : p.a_index[k];
      terms[j] = from + place * p.a_term_stride;
    }
    pack_columns<kind>(terms, rows, to + g * rows);
  }
}

template <operand kind>
void pack_any(const product& p, const std::uint8_t* from, std::size_t rows,
              std::uint32_t* to) {
  const std::size_t groups = groups_of(p);
  std::fill_n(to, rows * groups, 0U);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < p.terms; ++k) {
      const std::size_t place = p.a_index == nullptr ? k : p.a_index[k];
      to[r * groups + k / group_terms] |= packed<kind>(
          from[r * p.a_row_stride + place * p.a_term_stride], k % group_terms);
    }
  }
}

bool is_by_rows(const product& p) {
  return p.a_index == nullptr && p.a_term_stride == 1;
}

template <operand kind>
void pack_a_as(const product& p, std::size_t first, std::size_t rows,
               std::uint32_t* to) {
  const std::uint8_t* from = p.a + first * p.a_row_stride;
  if (is_by_rows(p)) {
    return pack_rows<kind>(p, from, rows, to);
  }
  if (p.a_row_stride == 1) return pack_terms<kind>(p, from, rows, to);
  return pack_any<kind>(p, from, rows, to);
}

/// Rows [first, first + rows) of A.
void pack_a(const product& p, std::size_t first, std::size_t rows,
            std::uint32_t* to) {
  return p.a_unsigned ? pack_a_as<operand::a_unsigned>(p, first, rows, to)
                      : pack_a_as<operand::a_signed>(p, first, rows, to);
}

/// How pack_a() lays them out.
packed_rows packed_a(const product& p, std::size_t rows,
                     const std::uint32_t* at) {
  if (!is_by_rows(p) && p.a_row_stride == 1) return {bytes_of(at), 4, 4 * rows};
  return {bytes_of(at), 4 * groups_of(p), 4};
}

/// Up to tile_columns columns of B from `first` on, as [groups][tile_columns].
/// Terms that fill up a group are 0. Columns that fill up the panel are never
/// looked at.
void pack_b(const product& p, std::size_t first, std::size_t columns,
            std::uint32_t* to) {
  static constexpr std::array<std::uint8_t, tile_columns> zeros{};
  for (std::size_t g = 0; g < groups_of(p); ++g) {
    group_rows terms;
    for (std::size_t j = 0; j < group_terms; ++j) {
      const std::size_t k = g * group_terms + j;
      terms[j] = k < p.terms ? p.b + k * p.b_term_stride + first : zeros.data();
    }
    pack_columns<operand::b>(terms, columns, to + g * tile_columns);
  }
}

/// What the sums of a panel begin with: less a_offset times the sum of the
/// column of B, where that was added to the terms of A.
void begin_sums([[maybe_unused]] const product& p,
                [[maybe_unused]] const std::uint32_t* b, std::int32_t* start) {
  std::fill_n(start, tile_columns, 0);
#if VITVP_BYTE_PRODUCTS
  if (p.a_unsigned) return;
  constexpr sums d32;
  constexpr hn::RebindToUnsigned<sums> u32;
  const auto offset = hn::BitCast(d32, hn::Set(u32, a_offset * 0x01010101U));
  words none = hn::Zero(d32);
  words low = none;
  words high = none;
  for (std::size_t g = 0; g < groups_of(p); ++g) {
    const std::uint32_t* group = b + g * tile_columns;
    low = add_products(offset, hn::BitCast(d32, hn::LoadU(u32, group)), low,
                       none);
    high = add_products(offset, hn::BitCast(d32, hn::LoadU(u32, group + lanes)),
                        high, none);
  }
  hn::StoreU(hn::Neg(low), d32, start);
  hn::StoreU(hn::Neg(high), d32, start + lanes);
#endif
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

/// Requantises sums on their way to memory. `records` are those of the columns
/// of the tile, `lanes` times a whole number of them.
template <typename element>
void finish_as(const product& p, const tile_range& t,
               const std::uint8_t* records, const tile_place& place,
               const std::int32_t* acc) {
  const value_range range = range_of(p);
  for (std::size_t c = 0; c < t.columns; c += lanes) {
    if (p.records_by == record_by::row) {
      const std::uint8_t* first = p.records + t.row * record_bytes;
      store_vector<element>(
          place, acc, c, [&](std::size_t r, auto sum) HWY_ATTR {
            const auto record = requantisation::at(first + r * record_bytes);
            return requantiser(record).apply(range, sum);
          });
      continue;
    }
    const requantiser by = p.records_by == record_by::column
                               ? requantiser(records + c * record_bytes)
                               : requantiser(requantisation::at(p.records));
    store_vector<element>(place, acc, c,
                          [&](std::size_t /*r*/, auto sum)
                              HWY_ATTR { return by.apply(range, sum); });
  }
}

/// Sums to results, in memory.
void finish_tile(const product& p, const tile_range& t,
                 const std::uint8_t* records, const std::int32_t* acc) {
  const tile_place place{
      p.c + t.row * p.c_row_stride + t.column * p.c_column_stride, t.rows,
      t.columns, p.c_row_stride, p.c_column_stride};
  switch (p.output) {
    case output_format::i32:
      for (std::size_t c = 0; c < t.columns; c += lanes) {
        store_vector<std::int32_t>(
            place, acc, c, [](std::size_t /*r*/, auto sum) { return sum; });
      }
      return;
    case output_format::i16:
      return finish_as<std::int16_t>(p, t, records, place, acc);
    case output_format::i8:
      return finish_as<std::int8_t>(p, t, records, place, acc);
  }
}

/// Those of the columns of a panel; a last one that is not whole is filled up,
/// at `room`.
const std::uint8_t* records_of(const product& p, const tile_range& panel,
                               std::uint8_t* room) {
  if (p.output == output_format::i32 || p.records_by != record_by::column) {
    return nullptr;
  }
  const std::uint8_t* records = p.records + panel.column * record_bytes;
  if (panel.columns == tile_columns) return records;
  std::memcpy(room, records, panel.columns * record_bytes);
  return room;
}

/// All rows of a panel: packed rows by the panel's columns of B, packed at `b`.
void multiply_panel(const product& p, const tile_range& panel,
                    const packed_rows& a, const std::uint32_t* b) {
  std::uint8_t room[tile_columns * record_bytes] = {};
  const std::uint8_t* records = records_of(p, panel, room);
  alignas(64) std::int32_t start[tile_columns];
  alignas(64) std::int32_t acc[tile_rows * tile_columns];
  begin_sums(p, b, start);
  const bool whole = panel.columns == tile_columns;
  const bool direct =
      whole && p.output == output_format::i32 && p.c_column_stride == 4;
  auto* const sums_at = reinterpret_cast<std::uint8_t*>(acc);
  for (std::size_t r = 0; r < panel.rows; r += tile_rows) {
    const tile_range t{panel.row + r, panel.column,
                       std::min(tile_rows, panel.rows - r), panel.columns};
    tile_sums tile{start, nullptr, 0, sums_at, 4 * tile_columns};
    if (p.partial != nullptr) {
      tile.partial = p.partial + t.row * p.partial_row_stride + 4 * t.column;
      tile.partial_stride = p.partial_row_stride;
    }
    if (p.partial != nullptr && !whole) {
      load_partial(p, t, acc);
      tile.partial = sums_at;
      tile.partial_stride = 4 * tile_columns;
    }
    if (direct) {
      tile.to = p.c + t.row * p.c_row_stride + 4 * t.column;
      tile.stride = p.c_row_stride;
    }
    dot_tile(t.rows, t.columns,
             {a.from + r * a.row_stride, a.row_stride, a.group_stride}, b,
             groups_of(p), tile);
    if (!direct) finish_tile(p, t, records, acc);
  }
}

void multiply_all(const product& p, product_workspace& room) {
  const std::size_t groups = groups_of(p);
  const std::size_t block = rows_of_block(p);
  room.a.resize(std::max(room.a.size(), block * groups));
  room.b.resize(std::max(room.b.size(), tile_columns * groups));
  for (std::size_t row = 0; row < p.rows; row += block) {
    const std::size_t rows = std::min(block, p.rows - row);
    const bool whole = rows == p.rows;
    if (!whole || p.number == 0 || room.number != p.number) {
      pack_a(p, row, rows, room.a.data());
      room.number = whole ? p.number : 0;
    }
    const packed_rows a = packed_a(p, rows, room.a.data());
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
