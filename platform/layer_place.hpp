// Which tensor of the reference the result of a tagged command belongs to.
#pragma once

#include <cstdint>
#include <string>

#include "vit/package.hpp"

namespace vitvp::platform {

/// The tensor of vit/reference.hpp that a tag stands for, and the column at
/// which the part named by the tag starts (queries, keys and values share one
/// tensor).
struct layer_place {
  std::string name;  ///< empty: the reference has nothing to compare
  std::uint32_t first_column = 0;
};

/// The place of a tag (firmware/runtime/layer_tag.h) in a network of `size`.
layer_place place_of(std::uint32_t tag, const vit::geometry& size);

/// What a tag stands for, by kind, for every kind: "blocks.3.ffn2",
/// "blocks.0.scores.2", "patch"; empty for a command without a layer.
std::string layer_name(std::uint32_t tag);

}  // namespace vitvp::platform
