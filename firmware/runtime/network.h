/* The network as the model image describes it. */
#ifndef VITVP_NETWORK_H
#define VITVP_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/runtime/machine.h"
#include "firmware/runtime/model_image.h"

#define NETWORK_MOST_BLOCKS 256u

struct network {
  struct vit_image image;
  uint32_t keep_ppm[NETWORK_MOST_BLOCKS];
  uint32_t head_width;
  uint32_t grid_width; /* patches in a row of patches */
  uint32_t patches;
  uint32_t patch_terms;
};

/* Reads and checks the model image. Returns null, or what is wrong with it:
 * no image, another version, sizes that contradict each other or that an
 * engine of `machine` cannot take. */
const char* network_load(struct network* network,
                         const struct machine* machine);
/* Reads the description of a block. */
void network_block(const struct network* network, uint32_t block,
                   struct vit_block* to);
/* Tokens left of `tokens` after a selection; docs/arithmetic.md section 7. */
uint32_t network_kept_tokens(uint32_t tokens, uint32_t keep_ppm);

#endif
