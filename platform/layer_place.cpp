#include "platform/layer_place.hpp"

#include "firmware/runtime/layer_tag.h"

namespace vitvp::platform {

layer_place place_of(std::uint32_t tag, const vit::geometry& size) {
  const std::string block =
      "blocks." + std::to_string(layer_tag_block(tag)) + ".";
  const std::string head = std::to_string(layer_tag_head(tag));
  switch (layer_tag_kind(tag)) {
    case LAYER_EMBED:
      return {"embed"};
    case LAYER_NORM1:
      return {block + "norm1"};
    case LAYER_QUERY:
      return {block + "qkv"};
    case LAYER_KEY:
      return {block + "qkv", size.width};
    case LAYER_VALUE:
      return {block + "qkv", 2 * size.width};
    case LAYER_SCORES:
      return {block + "scores." + head};
    case LAYER_SOFTMAX:
      return {block + "softmax." + head};
    case LAYER_CONTEXT:
      return {block + "context"};
    case LAYER_SELECT:
      return {block + "survivors"};
    case LAYER_RESIDUAL1:
      return {block + "projection"};
    case LAYER_NORM2:
      return {block + "norm2"};
    case LAYER_FFN1:
      return {block + "ffn1"};
    case LAYER_RESIDUAL2:
      return {block + "ffn2"};
    case LAYER_NORM:
      return {"norm"};
    case LAYER_HEAD:
      return {"logits"};
    default:
      return {};
  }
}

}  // namespace vitvp::platform
