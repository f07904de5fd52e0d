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

/// Twelve sums hide the latency of an operation; the operands change, so that
/// nothing can be taken out of the loop.
std::uint64_t multiply_all(std::uint64_t rounds, std::int32_t* sink) {
  constexpr sums d32;
  constexpr terms d16;
  constexpr std::size_t count = 12;
  hn::Vec<sums> even[count];
  hn::Vec<sums> odd[count];
  for (std::size_t i = 0; i < count; ++i) even[i] = odd[i] = hn::Zero(d32);
  auto a = hn::Iota(d16, 1);
  const auto b = hn::Iota(d16, 3);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      even[i] = hn::ReorderWidenMulAccumulate(d32, a, b, even[i], odd[i]);
    }
    a = hn::Xor(a, b);
  }
  auto sum = hn::Zero(d32);
  for (std::size_t i = 0; i < count; ++i) {
    sum = hn::Add(sum, hn::RearrangeToOddPlusEven(even[i], odd[i]));
  }
  *sink = hn::GetLane(hn::SumOfLanes(d32, sum));
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
