#include "models/row_engine/widen.hpp"

#include "models/row_engine/dot_tile.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/row_engine/widen.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

void widen_u8(const std::uint8_t* from, std::size_t n, std::int16_t* to) {
  for (std::size_t i = 0; i < n; ++i) to[i] = std::int16_t{from[i]};
}

void widen_i8(const std::uint8_t* from, std::size_t n, std::int16_t* to) {
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = std::int16_t{static_cast<std::int8_t>(from[i])};
  }
}

void interleave_tile(const std::uint8_t* even_term,
                     const std::uint8_t* odd_term, std::int16_t* to) {
  for (std::size_t c = 0; c < tile_columns; ++c) {
    to[2 * c] = std::int16_t{static_cast<std::int8_t>(even_term[c])};
    to[2 * c + 1] = std::int16_t{static_cast<std::int8_t>(odd_term[c])};
  }
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(widen_u8);
HWY_EXPORT(widen_i8);
HWY_EXPORT(interleave_tile);

void widen(const std::uint8_t* from, std::size_t n, bool is_unsigned,
           std::int16_t* to) {
  if (is_unsigned) {
    HWY_DYNAMIC_DISPATCH(widen_u8)(from, n, to);
  } else {
    HWY_DYNAMIC_DISPATCH(widen_i8)(from, n, to);
  }
}

void interleave(const std::uint8_t* even_term, const std::uint8_t* odd_term,
                std::int16_t* to) {
  HWY_DYNAMIC_DISPATCH(interleave_tile)(even_term, odd_term, to);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
