#include "vit/macs.hpp"

namespace vitvp::vit {

mac_counts count_executed_macs(
    const geometry& size, const std::vector<std::uint32_t>& tokens_per_block,
    const std::vector<std::uint32_t>& live_channels_per_block) {
  const std::uint64_t d = size.width;
  const std::uint64_t f = size.hidden;
  mac_counts counts;
  counts.patch = std::uint64_t{size.patches()} * size.patch_terms() * d;
  std::uint64_t entering = size.tokens();
  for (std::uint32_t b = 0; b < size.depth; ++b) {
    const std::uint64_t left = tokens_per_block.at(b);
    counts.qkv += entering * 3 * d * d;
    counts.scores += entering * entering * d;
    counts.context += entering * entering * d;
    counts.projection += left * d * d;
    counts.ffn1 += left * d * f;
    counts.ffn2 += left * live_channels_per_block.at(b) * d;
    entering = left;
  }
  counts.head = d * size.classes;
  return counts;
}

mac_counts count_dense_macs(const geometry& size) {
  return count_executed_macs(
      size, std::vector<std::uint32_t>(size.depth, size.tokens()),
      std::vector<std::uint32_t>(size.depth, size.hidden));
}

std::uint64_t dense_macs(const geometry& size) {
  return count_dense_macs(size).total();
}

std::uint64_t executed_macs(
    const geometry& size, const std::vector<std::uint32_t>& tokens_per_block,
    const std::vector<std::uint32_t>& live_channels_per_block) {
  return count_executed_macs(size, tokens_per_block, live_channels_per_block)
      .total();
}

}  // namespace vitvp::vit
