// Values of the pruning unit on plain memory: no SystemC, no time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

/// Adds a head's class-token attention, `n` unnormalised weights u8 at `x`, to
/// the importance of the tokens: importance[j] += x[j] * floor(2^24 / sum),
/// modulo 2^32. A sum of 0, which the tables of the document exclude, counts
/// as 1. docs/arithmetic.md section 7.
void add_importance(const std::uint8_t* x, std::size_t n,
                    std::uint32_t* importance);

/// The tokens that survive, in ascending order: token 0 and, of the tokens
/// 1..tokens-1, the `keep` with the largest importance, ties going to the
/// lower index; all if there are no more. Requires 1 <= tokens <= 65536.
/// Section 7.
std::vector<std::uint16_t> select_tokens(const std::uint32_t* importance,
                                         std::size_t tokens, std::size_t keep);

/// Whether some of `n` values i8 at `x` is above `threshold`. Section 8.
bool is_live(const std::uint8_t* x, std::size_t n, std::int8_t threshold);

}  // namespace vitvp::models
