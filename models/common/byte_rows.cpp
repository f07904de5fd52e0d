#include "models/common/byte_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/common/byte_rows.cpp"
#include "models/common/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {
namespace {

std::int8_t largest(const std::uint8_t* x, std::size_t n) {
  std::int8_t most = -128;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<std::int8_t>(x[i]);
    most = most < value ? value : most;
  }
  return most;
}

std::uint32_t sum(const std::uint8_t* x, std::size_t n) {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < n; ++i) total += x[i];
  return total;
}

}  // namespace
}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace vitvp::models {

HWY_EXPORT(largest);
HWY_EXPORT(sum);

std::int8_t largest_i8(const std::uint8_t* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(largest)(x, n);
}

std::uint32_t sum_u8(const std::uint8_t* x, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(sum)(x, n);
}

}  // namespace vitvp::models

#endif  // HWY_ONCE
