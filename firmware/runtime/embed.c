#include "firmware/runtime/block.h"
#include "firmware/runtime/ends.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/residual.h"

/* Steps that are copied ahead of the one that is waited for. */
#define STEPS_AHEAD 2u

/* Patches of a panel on their way into SRAM. */
struct patches {
  struct core* core;
  uint32_t image;                    /* DRAM */
  uint32_t buffer;                   /* SRAM: one patch per row */
  uint32_t first;                    /* patch of the panel's row 0 */
  uint32_t rows;                     /* of the panel */
  uint32_t step_rows;                /* that are copied at a time */
  uint32_t issued;                   /* steps */
  uint32_t ready;                    /* steps that are known to be there */
  uint32_t tickets[STEPS_AHEAD + 1]; /* of the DMA, by step */
};

/* Patches that lie side by side, line by line, from row `row` on. */
static void copy_patches(const struct patches* patches, uint32_t row,
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
  (void)core_gather(patches->core, &from,
                    image->patch_lines + 2 * grid_x * image->patch, &to,
                    count * image->patch, bytes, layer_tag(LAYER_PATCH, 0, 0));
}

/* Up to the end of a row of patches at a time. */
static void copy_step(struct patches* patches) {
  const uint32_t grid_width = patches->core->network.grid_width;
  uint32_t row = patches->issued * patches->step_rows;
  const uint32_t end = smaller(row + patches->step_rows, patches->rows);
  while (row < end) {
    const uint32_t grid_x = (patches->first + row) % grid_width;
    const uint32_t count = smaller(grid_width - grid_x, end - row);
    copy_patches(patches, row, count);
    row += count;
  }
  patches->tickets[patches->issued++ % (STEPS_AHEAD + 1)] =
      patches->core->copied;
}

static void issue_until(struct patches* patches, uint32_t steps) {
  const uint32_t all = divide_up(patches->rows, patches->step_rows);
  while (patches->issued < smaller(steps, all)) copy_step(patches);
}

static uint32_t make(void* context, uint32_t least) {
  struct patches* patches = context;
  struct engines* engines = &patches->core->engines;
  const uint32_t wanted = divide_up(least, patches->step_rows);
  for (;;) {
    issue_until(patches, patches->ready + STEPS_AHEAD + 1);
    if (patches->ready == patches->issued) break;
    const uint32_t ticket =
        patches->tickets[patches->ready % (STEPS_AHEAD + 1)];
    if (patches->ready < wanted) {
      engines_wait(engines, ENGINE_DMA, ticket);
    } else if (!engines_done(engines, ENGINE_DMA, ticket)) {
      break;
    }
    ++patches->ready;
  }
  return smaller(patches->ready * patches->step_rows, patches->rows);
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
  struct row_source source = {make, patches, patches->step_rows, false};
  tiling.rows = patches->rows;
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
  core_begin_stage(core, image->tokens);
  patches.image = image->images + number * image->image_stride;
  patches.buffer =
      sram_take(&core->sram, plan->panel_rows * network->patch_terms);
  patches.step_rows =
      smaller(plan->tiling.tile_rows, 2 * core->machine.array_rows);
  const uint32_t partial = plan->partial_bytes == 0
                               ? 0
                               : sram_take(&core->sram, plan->partial_bytes);
  residual_init(&residual, core, &position, &x, &plan->tiling,
                plan->partial_bytes != 0, layer_tag(LAYER_EMBED, 0, 0));
  copy_class_token(core, &position, &x);
  for (; patches.first < network->patches; patches.first += plan->panel_rows) {
    patches.rows = smaller(plan->panel_rows, network->patches - patches.first);
    patches.issued = patches.ready = 0;
    issue_until(&patches, 1);
    if (patches.first == 0) prepare_first(core, first);
    run_panel(core, plan, &patches, &residual, partial);
    residual_finish(&residual);
  }
  core_end_top_stage(core);
}
