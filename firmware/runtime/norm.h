/* LayerNorm of the residual stream, tile by tile, as a row source: the product
 * that reads its result starts while later rows are still normalised. */
#ifndef VITVP_NORM_H
#define VITVP_NORM_H

#include "firmware/runtime/core.h"
#include "firmware/runtime/gemm.h"

#define NORM_INPUTS 3u

struct norm {
  struct core* core;
  struct matrix x;
  struct matrix y;
  uint32_t rows;
  uint32_t tile_rows;
  uint32_t inputs[NORM_INPUTS]; /* tiles of X, unless it is resident */
  uint32_t loaded[NORM_INPUTS]; /* tickets of the DMA */
  uint32_t outputs[2];          /* tiles of Y, unless it is resident */
  uint32_t stored[2];           /* tickets of the DMA */
  uint32_t done[NORM_INPUTS];   /* tickets of the vector unit */
  uint32_t next_load;           /* numbers of tiles */
  uint32_t next_tile;
  uint32_t ready; /* tiles that are known to be done */
  enum parameter_id parameter;
  uint32_t epsilon_lo;
  uint32_t epsilon_hi;
  uint32_t tag;
};

/* What a LayerNorm needs to know beside its buffers. */
struct norm_request {
  struct matrix x;
  uint32_t tokens;
  uint32_t tile_rows;
  bool resident; /* the result stays in SRAM */
  enum parameter_id parameter;
  const struct vit_norm* norm;
  uint32_t tag;
};

/* Takes the result from SRAM if it is to be resident; the rest of the buffers
 * with norm_start(), so that they can be released before. */
void norm_init(struct norm* norm, struct core* core,
               const struct norm_request* request);
void norm_start(struct norm* norm);
/* The source for gemm_run(). */
struct row_source norm_source(struct norm* norm);
/* Normalises all rows that are left; on return the result is complete and no
 * engine uses the buffers of norm_start() any more. */
void norm_finish(struct norm* norm);

#endif
