// What is pruned at run time, and how much.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::vit {

/// Keep ratios are in parts per million of the tokens without the class token.
constexpr std::uint32_t keep_all_ppm = 1000000;

/// Largest FFN2 threshold: with 127 no i8 channel could ever be live.
constexpr std::uint8_t largest_ffn2_threshold = 126;

/// Dynamic pruning of one network. A package brings its own; a scenario may
/// replace it. docs/arithmetic.md sections 7 and 8.
struct pruning_policy {
  /// One per block, 0..1000000; 1000000 prunes no token in that block.
  std::vector<std::uint32_t> keep_ppm;
  /// False: every hidden channel counts as live.
  bool ffn2_enabled = false;
  /// A channel is live if its maximum over the tokens exceeds this; 0..126.
  std::uint8_t ffn2_threshold = 0;

  /// True if block `block` ranks its tokens and drops some.
  bool selects_tokens(std::size_t block) const {
    return keep_ppm.at(block) < keep_all_ppm;
  }
};

inline bool operator==(const pruning_policy& a, const pruning_policy& b) {
  return a.keep_ppm == b.keep_ppm && a.ffn2_enabled == b.ffn2_enabled &&
         (!a.ffn2_enabled || a.ffn2_threshold == b.ffn2_threshold);
}

inline bool operator!=(const pruning_policy& a, const pruning_policy& b) {
  return !(a == b);
}

/// The policy that prunes nothing in a network of `depth` blocks.
inline pruning_policy no_pruning(std::size_t depth) {
  return {std::vector<std::uint32_t>(depth, keep_all_ppm), false, 0};
}

/// True if the policy fits a network of `depth` blocks and is in range.
inline bool is_valid(const pruning_policy& policy, std::size_t depth) {
  for (const std::uint32_t keep : policy.keep_ppm) {
    if (keep > keep_all_ppm) return false;
  }
  return policy.keep_ppm.size() == depth &&
         policy.ffn2_threshold <= largest_ffn2_threshold;
}

/// Tokens left of `n` >= 1, the class token included:
/// `1 + ceil((n-1) * keep_ppm / 1000000)`, exact for keep_ppm <= 1000000.
/// Source: docs/arithmetic.md section 7.
constexpr std::uint32_t kept_tokens(std::uint32_t n, std::uint32_t keep_ppm) {
  const std::uint64_t scaled =
      static_cast<std::uint64_t>(n - 1) * keep_ppm + keep_all_ppm - 1;
  return 1 + static_cast<std::uint32_t>(scaled / keep_all_ppm);
}

}  // namespace vitvp::vit
