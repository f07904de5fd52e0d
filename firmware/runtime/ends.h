/* What comes before the first block and behind the last one. */
#ifndef VITVP_ENDS_H
#define VITVP_ENDS_H

#include "firmware/runtime/block.h"
#include "firmware/runtime/core.h"

/* Patches times weights plus positions: the residual stream of image
 * `number`. The weights are announced before. Prepares and announces the first
 * block. */
void embed_push_weights(struct core* core, const struct embed_plan* plan);
void embed_run(struct core* core, const struct embed_plan* plan,
               uint32_t number, struct block_run* first);

/* The last LayerNorm and the classes of image `number`, of which `tokens`
 * tokens are left: logits go to its result. Returns the class. */
void head_push_weights(struct core* core);
uint32_t head_run(struct core* core, uint32_t number, uint32_t tokens);

#endif
