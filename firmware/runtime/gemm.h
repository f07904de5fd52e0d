/* One matrix product of any size: weights stream through the slots of
 * weights.h, A is in SRAM or streams in blocks, C goes where the sink says.
 */
#ifndef VITVP_GEMM_H
#define VITVP_GEMM_H

#include "firmware/runtime/core.h"
#include "firmware/runtime/tiling.h"

/* Two buffers in SRAM for blocks of an A that is not there as a whole. They may
 * serve several products, one after the other. */
struct block_buffers {
  uint32_t address[2];
  uint32_t loaded[2]; /* tickets of the DMA */
  uint32_t used[2];   /* tickets of the row engine */
  uint32_t current;   /* buffer of the step that runs */
};
void block_buffers_take(struct block_buffers* blocks, struct core* core,
                        uint32_t bytes);

/* The operand A, i8. Token-major: row r is `stride` bytes behind row r-1,
 * terms contiguous. Channel-major: the other way round. */
struct operand {
  struct matrix data;
  bool channel_major;
  uint32_t list; /* channel-major: u16 list of the terms; 0: all */
  struct block_buffers* blocks; /* unless data is resident */
  uint32_t buffer_stride;       /* channel-major: between terms in a buffer */
};

/* Who makes A, which is in SRAM as a whole, while the product already runs. */
struct row_source {
  /* Goes on making rows, and returns how many of the first ones are there:
   * `least` at least, for which it waits. */
  uint32_t (*make)(void* context, uint32_t least);
  void* context;
  uint32_t tile_rows; /* that are made at a time */
  bool complete;      /* set by the product once all rows are there */
};

/* A part of C: absolute rows and columns of the product. */
struct result_tile {
  uint32_t row;
  uint32_t rows;
  uint32_t column;
  uint32_t columns;
};

/* Where C goes. */
struct result_sink {
  /* Sets c, its strides, output and relu of the command that will compute the
   * tile; may wait for room. */
  void (*place)(void* context, const struct result_tile* tile,
                struct row_engine_command* command);
  /* The command is submitted; may be null. */
  void (*submitted)(void* context, const struct result_tile* tile,
                    uint32_t ticket);
  /* All rows of the columns are submitted; may be null. */
  void (*column_submitted)(void* context, const struct result_tile* tile,
                           uint32_t ticket);
  /* For a sink that places C where the partial sums of the same rows were:
   * returns when the partial sums of the rows below `end` may be written for
   * the next columns. Null: C is elsewhere. */
  void (*free_sums)(void* context, uint32_t end);
  /* A slice of terms begins that is neither the first nor the last one of its
   * columns: time to fetch what the epilogue needs. May be null. */
  void (*fetch_ahead)(void* context);
  void* context;
};

/* A sink that writes C to a place in SRAM. */
struct direct_result {
  uint32_t address;
  uint32_t row_stride;
  uint32_t column_stride;
  enum row_engine_output output;
  bool relu;
};
struct result_sink direct_sink(struct direct_result* to);

struct gemm {
  const struct tiling* tiling; /* that of the weight job */
  struct operand a;
  struct row_source* source; /* null: A is complete */
  /* Tickets of the DMA by slice of terms, for an A whose terms are still on
   * their way; null: A is complete. */
  const uint32_t* slices;
  struct result_sink sink;
  uint32_t partial; /* i32 sums of a panel; with one slice of terms unused */
  uint32_t tag;
  uint32_t first_column; /* of the product within its layer, for ORIGIN */
};

/* Submits `count` >= 1 products that have the same A, one after the other;
 * waits only for what it needs on the way. As long as A is made, the next tile
 * of weights is multiplied where the first one waits for rows. The next job
 * parts in the weights must be these products'. Returns the last ticket of the
 * row engine. */
uint32_t gemm_run_all(struct core* core, const struct gemm* gemms,
                      uint32_t count);
static inline uint32_t gemm_run(struct core* core, const struct gemm* gemm) {
  return gemm_run_all(core, gemm, 1);
}

#endif
