#include "firmware/runtime/copy.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"
#include "firmware/runtime/stages.h"

void projection_push_weights(const struct block_run* run) {
  const struct weight_job job = {
      .linear = run->block.projection,
      .groups = 1,
      .parts = 1,
      .tiling = run->projection.tiling,
      .tag = layer_tag(LAYER_PROJECTION, run->number, 0),
  };
  weights_push(&run->core->weights, &job);
}

/* The context on its way from DRAM. */
struct context_rows {
  struct core* core;
  struct matrix from;
  struct matrix to;
  uint32_t list; /* u16 list of the rows; 0: all */
  uint32_t bytes;
  uint32_t tag;
};

static uint32_t copy_context(const void* context, uint32_t row, uint32_t rows) {
  const struct context_rows* c = context;
  struct matrix from = c->from;
  struct matrix to = c->to;
  to.address += row * to.stride;
  if (c->list != 0) {
    return core_gather(c->core, &from, c->list + 2 * row, &to, rows, c->bytes,
                       c->tag);
  }
  from.address += row * from.stride;
  return core_copy(c->core, &from, &to, rows, c->bytes, c->tag);
}

/* What is on its way, if something is. */
struct arrival {
  struct context_rows rows;
  struct copy copy;
};

/* Brings the context into SRAM if it is not there, at once or in blocks. */
static void place_context(struct block_run* run, struct operand* a,
                          struct block_buffers* blocks, struct arrival* arrival,
                          struct row_source* source) {
  struct core* core = run->core;
  const struct tiling* t = &run->projection.tiling;
  const uint32_t width = core->network.image.width;
  const bool reduced = run->tokens != run->entering;
  *a = (struct operand){.data = run->context};
  source->complete = true;
  if (run->context.resident) {
    /* The survivors were moved together just now. */
    core_wait_copied(core);
    return;
  }
  if (!run->projection.resident) {
    block_buffers_take(blocks, core, t->block_rows * width);
    a->blocks = blocks;
    return;
  }
  arrival->rows = (struct context_rows){
      .core = core,
      .from = run->context,
      .to = {sram_take(&core->sram, run->tokens * width), width, true},
      .list = reduced ? core->survivors : 0,
      .bytes = width,
      .tag = layer_tag(LAYER_PROJECTION, run->number, 0),
  };
  arrival->copy = (struct copy){
      .core = core,
      .copy_rows = copy_context,
      .context = &arrival->rows,
      .rows = run->tokens,
      .tile_rows = plan_norm_rows(&core->plan, run->tokens),
  };
  a->data = arrival->rows.to;
  copy_start(&arrival->copy);
  *source = copy_source(&arrival->copy);
}

void projection_run(struct block_run* run) {
  struct core* core = run->core;
  const struct tiling* t = &run->projection.tiling;
  const struct matrix x = core_residual(core, run->tokens);
  struct gemm gemm = {.tiling = t};
  struct block_buffers blocks;
  struct arrival arrival;
  struct row_source source = {0, 0, 0, true};
  struct residual residual;
  core_begin_stage(core, run->tokens);
  place_context(run, &gemm.a, &blocks, &arrival, &source);
  residual_init(&residual, core, &x, &x, t, false,
                layer_tag(LAYER_RESIDUAL1, run->number, 0));
  gemm.source = &source;
  gemm.sink = residual_sink(&residual);
  gemm.tag = layer_tag(LAYER_PROJECTION, run->number, 0);
  (void)gemm_run(core, &gemm);
  weights_hold(&core->weights, true);
  residual_finish(&residual);
  core_end_top_stage(core);
}
