// What the host could multiply if operands never came from memory.
#pragma once

#include <cstdint>

namespace vitvp::bench {

/// Products of pairs of i16 added into i32 (pmaddwd), on registers alone, on
/// the best vectors of the host: does `rounds` of them and returns how many
/// multiply-accumulates that were. The sums go to `sink`.
std::uint64_t multiply_in_registers(std::uint64_t rounds, std::int32_t* sink);

}  // namespace vitvp::bench
