/* The epilogue that adds a product to the residual stream: sums (i16) of a
 * tile, plus the same tile of X, back to X; saturating. */
#ifndef VITVP_RESIDUAL_H
#define VITVP_RESIDUAL_H

#include "firmware/runtime/core.h"
#include "firmware/runtime/gemm.h"

struct residual_tile {
  struct result_tile tile;
  uint32_t sums;
  uint32_t sums_stride;
  uint32_t product; /* ticket of the row engine */
  uint32_t loaded;  /* of the DMA */
  uint32_t added;   /* of the vector unit */
};

/* Tile i of the product uses buffer i%3; while the row engine computes it, tile
 * i-1 is added and tile i-2 stored, so that the firmware waits for nothing but
 * the row engine. */
struct residual {
  struct core* core;
  struct matrix addend; /* X, or the positions */
  struct matrix to;     /* X */
  uint32_t first_row;   /* of the product's row 0 in both */
  bool in_place; /* the product leaves sums in place of its partial sums */
  uint32_t sums[RESIDUAL_TILES];   /* unless in place */
  uint32_t inputs[RESIDUAL_TILES]; /* unless both are resident */
  struct residual_tile tiles[RESIDUAL_TILES];
  const struct tiling* tiling;
  uint32_t loaded; /* tiles, by how far they are */
  uint32_t placed;
  uint32_t added;
  uint32_t stored;
  uint32_t tag;
};

/* Takes its buffers for the tiles of a product; `in_place`: its terms are
 * split, so that each tile has partial sums. */
void residual_init(struct residual* residual, struct core* core,
                   const struct matrix* addend, const struct matrix* to,
                   const struct tiling* tiling, bool in_place, uint32_t tag);
struct result_sink residual_sink(struct residual* residual);
/* Returns when X is complete in SRAM, or in the queue of the DMA. */
void residual_finish(struct residual* residual);

#endif
