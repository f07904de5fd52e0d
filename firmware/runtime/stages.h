/* The stages of a transformer block, in the order in which they run. */
#ifndef VITVP_STAGES_H
#define VITVP_STAGES_H

#include "firmware/runtime/block.h"

/* norm1, QKV, scores, softmax, context, importance. */
void attention_run(struct block_run* run);
/* Reduces context and residual stream to the survivors. */
void selection_run(struct block_run* run);
/* Projection, added to the residual stream. */
void projection_run(struct block_run* run);
/* norm2, FFN1, search for live channels; prepares the next block while the last
 * products run. */
void ffn1_run(struct block_run* run);
/* FFN2 over the live channels, added to the residual stream. */
void ffn2_run(struct block_run* run);

/* Jobs for the weights of the stages. */
void attention_push_weights(const struct block_run* run);
void projection_push_weights(const struct block_run* run);
void ffn1_push_weights(const struct block_run* run);
void ffn2_push_weights(const struct block_run* run);

#endif
