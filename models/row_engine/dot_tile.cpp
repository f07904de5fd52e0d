#include "models/row_engine/dot_tile.hpp"

#include <array>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/row_engine/dot_tile.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR

// Hosts without vectors.
template <std::size_t rows>
void tile(const std::int16_t* a, std::size_t a_stride, const std::int16_t* b,
          std::size_t pairs, std::int32_t* acc) {
  for (std::size_t p = 0; p < pairs; ++p) {
    const std::int16_t* pair = b + p * 2 * tile_columns;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int32_t a0 = a[r * a_stride + 2 * p];
      const std::int32_t a1 = a[r * a_stride + 2 * p + 1];
      std::int32_t* row = acc + r * tile_columns;
      for (std::size_t c = 0; c < tile_columns; ++c) {
        const std::int32_t sum = a0 * pair[2 * c] + a1 * pair[2 * c + 1];
        row[c] = static_cast<std::int32_t>(static_cast<std::uint32_t>(row[c]) +
                                           static_cast<std::uint32_t>(sum));
      }
    }
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using sums = hn::CappedTag<std::int32_t, tile_columns>;
using terms = hn::Repartition<std::int16_t, sums>;

/// Two products of i16 are added into i32 without saturating. Targets that
/// keep the products of odd and of even terms apart have them in `odd`.
template <std::size_t rows>
void tile(const std::int16_t* a, std::size_t a_stride, const std::int16_t* b,
          std::size_t pairs, std::int32_t* acc) {
  constexpr sums d32;
  constexpr terms d16;
  constexpr std::size_t lanes = hn::MaxLanes(d32);
  constexpr std::size_t vectors = tile_columns / lanes;
  hn::Vec<sums> even[rows][vectors];
  hn::Vec<sums> odd[rows][vectors];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      even[r][v] = hn::Zero(d32);
      odd[r][v] = hn::Zero(d32);
    }
  }
  for (std::size_t p = 0; p < pairs; ++p) {
    hn::Vec<terms> columns[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      columns[v] = hn::LoadU(d16, b + (p * tile_columns + v * lanes) * 2);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      std::int32_t pair = 0;
      std::memcpy(&pair, a + r * a_stride + 2 * p, sizeof pair);
      const auto both = hn::BitCast(d16, hn::Set(d32, pair));
      for (std::size_t v = 0; v < vectors; ++v) {
        even[r][v] = hn::ReorderWidenMulAccumulate(d32, both, columns[v],
                                                   even[r][v], odd[r][v]);
      }
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) {
      std::int32_t* to = acc + r * tile_columns + v * lanes;
      const auto sum = hn::RearrangeToOddPlusEven(even[r][v], odd[r][v]);
      hn::StoreU(hn::Add(hn::LoadU(d32, to), sum), d32, to);
    }
  }
}

#endif

void any_tile(std::size_t rows, const std::int16_t* a, std::size_t a_stride,
              const std::int16_t* b, std::size_t pairs, std::int32_t* acc) {
  using function = void (*)(const std::int16_t*, std::size_t,
                            const std::int16_t*, std::size_t, std::int32_t*);
  static constexpr std::array<function, tile_rows> tiles{
      tile<1>, tile<2>, tile<3>, tile<4>, tile<5>, tile<6>};
  tiles[rows - 1](a, a_stride, b, pairs, acc);
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(any_tile);

void dot_tile(std::size_t rows, const std::int16_t* a, std::size_t a_stride,
              const std::int16_t* b, std::size_t pairs, std::int32_t* acc) {
  HWY_DYNAMIC_DISPATCH(any_tile)(rows, a, a_stride, b, pairs, acc);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
