/* Attention, head by head, as a pipeline of tiles of score rows.
 *
 * In the queue of the row engine, tile i of the scores comes before the context
 * of tile i-1; the vector unit turns tile i into exponents while the row
 * engine computes that context, or Q, K and V of the next head.
 */
#ifndef VITVP_ATTENTION_H
#define VITVP_ATTENTION_H

#include "firmware/runtime/block.h"
#include "firmware/runtime/norm.h"

/* A tile of score rows of one head. */
struct score_tile {
  uint32_t scores; /* buffer: scores, then exponents */
  uint32_t records;
  uint32_t result; /* buffer, unless the context is resident */
  uint32_t head;
  uint32_t row;
  uint32_t rows;
  uint32_t scored;   /* ticket of the row engine */
  uint32_t softened; /* of the vector unit */
  uint32_t ranked;   /* of the pruning unit */
  struct {
    uint32_t head;
    uint32_t row;
    uint32_t rows;
    uint32_t summed; /* ticket of the row engine */
    uint32_t stored; /* of the DMA */
  } sum; /* what the result buffer holds, while the next scores come */
};

struct attention {
  struct block_run* run;
  struct core* core;
  struct norm norm;
  struct row_source source;
  struct operand input; /* y1 */
  struct block_buffers blocks;
  struct tiling tiling; /* of Q, K or V of one head */
  uint32_t query;       /* [n, d] */
  uint32_t key;         /* [d, n]: channels are rows */
  uint32_t value[2];    /* [n, d], by head modulo 2 */
  struct score_tile tiles[2];
};

/* Shape of the weight tiles of Q, K and V. */
struct tiling attention_tiling(const struct block_run* run);
/* Q, K and V of one head. */
void attention_project(struct attention* attention, uint32_t head);

/* The steps of a tile; each waits for what it needs. */
void score_tile_submit(const struct attention* attention,
                       struct score_tile* tile);
void score_tile_soften(const struct attention* attention,
                       struct score_tile* tile);
void score_tile_sum(const struct attention* attention, struct score_tile* tile);
void score_tile_store(const struct attention* attention,
                      struct score_tile* tile);

#endif
