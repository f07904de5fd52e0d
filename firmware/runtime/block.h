/* A transformer block: its sizes and the plans of its stages. */
#ifndef VITVP_BLOCK_H
#define VITVP_BLOCK_H

#include "firmware/runtime/core.h"

/* A block on its way. */
struct block_run {
  struct core* core;
  struct block_run* next; /* the block behind it, null behind the last */
  uint32_t number;
  struct vit_block block;
  uint32_t entering;   /* tokens before the selection */
  uint32_t tokens;     /* and after it */
  uint32_t live;       /* channels that FFN2 used */
  uint32_t more_slots; /* weight slots at the top of SRAM */
  struct attention_plan attention;
  struct projection_plan projection;
  struct ffn1_plan ffn1;
  struct ffn2_plan ffn2_all; /* if all channels are live */
  struct ffn2_plan ffn2;     /* for those that are */
  struct matrix context;     /* from attention to projection */
  struct matrix hidden;      /* from FFN1 to FFN2 */
};

/* Reads block `number`, into which `entering` tokens go, and plans it; the
 * plans of `like`, if any, are taken over where the sizes are the same. */
void block_prepare(struct block_run* run, struct core* core, uint32_t number,
                   uint32_t entering, const struct block_run* like);
/* The same for the block behind, and fetches its parameters; behind the last
 * block those of the last LayerNorm. */
void block_prepare_next(struct block_run* run);
/* Fetches what the attention of a block needs; the attention of the block
 * before is done. */
void block_fetch_parameters(struct block_run* run);

static inline bool block_selects(const struct block_run* run) {
  return run->block.keep_ppm < VIT_KEEP_ALL;
}

#endif
