// A second reading of docs/arithmetic.md that shares no code and no structure
// with the reference: one element at a time, 128-bit integers, floor division
// instead of shifts, ranks by counting.
#pragma once

#include <cstdint>
#include <vector>

#include "vit/package.hpp"

namespace vitvp::vit::test {

struct naive_result {
  std::vector<int> logits;
  int predicted = 0;
  std::vector<std::vector<int>> survivors;      ///< per block
  std::vector<std::vector<int>> live_channels;  ///< per block
  std::uint64_t macs = 0;                       ///< counted one by one
};

/// The network on one image, pruned as `policy` says.
naive_result naive_classify(const package& model, const pruning_policy& policy,
                            const std::uint8_t* image);

}  // namespace vitvp::vit::test
