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

std::string layer_name(std::uint32_t tag) {
  struct kind_name {
    const char* name;
    enum { once, in_block, in_head } where;
  };
  static constexpr kind_name names[LAYER_KIND_COUNT] = {
      {"", kind_name::once},
      {"patch", kind_name::once},
      {"embed", kind_name::once},
      {"norm1", kind_name::in_block},
      {"query", kind_name::in_block},
      {"key", kind_name::in_block},
      {"value", kind_name::in_block},
      {"scores", kind_name::in_head},
      {"softmax", kind_name::in_head},
      {"context", kind_name::in_head},
      {"importance", kind_name::in_head},
      {"select", kind_name::in_block},
      {"projection", kind_name::in_block},
      {"residual1", kind_name::in_block},
      {"norm2", kind_name::in_block},
      {"ffn1", kind_name::in_block},
      {"scan", kind_name::in_block},
      {"ffn2", kind_name::in_block},
      {"residual2", kind_name::in_block},
      {"norm", kind_name::once},
      {"head", kind_name::once}};
  const std::uint32_t kind = layer_tag_kind(tag);
  if (kind >= LAYER_KIND_COUNT) return "";
  const kind_name& name = names[kind];
  if (name.where == kind_name::once) return name.name;
  std::string text =
      "blocks." + std::to_string(layer_tag_block(tag)) + "." + name.name;
  if (name.where == kind_name::in_head) {
    text += "." + std::to_string(layer_tag_head(tag));
  }
  return text;
}

}  // namespace vitvp::platform
