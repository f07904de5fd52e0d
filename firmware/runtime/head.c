#include "firmware/hal/bus_access.h"
#include "firmware/runtime/ends.h"
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/norm.h"

static struct tiling head_tiling(const struct core* core) {
  const struct vit_image* image = &core->network.image;
  const struct tiling tiling = {
      .rows = 1,
      .panel_rows = 1,
      .block_rows = 1,
      .tile_rows = 1,
      .columns = image->classes,
      .tile_columns =
          plan_tile_columns(&core->plan, image->width, image->classes),
      .terms = image->width,
      .tile_terms = image->width,
  };
  return tiling;
}

void head_push_weights(struct core* core) {
  const struct weight_job job = {
      .linear = core->network.image.head,
      .groups = 1,
      .parts = 1,
      .tiling = head_tiling(core),
      .tag = layer_tag(LAYER_HEAD, 0, 0),
  };
  weights_push(&core->weights, &job);
}

/* Index of the largest of `count` i16 at a word-aligned address, the lowest on
 * ties. */
static uint32_t largest(uint32_t address, uint32_t count) {
  uint32_t best = 0;
  int32_t most = INT32_MIN;
  uint32_t word = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (i % 2 == 0) word = bus_read32(address + 2 * i);
    const int32_t value = (int16_t)(word >> 16 * (i % 2) & 0xffffu);
    if (value > most) {
      most = value;
      best = i;
    }
  }
  return best;
}

static void store_logits(struct core* core, uint32_t logits, uint32_t number) {
  const struct vit_image* image = &core->network.image;
  const uint32_t bytes = 2 * image->classes;
  const struct matrix from = {logits, bytes, true};
  const struct matrix to = {image->results + number * image->result_stride +
                                vit_result_logits_offset(image->depth),
                            bytes, false};
  (void)core_copy(core, &from, &to, 1, bytes, layer_tag(LAYER_HEAD, 0, 0));
}

uint32_t head_run(struct core* core, uint32_t number, uint32_t tokens) {
  const struct vit_image* image = &core->network.image;
  const struct tiling tiling = head_tiling(core);
  const struct norm_request request = {
      core_residual(core, tokens), 1, 1, true, PARAMETER_NORM1, &image->norm,
      layer_tag(LAYER_NORM, 0, 0)};
  struct norm norm;
  core_begin_stage(core, 1);
  norm_init(&norm, core, &request);
  norm_start(&norm);
  struct direct_result logits = {sram_take(&core->sram, 2 * image->classes),
                                 2 * image->classes, 2, ROW_ENGINE_I16, false};
  struct row_source source = norm_source(&norm);
  const struct gemm gemm = {
      .tiling = &tiling,
      .a = {.data = norm.y},
      .source = &source,
      .sink = direct_sink(&logits),
      .tag = layer_tag(LAYER_HEAD, 0, 0),
  };
  engines_wait(&core->engines, ENGINE_ROW, gemm_run(core, &gemm));
  store_logits(core, logits.address, number);
  const uint32_t predicted = largest(logits.address, image->classes);
  core_wait_copied(core);
  core_end_top_stage(core);
  return predicted;
}
