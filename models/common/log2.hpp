// Powers of two as shifts.
#pragma once

#include <cstdint>

namespace vitvp::models {

/// Binary logarithm of a power of two.
constexpr unsigned log2_of(std::uint64_t power_of_two) {
  return static_cast<unsigned>(__builtin_ctzll(power_of_two));
}

}  // namespace vitvp::models
