/* Weights on their way from DRAM: a ring of slots that the DMA fills ahead of
 * the row engine, across the borders of products, blocks and images.
 *
 * Products are announced as jobs, in the order in which they will run. The
 * pump, which runs whenever the firmware waits for anything, fetches the next
 * tile as soon as a slot is free. A tile is the weights of some columns and
 * terms, columns contiguous, and with the last terms the columns' records.
 */
#ifndef VITVP_WEIGHTS_H
#define VITVP_WEIGHTS_H

#include "firmware/runtime/engines.h"
#include "firmware/runtime/model_image.h"
#include "firmware/runtime/tiling.h"

#define WEIGHTS_MOST_SLOTS 6u
#define WEIGHTS_MOST_JOBS 8u

/* Tiles of `groups` times `parts` products of equal shape; product (g, p)
 * starts at column g*group_columns + p*part_columns of the matrix. */
struct weight_job {
  struct vit_linear linear;
  uint32_t groups;
  uint32_t group_columns;
  uint32_t parts;
  uint32_t part_columns;
  struct tiling tiling; /* of one of them */
  uint32_t list;        /* u16 row numbers of the terms in SRAM; 0: all rows */
  uint32_t tag;
};

struct weight_slot {
  uint32_t weights;
  uint32_t records; /* behind the weights of the tile that is there */
  uint32_t loaded;  /* ticket of the DMA */
  uint32_t used;    /* ticket of the row engine: free when done */
};

struct weights {
  struct engines* engines;
  struct weight_slot slots[WEIGHTS_MOST_SLOTS];
  uint32_t slot_count;
  uint32_t slot_weight_bytes; /* of weights in each */
  /* Tile n is in slot order[n % WEIGHTS_MOST_SLOTS], for all n < freed. */
  uint32_t order[WEIGHTS_MOST_SLOTS];
  uint32_t freed;   /* slots given to tiles, modulo 2^32 */
  uint32_t fetched; /* tiles, modulo 2^32 */
  uint32_t taken;
  uint32_t given;
  bool held; /* one tile ahead is enough for now */
  struct weight_job jobs[WEIGHTS_MOST_JOBS];
  uint32_t pushed; /* jobs */
  uint32_t begun;  /* index of the one that is fetched */
  uint32_t group;
  uint32_t part;
  struct step step;
};

/* Slots of `weight_bytes` and `columns` records each, one after the other from
 * `base` on; the pump becomes the engines' background. */
void weights_init(struct weights* weights, struct engines* engines,
                  uint32_t base, uint32_t count, uint32_t weight_bytes,
                  uint32_t columns);
/* One slot more, at `base`, which is free. At most WEIGHTS_MOST_SLOTS. */
void weights_add_slot(struct weights* weights, uint32_t base);
/* Back to the first `count` slots. All announced tiles must be given back. */
void weights_keep_slots(struct weights* weights, uint32_t count);
/* Announces a job. At most WEIGHTS_MOST_JOBS may be unfinished. */
void weights_push(struct weights* weights, const struct weight_job* job);
/* The next tile, in the order of the jobs; waits until it is there. */
const struct weight_slot* weights_take(struct weights* weights);
/* The same, but null if it is not there yet. */
const struct weight_slot* weights_try(struct weights* weights);
/* Holds the fetching back to one tile ahead, or lets it go on: at the end of a
 * stage, transfers that the next one waits for must not queue up behind
 * weights. gemm_run() lets go. */
void weights_hold(struct weights* weights, bool held);
/* Gives the first tile back that was not given back yet; its slot is free when
 * the row engine reaches `ticket`. */
void weights_give(struct weights* weights, uint32_t ticket);

#endif
