#include "firmware/runtime/block.h"
#include "firmware/runtime/copy.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"

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

/* Brings the context into SRAM if it is not there, at once or in blocks. */
static void place_context(struct block_run* run, struct operand* a,
                          struct block_buffers* blocks, struct copy* copy,
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
  *copy = (struct copy){
      .core = core,
      .from = run->context,
      .to = {sram_take(&core->sram, run->tokens * width), width, true},
      .list = reduced ? core->survivors : 0,
      .rows = run->tokens,
      .bytes = width,
      .tile_rows = plan_norm_rows(&core->plan, run->tokens),
      .tag = layer_tag(LAYER_PROJECTION, run->number, 0),
  };
  a->data = copy->to;
  copy_start(copy);
  *source = copy_source(copy);
}

void projection_run(struct block_run* run) {
  struct core* core = run->core;
  const struct tiling* t = &run->projection.tiling;
  const struct matrix x = core_residual(core, run->tokens);
  struct gemm gemm = {.tiling = t};
  struct block_buffers blocks;
  struct copy copy;
  struct row_source source = {0, 0, 0, true};
  struct residual residual;
  core_begin_stage(core, run->tokens);
  place_context(run, &gemm.a, &blocks, &copy, &source);
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
