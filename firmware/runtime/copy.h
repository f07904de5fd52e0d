/* Rows on their way into SRAM, as a row source: the product that reads them
 * starts while later rows are still copied. */
#ifndef VITVP_COPY_H
#define VITVP_COPY_H

#include "firmware/runtime/core.h"
#include "firmware/runtime/gemm.h"

/* Tiles that are copied ahead of the one that is waited for. */
#define COPY_AHEAD 2u

struct copy {
  struct core* core;
  /* Copies rows [row, row + rows), and returns the last ticket of the DMA. */
  uint32_t (*copy_rows)(const void* context, uint32_t row, uint32_t rows);
  const void* context;
  uint32_t rows;
  uint32_t tile_rows;
  uint32_t issued;                  /* tiles */
  uint32_t ready;                   /* tiles that are known to be there */
  uint32_t tickets[COPY_AHEAD + 1]; /* of the DMA, by tile */
};

/* Starts the first tile; the members down to tile_rows are set. */
void copy_start(struct copy* copy);
struct row_source copy_source(struct copy* copy);

#endif
