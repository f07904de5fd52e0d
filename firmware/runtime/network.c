#include "firmware/runtime/network.h"

#include <stddef.h>

#include "firmware/hal/bus_access.h"

#define BLOCK_BYTES ((uint32_t)sizeof(struct vit_block))
_Static_assert(offsetof(struct vit_block, keep_ppm) == 0, "read by offset 0");

static bool sizes_agree(const struct vit_image* image) {
  if (image->patch == 0 || image->heads == 0) return false;
  if (image->image_height == 0 || image->image_height % image->patch != 0) {
    return false;
  }
  if (image->image_width == 0 || image->image_width % image->patch != 0) {
    return false;
  }
  const uint32_t patches = (image->image_height / image->patch) *
                           (image->image_width / image->patch);
  return image->image_channels != 0 && image->width != 0 &&
         image->width % image->heads == 0 && image->depth != 0 &&
         image->hidden != 0 && image->classes != 0 &&
         image->tokens == patches + 1 && image->head.columns == image->classes;
}

/* Sizes that fields of registers, tags and lists hold. */
static bool sizes_in_range(const struct vit_image* image) {
  return image->image_width <= 65535 && image->tokens <= 65535 &&
         image->hidden <= 65535 && image->classes <= 65535 &&
         image->depth <= NETWORK_MOST_BLOCKS && image->heads <= 256 &&
         image->width <= 16384;
}

static const char* check_engines(const struct network* network,
                                 const struct machine* machine) {
  const struct vit_image* image = &network->image;
  if (image->width > machine->max_terms) {
    return "the width exceeds MAX_TERMS of the row engine";
  }
  if (image->tokens > machine->max_terms) {
    return "the tokens exceed MAX_TERMS of the row engine";
  }
  if (image->width > machine->max_columns) {
    return "the width exceeds MAX_COLUMNS of the vector unit";
  }
  if (image->tokens > machine->max_columns) {
    return "the tokens exceed MAX_COLUMNS of the vector unit";
  }
  bool ranks = image->ffn2_pruning != 0;
  for (uint32_t b = 0; b < image->depth; ++b) {
    ranks = ranks || network->keep_ppm[b] < VIT_KEEP_ALL;
  }
  if (ranks && image->tokens > machine->max_tokens) {
    return "the tokens exceed MAX_TOKENS of the pruning unit";
  }
  return 0;
}

const char* network_load(struct network* network,
                         const struct machine* machine) {
  struct vit_image* image = &network->image;
  if (machine->model_address == 0) return "no model image is loaded";
  bus_read_words(machine->model_address, image, sizeof *image);
  if (image->magic != VIT_IMAGE_MAGIC) return "there is no model image";
  if (image->version != VIT_IMAGE_VERSION) {
    return "the model image has a version that this firmware does not know";
  }
  if (!sizes_agree(image)) return "sizes of the model image disagree";
  if (!sizes_in_range(image)) return "a size of the model image is too large";
  for (uint32_t b = 0; b < image->depth; ++b) {
    network->keep_ppm[b] = bus_read32(image->blocks + b * BLOCK_BYTES);
  }
  network->head_width = image->width / image->heads;
  network->grid_width = image->image_width / image->patch;
  network->patches = image->tokens - 1;
  network->patch_terms = image->patch * image->patch * image->image_channels;
  return check_engines(network, machine);
}

void network_block(const struct network* network, uint32_t block,
                   struct vit_block* to) {
  bus_read_words(network->image.blocks + block * BLOCK_BYTES, to, sizeof *to);
}

uint32_t network_kept_tokens(uint32_t tokens, uint32_t keep_ppm) {
  if (keep_ppm >= VIT_KEEP_ALL) return tokens;
  const uint64_t scaled = (uint64_t)(tokens - 1) * keep_ppm + VIT_KEEP_ALL - 1;
  return 1 + (uint32_t)(scaled / VIT_KEEP_ALL);
}
