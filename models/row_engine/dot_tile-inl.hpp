// The innermost loop of the row engine's values: a register tile of dot
// products over packed operands. Included by kernel.cpp in every pass.
#if defined(VITVP_DOT_TILE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITVP_DOT_TILE_INL
#undef VITVP_DOT_TILE_INL
#else
#define VITVP_DOT_TILE_INL
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#ifndef VITVP_INLINE_LAMBDA
#define VITVP_INLINE_LAMBDA HWY_ATTR __attribute__((always_inline))
#endif

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

constexpr std::size_t lanes = 1;
constexpr std::size_t tile_rows = 6;
constexpr std::size_t tile_columns = 16;

#else

namespace hn = hwy::HWY_NAMESPACE;

using sums = hn::CappedTag<std::int32_t, 16>;
using terms = hn::Repartition<std::int16_t, sums>;
constexpr std::size_t lanes = hn::MaxLanes(sums());

// As many sums as the registers hold beside the operands.
constexpr std::size_t tile_rows =
    HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86 ? 12 : 6;
constexpr std::size_t tile_columns = 2 * lanes;

#endif

/// Rows of A, packed: terms 2p and 2p+1 of row r lie together, as i16, at
/// from + r*row_stride + p*pair_stride (strides in elements).
struct packed_rows {
  const std::int16_t* from;
  std::size_t row_stride;
  std::size_t pair_stride;
};

#if HWY_TARGET == HWY_SCALAR

// Hosts without vectors.
inline void dot_tile(std::size_t rows, std::size_t /*columns*/,
                     const packed_rows& a, const std::int16_t* b,
                     std::size_t pairs, bool accumulate, std::int32_t* acc) {
  if (!accumulate) std::memset(acc, 0, rows * tile_columns * sizeof *acc);
  for (std::size_t p = 0; p < pairs; ++p) {
    const std::int16_t* pair = b + p * 2 * tile_columns;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int16_t* both = a.from + r * a.row_stride + p * a.pair_stride;
      std::int32_t* row = acc + r * tile_columns;
      for (std::size_t c = 0; c < tile_columns; ++c) {
        const std::int32_t sum =
            both[0] * pair[2 * c] + both[1] * pair[2 * c + 1];
        row[c] = static_cast<std::int32_t>(static_cast<std::uint32_t>(row[c]) +
                                           static_cast<std::uint32_t>(sum));
      }
    }
  }
}

#else

/// f(0), f(1) .. as constants, so that what they index stays in registers.
template <std::size_t... i, class function>
HWY_INLINE void each(std::index_sequence<i...> /*numbers*/, function f) {
  (f(std::integral_constant<std::size_t, i>()), ...);
}

/// The sums of a tile. Two products of i16 are added into i32 without
/// saturating; targets that keep those of odd and of even terms apart have them
/// in `odd`.
template <std::size_t rows, std::size_t vectors>
void tile(const packed_rows& a, const std::int16_t* b, std::size_t pairs,
          bool accumulate, std::int32_t* acc) {
  constexpr sums d32;
  constexpr terms d16;
  constexpr std::make_index_sequence<rows * vectors> all;
  constexpr std::make_index_sequence<rows> each_row;
  constexpr std::make_index_sequence<vectors> each_vector;
  const auto place = [acc](std::size_t i) HWY_ATTR {
    return acc + i / vectors * tile_columns + i % vectors * lanes;
  };
  hn::Vec<sums> even[rows * vectors];
  hn::Vec<sums> odd[rows * vectors];
  each(all, [&](auto i) VITVP_INLINE_LAMBDA {
    even[i] = accumulate ? hn::LoadU(d32, place(i)) : hn::Zero(d32);
    odd[i] = hn::Zero(d32);
  });
  const std::int16_t* pair = a.from;
  const std::size_t row_stride = a.row_stride;
  const std::size_t pair_stride = a.pair_stride;
  for (std::size_t p = 0; p < pairs; ++p) {
    hn::Vec<terms> columns[vectors];
    each(each_vector, [&](auto v) VITVP_INLINE_LAMBDA {
      columns[v] = hn::LoadU(d16, b + v * lanes * 2);
    });
    each(each_row, [&](auto r) VITVP_INLINE_LAMBDA {
      std::int32_t two = 0;
      std::memcpy(&two, pair + r * row_stride, sizeof two);
      const auto both = hn::BitCast(d16, hn::Set(d32, two));
      each(each_vector, [&](auto v) VITVP_INLINE_LAMBDA {
        constexpr std::size_t i = r * vectors + v;
        even[i] = hn::ReorderWidenMulAccumulate(d32, both, columns[v], even[i],
                                                odd[i]);
      });
    });
    b += 2 * tile_columns;
    pair += pair_stride;
  }
  each(all, [&](auto i) VITVP_INLINE_LAMBDA {
    hn::StoreU(hn::RearrangeToOddPlusEven(even[i], odd[i]), d32, place(i));
  });
}

using tile_function = void (*)(const packed_rows&, const std::int16_t*,
                               std::size_t, bool, std::int32_t*);

template <std::size_t vectors, std::size_t... i>
constexpr std::array<tile_function, tile_rows> tiles_of(
    std::index_sequence<i...> /*rows less one*/) {
  return {tile<i + 1, vectors>...};
}

/// acc[r][c] = sum over p < pairs of
///   a[r][2p]*b[p][c][0] + a[r][2p+1]*b[p][c][1], modulo 2^32,
/// added to what is there with `accumulate`. `b` is [pairs][tile_columns][2],
/// `acc` is [rows][tile_columns]. The operands are i8 or u8 values, so that two
/// products fit i32. 1 <= rows <= tile_rows; of the columns only `columns` are
/// wanted.
inline void dot_tile(std::size_t rows, std::size_t columns,
                     const packed_rows& a, const std::int16_t* b,
                     std::size_t pairs, bool accumulate, std::int32_t* acc) {
  using all_rows = std::make_index_sequence<tile_rows>;
  static constexpr auto narrow = tiles_of<1>(all_rows());
  static constexpr auto wide = tiles_of<2>(all_rows());
  (columns <= lanes ? narrow : wide)[rows - 1](a, b, pairs, accumulate, acc);
}

#endif

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_DOT_TILE_INL
