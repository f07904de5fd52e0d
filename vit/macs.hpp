// Counting the multiply-accumulates of a network.
#pragma once

#include <cstdint>
#include <vector>

#include "vit/geometry.hpp"

namespace vitvp::vit {

/// Multiply-accumulates by kind of matrix product, over all blocks;
/// docs/arithmetic.md section 10.
struct mac_counts {
  std::uint64_t patch = 0;
  std::uint64_t qkv = 0;
  std::uint64_t scores = 0;
  std::uint64_t context = 0;
  std::uint64_t projection = 0;
  std::uint64_t ffn1 = 0;
  std::uint64_t ffn2 = 0;
  std::uint64_t head = 0;

  std::uint64_t total() const {
    return patch + qkv + scores + context + projection + ffn1 + ffn2 + head;
  }
};

/// Products of one image without any pruning.
mac_counts count_dense_macs(const geometry& size);

/// Products of one image in which `tokens_per_block[b]` tokens were left after
/// block b's selection and `live_channels_per_block[b]` hidden channels were
/// multiplied in its second feed-forward product. Both hold size.depth entries.
mac_counts count_executed_macs(
    const geometry& size, const std::vector<std::uint32_t>& tokens_per_block,
    const std::vector<std::uint32_t>& live_channels_per_block);

/// Total of count_dense_macs().
std::uint64_t dense_macs(const geometry& size);

/// Total of count_executed_macs().
std::uint64_t executed_macs(
    const geometry& size, const std::vector<std::uint32_t>& tokens_per_block,
    const std::vector<std::uint32_t>& live_channels_per_block);

}  // namespace vitvp::vit
