#include "firmware/runtime/copy.h"
#include "firmware/runtime/ends.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"
#include "firmware/runtime/stages.h"

/* Patches of a panel on their way into SRAM. */
struct patches {
  struct core* core;
  uint32_t image;  /* DRAM */
  uint32_t buffer; /* SRAM: one patch per row */
  uint32_t first;  /* patch of the panel's row 0 */
};

/* Patches that lie side by side, line by line, from row `row` on. */
static uint32_t copy_line(const struct patches* patches, uint32_t row,
                          uint32_t count) {
  const struct network* network = &patches->core->network;
  const struct vit_image* image = &network->image;
  const uint32_t patch = patches->first + row;
  const uint32_t grid_y = patch / network->grid_width;
  const uint32_t grid_x = patch % network->grid_width;
  const uint32_t bytes = image->patch * image->image_channels;
  const struct matrix from = {
      patches->image + grid_y * network->grid_width * network->patch_terms,
      bytes, false};
  const struct matrix to = {patches->buffer + row * network->patch_terms, bytes,
                            true};
  return core_gather(patches->core, &from,
                     image->patch_lines + 2 * grid_x * image->patch, &to,
                     count * image->patch, bytes, layer_tag(LAYER_PATCH, 0, 0));
}

/* Up to the end of a line of patches at a time. */
static uint32_t copy_patches(const void* context, uint32_t row, uint32_t rows) {
  const struct patches* patches = context;
  const uint32_t grid_width = patches->core->network.grid_width;
  const uint32_t end = row + rows;
  uint32_t ticket = 0;
  while (row < end) {
    const uint32_t grid_x = (patches->first + row) % grid_width;
    const uint32_t count = smaller(grid_width - grid_x, end - row);
    ticket = copy_line(patches, row, count);
    row += count;
  }
  return ticket;
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
                      const struct patches* patches, struct copy* copy,
                      struct residual* residual, uint32_t partial) {
  struct tiling tiling = plan->tiling;
  struct row_source source = copy_source(copy);
  tiling.rows = copy->rows;
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
  weights_hold(&core->weights, true);
}

/* The first block, while the first patches and their weights come. */
static void prepare_first(struct core* core, struct block_run* first) {
  block_prepare(first, core, 0, core->network.image.tokens, 0);
  attention_push_weights(first);
  block_fetch_parameters(first);
}

void embed_run(struct core* core, const struct embed_plan* plan,
               uint32_t number, struct block_run* first) {
  const struct vit_image* image = &core->network.image;
  const struct network* network = &core->network;
  const struct matrix position = {image->position, 2 * image->width, false};
  const struct matrix x = core_residual(core, image->tokens);
  struct residual residual;
  struct patches patches = {.core = core};
  struct copy copy = {
      .core = core, .copy_rows = copy_patches, .context = &patches};
  core_begin_stage(core, image->tokens);
  patches.image = image->images + number * image->image_stride;
  patches.buffer =
      sram_take(&core->sram, plan->panel_rows * network->patch_terms);
  copy.tile_rows =
      smaller(plan->tiling.tile_rows, 2 * core->machine.array_rows);
  const uint32_t partial = plan->partial_bytes == 0
                               ? 0
                               : sram_take(&core->sram, plan->partial_bytes);
  residual_init(&residual, core, &position, &x, &plan->tiling,
                plan->partial_bytes != 0, layer_tag(LAYER_EMBED, 0, 0));
  copy_class_token(core, &position, &x);
  for (; patches.first < network->patches; patches.first += plan->panel_rows) {
    copy.rows = smaller(plan->panel_rows, network->patches - patches.first);
    copy_start(&copy);
    if (patches.first == 0) prepare_first(core, first);
    run_panel(core, plan, &patches, &copy, &residual, partial);
    residual_finish(&residual);
  }
  core_end_top_stage(core);
}
