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

/// Where the values of a tile go: (r, c) to to + r*row_stride +
/// c*column_stride.
struct tile_place {
  std::uint8_t* to;
  std::size_t rows;
  std::size_t columns;
  std::size_t row_stride;
  std::size_t column_stride;

  std::uint8_t* at(std::size_t r, std::size_t c) const {
    return to + r * row_stride + c * column_stride;
  }
};

// In what follows, `values` are sums [rows][tile_columns], and finish(r, v)
// makes results that fit `element` of those of row r in columns c to
// c + lanes - 1, of which the tile may have fewer.

#if HWY_TARGET == HWY_SCALAR

template <typename element, class function>
void store_vector(const tile_place& place, const std::int32_t* values,
                  std::size_t c, const function& finish) {
  for (std::size_t r = 0; r < place.rows; ++r) {
    const auto value =
        static_cast<element>(finish(r, values[r * tile_columns + c]));
    std::memcpy(place.at(r, c), &value, sizeof value);
  }
}

#else

inline words narrow_to(sums /*tag*/, words values) {
  return values;
}
template <class tag>
hn::Vec<tag> narrow_to(tag d, words values) {
  return hn::DemoteTo(d, values);
}

/// Any strides.
template <typename element, class function>
void store_each(const tile_place& place, const std::int32_t* values,
                std::size_t c, const function& finish) {
  constexpr sums d32;
  const std::size_t columns = std::min(lanes, place.columns - c);
  for (std::size_t r = 0; r < place.rows; ++r) {
    std::int32_t finished[lanes];
    hn::StoreU(finish(r, hn::LoadU(d32, values + r * tile_columns + c)), d32,
               finished);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto value = static_cast<element>(finished[i]);
      std::memcpy(place.at(r, c + i), &value, sizeof value);
    }
  }
}

/// Columns are contiguous.
template <typename element, class function>
void store_rows(const tile_place& place, const std::int32_t* values,
                std::size_t c, const function& finish) {
  constexpr hn::Rebind<element, sums> d;
  const std::size_t columns = std::min(lanes, place.columns - c);
  for (std::size_t r = 0; r < place.rows; ++r) {
    const auto sum = hn::LoadU(sums(), values + r * tile_columns + c);
    const auto narrow = narrow_to(d, finish(r, sum));
    if (columns == lanes) {
      hn::StoreU(narrow, d, reinterpret_cast<element*>(place.at(r, c)));
      continue;
    }
    element last[lanes];
    hn::StoreU(narrow, d, last);
    std::memcpy(place.at(r, c), last, columns * sizeof(element));
  }
}

/// Rows of bytes are contiguous: four of them make one word of a column.
template <class function>
void store_columns(const tile_place& place, const std::int32_t* values,
                   std::size_t c, const function& finish) {
  constexpr sums d32;
  constexpr hn::RebindToUnsigned<sums> u32;
  const auto byte = hn::Set(d32, 0xff);
  const std::size_t columns = std::min(lanes, place.columns - c);
  for (std::size_t r = 0; r < place.rows; r += 4) {
    const auto row = [&](std::size_t i) HWY_ATTR {
      const std::size_t at = std::min(r + i, place.rows - 1);
      return finish(at, hn::LoadU(d32, values + at * tile_columns + c));
    };
    const auto low =
        hn::Or(hn::And(row(0), byte), hn::ShiftLeft<8>(hn::And(row(1), byte)));
    const auto high = hn::Or(hn::And(row(2), byte), hn::ShiftLeft<8>(row(3)));
    std::uint32_t word[lanes];
    hn::StoreU(hn::BitCast(u32, hn::Or(low, hn::ShiftLeft<16>(high))), u32,
               word);
    const std::size_t bytes = std::min<std::size_t>(4, place.rows - r);
    for (std::size_t i = 0; i < columns; ++i) {
      if (bytes == 4) {
        std::memcpy(place.at(r, c + i), &word[i], 4);
      } else {
        std::memcpy(place.at(r, c + i), &word[i], bytes);
      }
    }
  }
}

/// Columns c to c + lanes - 1 of the tile.
template <typename element, class function>
void store_vector(const tile_place& place, const std::int32_t* values,
                  std::size_t c, const function& finish) {
  if (place.column_stride == sizeof(element)) {
    store_rows<element>(place, values, c, finish);
  } else if (sizeof(element) == 1 && place.row_stride == 1) {
    store_columns(place, values, c, finish);
  } else {
    store_each<element>(place, values, c, finish);
  }
}

#endif

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_STORE_INL
