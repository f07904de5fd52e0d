#include "firmware/runtime/ends.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"

/* Patches of a panel on their way into SRAM. */
struct patches {
  struct core* core;
  uint32_t image;  /* DRAM */
  uint32_t buffer; /* SRAM: one patch per row */
  uint32_t first;  /* patch of the panel's row 0 */
  uint32_t rows;   /* of the panel */
  uint32_t issued; /* rows */
};

/* One line of pixels of `count` patches side by side. */
static void copy_line(const struct patches* patches, uint32_t row,
                      uint32_t count, uint32_t line) {
  const struct network* network = &patches->core->network;
  const struct vit_image* image = &network->image;
  const uint32_t patch = patches->first + row;
  const uint32_t grid_y = patch / network->grid_width;
  const uint32_t grid_x = patch % network->grid_width;
  const uint32_t y = grid_y * image->patch + line;
  const uint32_t x = grid_x * image->patch;
  const uint32_t bytes = image->patch * image->image_channels;
  const struct matrix from = {
      patches->image + (y * image->image_width + x) * image->image_channels,
      bytes, false};
  const struct matrix to = {
      patches->buffer + row * network->patch_terms + line * bytes,
      network->patch_terms, true};
  (void)core_copy(patches->core, &from, &to, count, bytes,
                  layer_tag(LAYER_PATCH, 0, 0));
}

/* Up to the end of a row of patches at a time. */
static void require(void* context, uint32_t rows) {
  struct patches* patches = context;
  const struct network* network = &patches->core->network;
  if (patches->issued >= rows) return;
  while (patches->issued < rows) {
    const uint32_t grid_x =
        (patches->first + patches->issued) % network->grid_width;
    const uint32_t count =
        smaller(network->grid_width - grid_x, patches->rows - patches->issued);
    for (uint32_t line = 0; line < network->image.patch; ++line) {
      copy_line(patches, patches->issued, count, line);
    }
    patches->issued += count;
  }
  engines_wait(&patches->core->engines, ENGINE_DMA, patches->core->copied);
}

void embed_push_weights(struct core* core, const struct embed_plan* plan) {
  struct weight_job job = {
      .linear = core->network.image.patch_embedding,
      .groups = 1,
      .parts = 1,
      .tiling = plan->tiling,
      .tag = layer_tag(LAYER_PATCH, 0, 0),
  };
  job.tiling.rows = core->network.patches;
  weights_push(&core->weights, &job);
}

/* The class token has no patch: row 0 is that of the positions. */
static void copy_class_token(struct core* core, const struct matrix* position,
                             const struct matrix* x) {
  (void)core_copy(core, position, x, 1, x->stride,
                  layer_tag(LAYER_EMBED, 0, 0));
}

static void run_panel(struct core* core, const struct embed_plan* plan,
                      struct patches* patches, struct residual* residual,
                      uint32_t partial) {
  struct tiling tiling = plan->tiling;
  struct row_source source = {require, patches, 0, false};
  tiling.rows = patches->rows;
  source.tile_rows = smaller(core->network.grid_width, tiling.tile_rows);
  const struct gemm gemm = {
      .tiling = &tiling,
      .a = {.data = {patches->buffer, core->network.patch_terms, true}},
      .source = &source,
      .sink = residual_sink(residual),
      .partial = partial,
      .tag = layer_tag(LAYER_PATCH, 0, 0),
  };
  residual->first_row = 1 + patches->first;
  (void)gemm_run(core, &gemm);
  residual_finish(residual);
}

void embed_run(struct core* core, const struct embed_plan* plan,
               uint32_t number) {
  const struct vit_image* image = &core->network.image;
  const struct network* network = &core->network;
  const struct matrix position = {image->position, 2 * image->width, false};
  const struct matrix x = core_residual(core, image->tokens);
  struct residual residual;
  struct patches patches = {.core = core};
  core_begin_stage(core, image->tokens);
  patches.image = image->images + number * image->image_stride;
  patches.buffer =
      sram_take(&core->sram, plan->panel_rows * network->patch_terms);
  const uint32_t partial = plan->partial_bytes == 0
                               ? 0
                               : sram_take(&core->sram, plan->partial_bytes);
  residual_init(&residual, core, &position, &x, &plan->tiling,
                plan->partial_bytes != 0, layer_tag(LAYER_EMBED, 0, 0));
  copy_class_token(core, &position, &x);
  for (; patches.first < network->patches; patches.first += plan->panel_rows) {
    patches.rows = smaller(plan->panel_rows, network->patches - patches.first);
    patches.issued = 0;
    run_panel(core, plan, &patches, &residual, partial);
  }
  core_end_top_stage(core);
}
