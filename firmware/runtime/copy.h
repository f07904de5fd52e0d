/* Rows on their way into SRAM, as a row source: the product that reads them
 * starts while later rows are still copied. */
#ifndef VITVP_COPY_H
#define VITVP_COPY_H

#include "firmware/runtime/core.h"
#include "firmware/runtime/gemm.h"

#define COPY_AHEAD 2u

struct copy {
  struct core* core;
  struct matrix from;
  struct matrix to;
  uint32_t list; /* u16 list of the rows; 0: all */
  uint32_t rows;
  uint32_t bytes; /* of a row */
  uint32_t tile_rows;
  uint32_t issued;                  /* tiles */
  uint32_t ready;                   /* tiles that are known to be there */
  uint32_t tickets[COPY_AHEAD + 1]; /* of the DMA, by tile */
  uint32_t tag;
};

/* Starts the first tiles; the members down to tile_rows, and tag, are set. */
void copy_start(struct copy* copy);
struct row_source copy_source(struct copy* copy);

#endif
