/* FFN2 over the live channels of the hidden map. */
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"
#include "firmware/runtime/stages.h"

static uint32_t live_list(const struct block_run* run) {
  const bool pruning = run->core->network.image.ffn2_pruning != 0;
  return pruning ? run->core->live_list : 0;
}

void ffn2_push_weights(const struct block_run* run) {
  const struct weight_job job = {
      .linear = run->block.ffn2,
      .groups = 1,
      .parts = 1,
      .tiling = run->ffn2.tiling,
      .list = live_list(run),
      .tag = layer_tag(LAYER_FFN2, run->number, 0),
  };
  weights_push(&run->core->weights, &job);
}

/* The live part of a hidden map in DRAM, slice by slice, as a whole. */
static void gather_hidden(struct block_run* run, struct operand* a,
                          uint32_t* slices) {
  struct core* core = run->core;
  const struct tiling* t = &run->ffn2.tiling;
  const uint32_t stride = run->ffn2.hidden_stride;
  const uint32_t tag = layer_tag(LAYER_FFN2, run->number, 0);
  const uint32_t list = live_list(run);
  const uint32_t bytes = larger(run->live, 1) * stride;
  struct matrix to = {sram_take(&core->sram, bytes), stride, true};
  struct matrix from = run->hidden;
  *a = (struct operand){.data = to, .channel_major = true};
  slices[0] = engines_past(&core->engines, ENGINE_DMA);
  for (uint32_t term = 0; term < run->live; term += t->tile_terms) {
    const uint32_t terms = smaller(t->tile_terms, run->live - term);
    slices[term / t->tile_terms] =
        list != 0 ? core_gather(core, &from, list + 2 * term, &to, terms,
                                run->tokens, tag)
                  : core_copy(core, &from, &to, terms, run->tokens, tag);
    to.address += terms * to.stride;
    if (list == 0) from.address += terms * from.stride;
  }
}

/* The hidden map as it is, read in place or in slices. */
static void place_hidden(struct block_run* run, struct operand* a,
                         struct block_buffers* blocks) {
  struct core* core = run->core;
  const struct tiling* t = &run->ffn2.tiling;
  *a = (struct operand){.data = run->hidden,
                        .channel_major = true,
                        .list = live_list(run),
                        .buffer_stride = run->ffn2.hidden_stride};
  if (run->hidden.resident) {
    core_wait_copied(core);
    return;
  }
  block_buffers_take(blocks, core, t->tile_terms * a->buffer_stride);
  a->blocks = blocks;
}

void ffn2_run(struct block_run* run) {
  struct core* core = run->core;
  const struct tiling* t = &run->ffn2.tiling;
  const struct matrix x = core_residual(core, run->tokens);
  struct gemm gemm = {.tiling = t};
  struct residual residual;
  struct block_buffers blocks;
  uint32_t slices[FFN2_MOST_SLICES];
  core_begin_stage(core, run->tokens);
  residual_init(&residual, core, &x, &x, t, run->ffn2.partial_bytes != 0,
                layer_tag(LAYER_RESIDUAL2, run->number, 0));
  gemm.partial = run->ffn2.partial_bytes == 0
                     ? 0
                     : sram_take(&core->sram, run->ffn2.partial_bytes);
  if (run->ffn2.gathered) {
    gather_hidden(run, &gemm.a, slices);
    gemm.slices = slices;
  } else {
    place_hidden(run, &gemm.a, &blocks);
  }
  gemm.sink = residual_sink(&residual);
  gemm.tag = layer_tag(LAYER_FFN2, run->number, 0);
  (void)gemm_run(core, &gemm);
  weights_hold(&core->weights, true);
  residual_finish(&residual);
  core_end_top_stage(core);
}
