// Bytes of memory to the groups of terms that dot_tile takes. Included by
// kernel.cpp in every pass.
#if defined(VITVP_PACK_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITVP_PACK_INL
#undef VITVP_PACK_INL
#else
#define VITVP_PACK_INL
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/row_engine/dot_tile-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {

enum class operand { a_signed, a_unsigned, b };

/// What is added to i8 terms of A where products take u8.
constexpr std::uint8_t a_offset = VITVP_BYTE_PRODUCTS ? 128 : 0;

/// Flips the sign of bytes to which a_offset is added.
template <operand kind>
constexpr std::uint8_t flip = kind == operand::a_signed ? a_offset : 0;

/// A word with one term, in its place; 0 for all others.
template <operand kind>
std::uint32_t packed(std::uint8_t byte, std::size_t place) {
  if constexpr (group_terms == 4) {
    const auto term = static_cast<std::uint8_t>(byte ^ flip<kind>);
    return std::uint32_t{term} << (8 * place);
  } else {
    const std::int32_t term = kind == operand::a_unsigned
                                  ? std::int32_t{byte}
                                  : static_cast<std::int8_t>(byte);
    return static_cast<std::uint32_t>(static_cast<std::uint16_t>(term))
           << (16 * place);
  }
}

/// `n` terms that are contiguous, to groups of which a last one is filled up
/// with any.
template <operand kind>
void pack_row(const std::uint8_t* from, std::size_t n, std::uint32_t* to) {
  std::size_t i = 0;
#if VITVP_BYTE_PRODUCTS
  constexpr hn::Repartition<std::uint8_t, sums> d8;
  const auto flipped = hn::Set(d8, flip<kind>);
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const auto bytes = hn::Xor(hn::LoadU(d8, from + i), flipped);
    hn::StoreU(bytes, d8, reinterpret_cast<std::uint8_t*>(to) + i);
  }
#elif HWY_TARGET != HWY_SCALAR
  using element = std::conditional_t<kind == operand::a_unsigned, std::uint8_t,
                                     std::int8_t>;
  constexpr hn::Repartition<std::int16_t, sums> d16;
  constexpr hn::Rebind<element, decltype(d16)> d8;
  const auto* values = reinterpret_cast<const element*>(from);
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    hn::StoreU(hn::PromoteTo(d16, hn::LoadU(d8, values + i)), d16,
               reinterpret_cast<std::int16_t*>(to) + i);
  }
#endif
  for (; i < n; i += group_terms) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < group_terms && i + j < n; ++j) {
      word |= packed<kind>(from[i + j], j);
    }
    to[i / group_terms] = word;
  }
}

/// Where the terms of a group are: rows of bytes, one for each.
using group_rows = std::array<const std::uint8_t*, group_terms>;

#if HWY_TARGET != HWY_SCALAR

/// Words i to i + lanes - 1 of pack_columns().
template <operand kind>
HWY_INLINE words words_at(const group_rows& rows, std::size_t i) {
  constexpr sums d32;
#if VITVP_BYTE_PRODUCTS
  const auto load = [&](const std::uint8_t* row) HWY_ATTR {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i));
  };
  __m512i four = _mm512_castsi128_si512(load(rows[0]));
  four = _mm512_inserti32x4(four, load(rows[1]), 1);
  four = _mm512_inserti32x4(four, load(rows[2]), 2);
  four = _mm512_inserti32x4(four, load(rows[3]), 3);
  // Byte j of word c is byte c of row j.
  alignas(64) static constexpr std::uint8_t order[64] = {
      0,  16, 32, 48, 1,  17, 33, 49, 2,  18, 34, 50, 3,  19, 35, 51,
      4,  20, 36, 52, 5,  21, 37, 53, 6,  22, 38, 54, 7,  23, 39, 55,
      8,  24, 40, 56, 9,  25, 41, 57, 10, 26, 42, 58, 11, 27, 43, 59,
      12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};
  const words both{_mm512_permutexvar_epi8(_mm512_load_si512(order), four)};
  constexpr std::uint32_t all = flip<kind> * 0x01010101U;
  return all == 0
             ? both
             : hn::Xor(both,
                       hn::BitCast(d32,
                                   hn::Set(hn::RebindToUnsigned<sums>(), all)));
#else
  using element = std::conditional_t<kind == operand::a_unsigned, std::uint8_t,
                                     std::int8_t>;
  constexpr hn::Rebind<element, sums> d8;
  const auto load = [&](const std::uint8_t* row) HWY_ATTR {
    return hn::PromoteTo(
        d32, hn::LoadU(d8, reinterpret_cast<const element*>(row) + i));
  };
  const auto low = hn::And(load(rows[0]), hn::Set(d32, 0xffff));
  return hn::Or(low, hn::ShiftLeft<16>(load(rows[1])));
#endif
}

#endif

/// A group of each of `n` columns; columns are contiguous in the rows.
template <operand kind>
void pack_columns(const group_rows& rows, std::size_t n, std::uint32_t* to) {
#if HWY_TARGET != HWY_SCALAR
  if (n >= lanes) {
    const auto put = [&](std::size_t i) HWY_ATTR {
      constexpr hn::RebindToUnsigned<sums> d;
      hn::StoreU(hn::BitCast(d, words_at<kind>(rows, i)), d, to + i);
    };
    for (std::size_t i = 0; i + lanes <= n; i += lanes) put(i);
    if (n % lanes != 0) put(n - lanes);
    return;
  }
#endif
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = 0;
    for (std::size_t j = 0; j < group_terms; ++j) {
      to[i] |= packed<kind>(rows[j][i], j);
    }
  }
}

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_PACK_INL
