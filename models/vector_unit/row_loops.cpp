#include "models/vector_unit/row_loops.hpp"

#include <algorithm>
#include <cstring>

#include "models/vector_unit/kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector_unit/row_loops.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

moments moments_loop(const std::int16_t* x, std::size_t n) {
  std::int32_t sum = 0;
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += x[i];
    const auto square = static_cast<std::uint32_t>(x[i] * x[i]);
    squares += square;
  }
  return {sum, squares};
}

/// x >> s, of which AVX2 has only the logical one.
std::int64_t shift_right(std::int64_t x, std::uint64_t s) {
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  return static_cast<std::int64_t>(
      ((static_cast<std::uint64_t>(x) + top) >> s) - (top >> s));
}

void normalise(const normaliser& by, const std::int16_t* x, std::size_t n,
               const channel_records& records, std::int8_t* z) {
  const std::int64_t half = std::int64_t{1} << (by.shift - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t centred = by.width * x[i] - by.sum;
    const std::int64_t t =
        shift_right(std::int64_t{centred} * by.factor + half, by.shift);
    const std::int64_t y = shift_right(
        t * records.multiplier[i] + records.bias[i], records.shift[i]);
    z[i] = static_cast<std::int8_t>(
        std::min<std::int64_t>(std::max<std::int64_t>(y, -128), 127));
  }
}

void add_loop(const std::uint8_t* x, const std::uint8_t* y, std::size_t n,
              std::uint8_t* z) {
  for (std::size_t i = 0; i < n; ++i) {
    std::int16_t a = 0;
    std::int16_t b = 0;
    std::memcpy(&a, x + 2 * i, sizeof a);
    std::memcpy(&b, y + 2 * i, sizeof b);
    const int sum = std::min(std::max(a + b, -32768), 32767);
    const auto value = static_cast<std::int16_t>(sum);
    std::memcpy(z + 2 * i, &value, sizeof value);
  }
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(moments_loop);
HWY_EXPORT(normalise);
HWY_EXPORT(add_loop);

moments moments_of(const std::int16_t* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(moments_loop)(x, n);
}

void normalise_row(const normaliser& by, const std::int16_t* x, std::size_t n,
                   const channel_records& records, std::int8_t* z) {
  HWY_DYNAMIC_DISPATCH(normalise)(by, x, n, records, z);
}

void add_row(const std::uint8_t* x, const std::uint8_t* y, std::size_t n,
             std::uint8_t* z) {
  HWY_DYNAMIC_DISPATCH(add_loop)(x, y, n, z);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
