// Reductions over rows of bytes that several engines need.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// The largest of `n` values i8 at `x`; -128 if there is none.
std::int8_t largest_i8(const std::uint8_t* x, std::size_t n);

/// Sum of `n` values u8 at `x`, modulo 2^32.
std::uint32_t sum_u8(const std::uint8_t* x, std::size_t n);

}  // namespace vitvp::models
