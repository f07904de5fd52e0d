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

std::int16_t value_at(const std::uint8_t* x, std::size_t i) {
  std::int16_t value = 0;
  std::memcpy(&value, x + 2 * i, sizeof value);
  return value;
}

moments moments_loop(const std::uint8_t* x, std::size_t n) {
  std::int32_t sum = 0;
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t value = value_at(x, i);
    sum += value;
    squares += static_cast<std::uint32_t>(value * value);
  }
  return {sum, squares};
}

#if HWY_TARGET == HWY_SCALAR

void normalise(const normaliser& by, const std::uint8_t* x, std::size_t n,
               const channel_records& records, std::uint8_t* z) {
  const std::int64_t half = std::int64_t{1} << (by.shift - 1);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t centred = by.width * value_at(x, i) - by.sum;
    const std::int64_t t =
        (std::int64_t{centred} * by.factor + half) >> by.shift;
    const std::int64_t y =
        (t * records.multiplier[i] + records.bias[i % 2][i / 2]) >>
        records.shift[i % 2][i / 2];
    z[i] = static_cast<std::uint8_t>(
        std::min<std::int64_t>(std::max<std::int64_t>(y, -128), 127));
  }
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using narrow = hn::CappedTag<std::int32_t, most_lanes>;
using wide = hn::RepartitionToWide<narrow>;
constexpr std::size_t lanes = hn::MaxLanes(narrow());

/// The odd lanes in the place of the even ones.
hn::Vec<narrow> upper(hn::Vec<narrow> v) {
  using unsigned_wide = hn::RebindToUnsigned<wide>;
  return hn::BitCast(narrow(),
                     hn::ShiftRight<32>(hn::BitCast(unsigned_wide(), v)));
}

/// Values of even lanes, or odd ones that were moved there.
hn::Vec<wide> scaled(const normaliser& by, hn::Vec<narrow> centred,
                     hn::Vec<narrow> multiplier, const std::int64_t* bias,
                     const std::int64_t* shift) {
  const auto half = hn::Set(wide(), std::int64_t{1} << (by.shift - 1));
  const auto t = hn::ShiftRightSame(
      hn::Add(hn::MulEven(centred, hn::Set(narrow(), by.factor)), half),
      static_cast<int>(by.shift));
  const auto y =
      hn::Shr(hn::Add(hn::MulEven(hn::BitCast(narrow(), t), multiplier),
                      hn::LoadU(wide(), bias)),
              hn::LoadU(wide(), shift));
  return hn::Min(hn::Max(y, hn::Set(wide(), -128)), hn::Set(wide(), 127));
}

/// `lanes` values from channel i on.
void normalise_some(const normaliser& by, const std::uint8_t* x,
                    const channel_records& records, std::size_t i,
                    std::uint8_t* z) {
  constexpr hn::Rebind<std::int16_t, narrow> d16;
  constexpr hn::Rebind<std::int8_t, narrow> d8;
  const auto value = hn::PromoteTo(
      narrow(), hn::LoadU(d16, reinterpret_cast<const std::int16_t*>(x)));
  const auto centred = hn::Sub(hn::Mul(value, hn::Set(narrow(), by.width)),
                               hn::Set(narrow(), by.sum));
  const auto multiplier = hn::LoadU(narrow(), records.multiplier + i);
  const auto even = scaled(by, centred, multiplier, records.bias[0] + i / 2,
                           records.shift[0] + i / 2);
  const auto odd = scaled(by, upper(centred), upper(multiplier),
                          records.bias[1] + i / 2, records.shift[1] + i / 2);
  const auto both = hn::OddEven(hn::BitCast(narrow(), hn::ShiftLeft<32>(odd)),
                                hn::BitCast(narrow(), even));
  hn::StoreU(hn::DemoteTo(d8, both), d8, reinterpret_cast<std::int8_t*>(z));
}

void normalise(const normaliser& by, const std::uint8_t* x, std::size_t n,
               const channel_records& records, std::uint8_t* z) {
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    normalise_some(by, x + 2 * i, records, i, z + i);
  }
  if (i == n) return;
  std::uint8_t last_x[2 * lanes] = {};
  std::uint8_t last_z[lanes];
  std::memcpy(last_x, x + 2 * i, 2 * (n - i));
  normalise_some(by, last_x, records, i, last_z);
  std::memcpy(z + i, last_z, n - i);
}

#endif

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

moments moments_of(const std::uint8_t* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(moments_loop)(x, n);
}

void normalise_row(const normaliser& by, const std::uint8_t* x, std::size_t n,
                   const channel_records& records, std::uint8_t* z) {
  HWY_DYNAMIC_DISPATCH(normalise)(by, x, n, records, z);
}

void add_row(const std::uint8_t* x, const std::uint8_t* y, std::size_t n,
             std::uint8_t* z) {
  HWY_DYNAMIC_DISPATCH(add_loop)(x, y, n, z);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
