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

// Targets with AVX-512 VNNI multiply bytes by fours, u8 of A by i8 of B, and
// add them to i32; all others multiply i16 by twos.
#define VITVP_BYTE_PRODUCTS (HWY_TARGET == HWY_AVX3_DL)

/// Terms that are multiplied together; they fill a word of 32 bits, the first
/// of them its lowest bits.
constexpr std::size_t group_terms = VITVP_BYTE_PRODUCTS ? 4 : 2;

#if HWY_TARGET == HWY_SCALAR

constexpr std::size_t lanes = 1;
constexpr std::size_t tile_rows = 6;
constexpr std::size_t tile_columns = 16;

#else

namespace hn = hwy::HWY_NAMESPACE;

using sums = hn::CappedTag<std::int32_t, 16>;
constexpr std::size_t lanes = hn::MaxLanes(sums());

// As many sums as the registers hold beside the operands.
constexpr std::size_t tile_rows =
    HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86 ? 12 : 6;
constexpr std::size_t tile_columns = 2 * lanes;

#endif

/// Rows of A, packed: group g of row r is the word at
/// from + r*row_stride + g*group_stride (in bytes).
struct packed_rows {
  const std::uint8_t* from;
  std::size_t row_stride;
  std::size_t group_stride;
};

/// What the sums of a tile begin with, start[c] in column c, and with `partial`
/// what is there, i32 with columns contiguous; where they go, alike. Strides in
/// bytes; neither needs alignment.
struct tile_sums {
  const std::int32_t* start;
  const std::uint8_t* partial;
  std::size_t partial_stride;
  std::uint8_t* to;
  std::size_t stride;
};

#if HWY_TARGET == HWY_SCALAR

// Hosts without vectors.
inline void dot_tile(std::size_t rows, std::size_t /*columns*/,
                     const packed_rows& a, const std::uint32_t* b,
                     std::size_t groups, const tile_sums& acc) {
  const auto term = [](std::uint32_t word, unsigned place) {
    return static_cast<std::int32_t>(
        static_cast<std::int16_t>(word >> (16 * place)));
  };
  for (std::size_t r = 0; r < rows; ++r) {
    std::uint32_t row[tile_columns] = {};
    if (acc.partial != nullptr) {
      std::memcpy(row, acc.partial + r * acc.partial_stride, sizeof row);
    }
    for (std::size_t c = 0; c < tile_columns; ++c) {
      row[c] += static_cast<std::uint32_t>(acc.start[c]);
    }
    for (std::size_t g = 0; g < groups; ++g) {
      std::uint32_t both = 0;
      std::memcpy(&both, a.from + r * a.row_stride + g * a.group_stride,
                  sizeof both);
      for (std::size_t c = 0; c < tile_columns; ++c) {
        const std::uint32_t pair = b[g * tile_columns + c];
        row[c] += static_cast<std::uint32_t>(term(both, 0) * term(pair, 0) +
                                             term(both, 1) * term(pair, 1));
      }
    }
    std::memcpy(acc.to + r * acc.stride, row, sizeof row);
  }
}

#else

/// f(0), f(1) .. as constants, so that what they index stays in registers.
template <std::size_t... i, class function>
HWY_INLINE void each(std::index_sequence<i...> /*numbers*/, function f) {
  (f(std::integral_constant<std::size_t, i>()), ...);
}

using words = hn::Vec<sums>;  // a group of terms in each lane

/// Adds the products of a group in each lane, exact modulo 2^32. Targets that
/// keep sums of odd and of even terms apart have them in `odd`.
HWY_INLINE words add_products(words a, words b, words even,
                              [[maybe_unused]] words& odd) {
#if VITVP_BYTE_PRODUCTS
  return words{_mm512_dpbusd_epi32(even.raw, a.raw, b.raw)};
#else
  constexpr hn::Repartition<std::int16_t, sums> d16;
  return hn::ReorderWidenMulAccumulate(sums(), hn::BitCast(d16, a),
                                       hn::BitCast(d16, b), even, odd);
#endif
}

template <std::size_t rows, std::size_t vectors>
void tile(const packed_rows& a, const std::uint32_t* b, std::size_t groups,
          const tile_sums& acc) {
  constexpr sums d32;
  constexpr hn::Repartition<std::uint8_t, sums> d8;
  constexpr std::make_index_sequence<rows * vectors> all;
  constexpr std::make_index_sequence<rows> each_row;
  constexpr std::make_index_sequence<vectors> each_vector;
  words even[rows * vectors];
  words odd[rows * vectors];
  each(all, [&](auto i) VITVP_INLINE_LAMBDA {
    even[i] = hn::LoadU(d32, acc.start + i % vectors * lanes);
    if (acc.partial != nullptr) {
      const std::uint8_t* place = acc.partial +
                                  i / vectors * acc.partial_stride +
                                  i % vectors * 4 * lanes;
      even[i] = hn::Add(even[i], hn::BitCast(d32, hn::LoadU(d8, place)));
    }
    odd[i] = hn::Zero(d32);
  });
  const std::uint8_t* group = a.from;
  const std::size_t row_stride = a.row_stride;
  const std::size_t group_stride = a.group_stride;
  for (std::size_t g = 0; g < groups; ++g) {
    words columns[vectors];
    each(each_vector, [&](auto v) VITVP_INLINE_LAMBDA {
      columns[v] = hn::BitCast(
          d32, hn::LoadU(hn::RebindToUnsigned<sums>(), b + v * lanes));
    });
    each(each_row, [&](auto r) VITVP_INLINE_LAMBDA {
      std::int32_t word = 0;
      std::memcpy(&word, group + r * row_stride, sizeof word);
      const auto terms = hn::Set(d32, word);
      each(each_vector, [&](auto v) VITVP_INLINE_LAMBDA {
        constexpr std::size_t i = r * vectors + v;
        even[i] = add_products(terms, columns[v], even[i], odd[i]);
      });
    });
    b += tile_columns;
    group += group_stride;
  }
  each(all, [&](auto i) VITVP_INLINE_LAMBDA {
#if VITVP_BYTE_PRODUCTS
    const words sum = even[i];
#else
    const words sum = hn::RearrangeToOddPlusEven(even[i], odd[i]);
#endif
    hn::StoreU(hn::BitCast(d8, sum), d8,
               acc.to + i / vectors * acc.stride + i % vectors * 4 * lanes);
  });
}

using tile_function = void (*)(const packed_rows&, const std::uint32_t*,
                               std::size_t, const tile_sums&);

template <std::size_t vectors, std::size_t... i>
constexpr std::array<tile_function, tile_rows> tiles_of(
    std::index_sequence<i...> /*rows less one*/) {
  return {tile<i + 1, vectors>...};
}

/// Sums of a tile: what they begin with, plus the sum over all terms k of
/// a[r][k]*b[k][c] as they are packed, modulo 2^32. `b` is
/// [groups][tile_columns]. 1 <= rows <= tile_rows; of the columns only
/// `columns` are wanted, but tile_columns of them may be read and written.
inline void dot_tile(std::size_t rows, std::size_t columns,
                     const packed_rows& a, const std::uint32_t* b,
                     std::size_t groups, const tile_sums& acc) {
  using all_rows = std::make_index_sequence<tile_rows>;
  static constexpr auto narrow = tiles_of<1>(all_rows());
  static constexpr auto wide = tiles_of<2>(all_rows());
  (columns <= lanes ? narrow : wide)[rows - 1](a, b, groups, acc);
}

#endif

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_DOT_TILE_INL
