// The reference: a whole network, written from docs/arithmetic.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vit/macs.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::vit {

/// What the network decided in one block.
struct block_decisions {
  /// Tokens that survived this block's selection, as indices into the tokens
  /// that entered the block, ascending, 0 first. All of them where the policy
  /// drops none.
  std::vector<std::uint16_t> survivors;
  /// Hidden channels that were multiplied in the second feed-forward product,
  /// ascending. All of them where FFN2 pruning is off.
  std::vector<std::uint16_t> live_channels;
};

/// The result for one image.
struct inference {
  std::vector<std::int16_t> logits;  ///< one per class
  std::uint32_t predicted = 0;       ///< class, the lowest on ties
  /// Tokens left after each block's selection.
  std::vector<std::uint32_t> tokens_per_block;
  /// Hidden channels multiplied in each block's second product.
  std::vector<std::uint32_t> live_ffn2_channels_per_block;
  std::vector<block_decisions> decisions;  ///< one per block
  mac_counts executed;                     ///< macs, by kind
  std::uint64_t executed_macs = 0;         ///< executed.total()
};

/// An intermediate tensor that an observer sees, row-major without padding,
/// valid during the call only.
///
/// | name | rows, columns | bytes per element |
/// |---|---|---|
/// | `embed` | N, D: X after the positions | 2, i16 |
/// | `blocks.B.norm1` | n, D | 1, i8 |
/// | `blocks.B.qkv` | n, 3D | 1, i8 |
/// | `blocks.B.scores.H` | n, n | 1, i8 |
/// | `blocks.B.softmax.H` | n, n: exponents | 1, u8 |
/// | `blocks.B.context` | n, D: all tokens | 1, i8 |
/// | `blocks.B.survivors` | 1, n': only where tokens are ranked | 2, u16 |
/// | `blocks.B.projection` | n', D: X after the addition | 2, i16 |
/// | `blocks.B.norm2` | n', D | 1, i8 |
/// | `blocks.B.ffn1` | n', F: after ReLU | 1, i8 |
/// | `blocks.B.live` | 1, live: only with FFN2 pruning | 2, u16 |
/// | `blocks.B.ffn2` | n', D: X after the addition | 2, i16 |
/// | `norm` | 1, D: the class token | 1, i8 |
/// | `logits` | 1, C | 2, i16 |
///
/// n tokens enter the block, n' survive its selection. They are reported in
/// this order, scores and softmax head by head.
struct observed_tensor {
  const std::string& name;
  std::size_t rows;
  std::size_t columns;
  std::size_t element_bytes;
  bool is_signed;
  const void* data;  ///< rows * columns elements; not null unless empty
};

using tensor_observer = std::function<void(const observed_tensor&)>;

/// Classifies one image of model.size.image_bytes() pixels, exactly as
/// docs/arithmetic.md says. `policy` replaces the package's own pruning and
/// must be valid for its depth, else std::invalid_argument. `model` must be
/// valid (check_package()). `observe`, if any, is called with every
/// intermediate tensor.
inference classify(const package& model, const pruning_policy& policy,
                   const std::uint8_t* image,
                   const tensor_observer& observe = nullptr);

}  // namespace vitvp::vit
