// Bytes of memory to the 16-bit terms that dot_tile takes. Included by
// kernel.cpp in every pass.
#if defined(VITVP_PACK_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITVP_PACK_INL
#undef VITVP_PACK_INL
#else
#define VITVP_PACK_INL
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "models/row_engine/dot_tile-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {

/// to[i] = from[i], `n` bytes that are elements i8 or u8.
template <typename element>
void widen(const std::uint8_t* from, std::size_t n, std::int16_t* to) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  constexpr terms d16;
  constexpr hn::Rebind<element, terms> d8;
  const auto* values = reinterpret_cast<const element*>(from);
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    hn::StoreU(hn::PromoteTo(d16, hn::LoadU(d8, values + i)), d16, to + i);
  }
#endif
  for (; i < n; ++i) to[i] = static_cast<element>(from[i]);
}

/// Two rows of `n` elements, one of each in turn.
template <typename element>
void interleave(const std::uint8_t* first, const std::uint8_t* second,
                std::size_t n, std::int16_t* to) {
#if HWY_TARGET != HWY_SCALAR
  constexpr sums d32;
  constexpr hn::Rebind<element, sums> d8;
  const auto pairs = [&](std::size_t i) {
    const auto load = [&](const std::uint8_t* from) {
      return hn::PromoteTo(
          d32, hn::LoadU(d8, reinterpret_cast<const element*>(from) + i));
    };
    const auto low = hn::And(load(first), hn::Set(d32, 0xffff));
    const auto both = hn::Or(low, hn::ShiftLeft<16>(load(second)));
    hn::StoreU(hn::BitCast(terms(), both), terms(), to + 2 * i);
  };
  if (n >= lanes) {
    for (std::size_t i = 0; i + lanes <= n; i += lanes) pairs(i);
    if (n % lanes != 0) pairs(n - lanes);
    return;
  }
#endif
  for (std::size_t i = 0; i < n; ++i) {
    to[2 * i] = static_cast<element>(first[i]);
    to[2 * i + 1] = static_cast<element>(second[i]);
  }
}

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_PACK_INL
