#include "bench/product_peak.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/product_peak.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::bench::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR

std::uint64_t multiply_all(std::uint64_t rounds, std::int32_t* sink) {
  std::uint32_t sum = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) sum += sum * 3U + 1U;
  *sink = static_cast<std::int32_t>(sum);
  return rounds;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using sums = hn::ScalableTag<std::int32_t>;
using terms = hn::Repartition<std::int16_t, sums>;

/// Twelve sums hide the latency of an operation. Each sum is an operand of its
/// next product, so that no product is another's and none is known beforehand.
std::uint64_t multiply_all(std::uint64_t rounds, std::int32_t* sink) {
  constexpr sums d32;
  constexpr terms d16;
  constexpr std::size_t count = 12;
  hn::Vec<sums> even[count];
  hn::Vec<sums> odd[count];
  for (std::size_t i = 0; i < count; ++i) {
    even[i] = odd[i] = hn::Iota(d32, static_cast<std::int32_t>(i));
  }
  const auto b = hn::Iota(d16, 3);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      even[i] = hn::ReorderWidenMulAccumulate(d32, hn::BitCast(d16, even[i]), b,
                                              even[i], odd[i]);
    }
  }
  auto sum = hn::Zero(d32);
  for (std::size_t i = 0; i < count; ++i) {
    sum = hn::Add(sum, hn::RearrangeToOddPlusEven(even[i], odd[i]));
  }
  *sink = hn::GetLane(sum);  // vectors have no part that is left out
  return rounds * count * hn::Lanes(d16);
}

#endif

}  // namespace
}  // namespace vitvp::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::bench {

HWY_EXPORT(multiply_all);

std::uint64_t multiply_in_registers(std::uint64_t rounds, std::int32_t* sink) {
  return HWY_DYNAMIC_DISPATCH(multiply_all)(rounds, sink);
}

}  // namespace vitvp::bench

#endif  // HWY_ONCE
