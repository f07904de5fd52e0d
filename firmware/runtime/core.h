/* What all stages of the runtime share. */
#ifndef VITVP_CORE_H
#define VITVP_CORE_H

#include "firmware/runtime/engines.h"
#include "firmware/runtime/machine.h"
#include "firmware/runtime/network.h"
#include "firmware/runtime/plan.h"
#include "firmware/runtime/sram.h"
#include "firmware/runtime/weights.h"

/* A matrix in memory: `stride` bytes between rows (between channels where
 * those come first). */
struct matrix {
  uint32_t address;
  uint32_t stride;
  bool resident; /* in SRAM */
};

/* Parameters that are no weights, each in a buffer of its own and fetched
 * ahead. */
enum parameter_id {
  PARAMETER_NORM1 = 0, /* also the last LayerNorm's */
  PARAMETER_NORM2 = 1,
  PARAMETER_SOFTMAX = 2, /* 256 bytes of table, then the record of the scores */
  PARAMETER_COUNT = 3
};
struct parameter {
  uint32_t address;
  uint32_t loaded; /* ticket of the DMA */
};

struct core {
  struct machine machine;
  struct network network;
  struct plan plan;
  struct engines engines;
  struct sram sram;
  uint32_t top; /* end of SRAM for stages; more weight slots are behind it */
  struct weights weights;
  struct parameter parameters[PARAMETER_COUNT];
  uint32_t survivors; /* SRAM: u16 list of the last selection */
  uint32_t live_list; /* SRAM: u16 list of the live channels */
  uint32_t copied;    /* ticket of the last core_copy() or core_gather() */
  /* DRAM: scratch memory for what does not fit into SRAM. */
  uint32_t arena_residual;
  uint32_t arena_norm;
  uint32_t arena_context;
  uint32_t arena_hidden;
};

/* Takes the fixed buffers and starts the weights; null, or what is missing in
 * the arena. Requires machine, network, plan and engines. */
const char* core_init(struct core* core);

/* The residual stream of `tokens` tokens: in SRAM or in the arena. */
struct matrix core_residual(const struct core* core, uint32_t tokens);

/* A rectangle of bytes from one place to another; the DMA's ticket. */
uint32_t core_copy(struct core* core, const struct matrix* from,
                   const struct matrix* to, uint32_t rows, uint32_t bytes,
                   uint32_t tag);
/* Selected rows: those of the u16 list. */
uint32_t core_gather(struct core* core, const struct matrix* from,
                     uint32_t list, const struct matrix* to, uint32_t rows,
                     uint32_t bytes, uint32_t tag);

/* So many weight slots more than planned for all blocks, at the top of SRAM,
 * where nothing may be; not fewer than before, or none, once all weights are
 * used. */
void core_set_more_slots(struct core* core, uint32_t count);

/* Begins a stage that works on `tokens` tokens: everything between the fixed
 * buffers, the residual stream and what lies at the top is free. */
void core_begin_stage(struct core* core, uint32_t tokens);
/* Ends it: waits until no engine but the DMA uses its buffers any more; what
 * the next stage copies comes behind that by itself. What lies at the top
 * stays, or goes with core_end_top_stage(). */
void core_end_stage(struct core* core);
void core_end_top_stage(struct core* core);
/* Waits for the DMA too, but for weights: before another engine writes to
 * buffers of a stage that begins without a copy. */
void core_wait_copied(struct core* core);

/* Fetch parameters; the buffer must not be in use any more. */
void core_fetch_norm(struct core* core, enum parameter_id id,
                     const struct vit_norm* norm);
void core_fetch_softmax(struct core* core, const struct vit_block* block);
/* Their address, once they are there. */
uint32_t core_parameter(struct core* core, enum parameter_id id);

#endif
