// Results of a tile to memory. Included by kernel.cpp in every pass.
#if defined(VITVP_STORE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITVP_STORE_INL
#undef VITVP_STORE_INL
#else
#define VITVP_STORE_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/row_engine/dot_tile-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {

/// The tile [rows][tile_columns] of values that fit `element`, in a memory
/// where (r, c) lies at to + r*row_stride + c*column_stride.
struct tile_place {
  std::uint8_t* to;
  std::size_t rows;
  std::size_t columns;
  std::size_t row_stride;
  std::size_t column_stride;
};

template <typename element>
void store_each(const tile_place& place, const std::int32_t* values) {
  for (std::size_t r = 0; r < place.rows; ++r) {
    for (std::size_t c = 0; c < place.columns; ++c) {
      const auto value = static_cast<element>(values[r * tile_columns + c]);
      std::memcpy(place.to + r * place.row_stride + c * place.column_stride,
                  &value, sizeof value);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR

inline hn::Vec<sums> narrow_to(sums /*tag*/, hn::Vec<sums> values) {
  return values;
}
template <class tag>
hn::Vec<tag> narrow_to(tag d, hn::Vec<sums> values) {
  return hn::DemoteTo(d, values);
}

/// Columns are contiguous.
template <typename element>
void store_rows(const tile_place& place, const std::int32_t* values) {
  constexpr hn::Rebind<element, sums> d;
  for (std::size_t r = 0; r < place.rows; ++r) {
    for (std::size_t c = 0; c < place.columns; c += lanes) {
      const auto narrow =
          narrow_to(d, hn::LoadU(sums(), values + r * tile_columns + c));
      std::uint8_t* to = place.to + r * place.row_stride + c * sizeof(element);
      if (c + lanes <= place.columns) {
        hn::StoreU(narrow, d, reinterpret_cast<element*>(to));
        continue;
      }
      element last[lanes];
      hn::StoreU(narrow, d, last);
      std::memcpy(to, last, (place.columns - c) * sizeof(element));
    }
  }
}

/// Rows of bytes are contiguous: four of them make one word of a column.
inline void store_columns(const tile_place& place, const std::int32_t* values) {
  constexpr sums d32;
  std::uint32_t words[tile_rows / 4 + 1][tile_columns];
  const auto byte = hn::Set(d32, 0xff);
  for (std::size_t r = 0; r < place.rows; r += 4) {
    const auto row = [&](std::size_t i, std::size_t c) {
      const std::size_t at = std::min(r + i, place.rows - 1);
      return hn::LoadU(d32, values + at * tile_columns + c);
    };
    for (std::size_t c = 0; c < place.columns; c += lanes) {
      const auto low = hn::Or(hn::And(row(0, c), byte),
                              hn::ShiftLeft<8>(hn::And(row(1, c), byte)));
      const auto high =
          hn::Or(hn::And(row(2, c), byte), hn::ShiftLeft<8>(row(3, c)));
      const auto word = hn::Or(low, hn::ShiftLeft<16>(high));
      hn::StoreU(hn::BitCast(hn::RebindToUnsigned<sums>(), word),
                 hn::RebindToUnsigned<sums>(), &words[r / 4][c]);
    }
  }
  for (std::size_t r = 0; r < place.rows; r += 4) {
    const std::size_t bytes = std::min<std::size_t>(4, place.rows - r);
    for (std::size_t c = 0; c < place.columns; ++c) {
      std::uint8_t* to = place.to + r + c * place.column_stride;
      if (bytes == 4) {
        std::memcpy(to, &words[r / 4][c], 4);
      } else {
        std::memcpy(to, &words[r / 4][c], bytes);
      }
    }
  }
}

#endif

template <typename element>
void store_tile(const tile_place& place, const std::int32_t* values) {
#if HWY_TARGET != HWY_SCALAR
  if (place.column_stride == sizeof(element)) {
    return store_rows<element>(place, values);
  }
  if (sizeof(element) == 1 && place.row_stride == 1) {
    return store_columns(place, values);
  }
#endif
  store_each<element>(place, values);
}

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_STORE_INL
