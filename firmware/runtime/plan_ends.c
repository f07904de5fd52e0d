/* Plans of the patch embedding and of the head. */
#include "firmware/runtime/plan.h"
#include "firmware/runtime/sram.h"

/* Columns and terms of a tile of patch weights: terms are split rather than
 * lanes left idle. */
static void patch_weights(const struct plan* plan, struct tiling* t) {
  const uint32_t lanes = plan->machine->lanes;
  t->columns = plan->network->image.width;
  t->terms = plan->network->patch_terms;
  t->tile_columns = plan_tile_columns(plan, t->terms, t->columns);
  t->tile_terms = smaller(t->terms, plan->machine->max_terms);
  if (t->tile_columns < smaller(lanes, t->columns)) {
    t->tile_columns = smaller(smaller(lanes, t->columns), plan->slot_columns);
    t->tile_terms =
        smaller(t->tile_terms, plan->slot_weight_bytes / t->tile_columns);
  }
  t->tile_terms = divide_up(t->terms, divide_up(t->terms, t->tile_terms));
}

bool plan_embed(const struct plan* plan, struct embed_plan* to,
                struct shortage* shortage) {
  const struct network* network = plan->network;
  const uint32_t array = plan->machine->array_rows;
  const uint32_t room = plan_stage_bytes(plan, network->image.tokens);
  struct tiling* t = &to->tiling;
  uint32_t needs = 0;
  patch_weights(plan, t);
  const bool split = t->tile_terms < t->terms;
  for (uint32_t panels = 1;; ++panels) {
    const uint32_t rows = smaller(
        round_up(divide_up(network->patches, panels), array), network->patches);
    const uint32_t least = smaller(rows, plan->roomy ? 2 * array : array);
    to->panel_rows = t->rows = t->panel_rows = t->block_rows = rows;
    to->partial_bytes = split ? sram_lines(4 * rows * t->tile_columns) : 0;
    const uint32_t held =
        sram_lines(rows * network->patch_terms) + to->partial_bytes;
    const struct sum_kind kind = {split, false};
    needs = held + plan_sum_bytes(least, t->tile_columns, kind);
    if (needs <= room) {
      t->tile_rows = plan_sum_rows(plan, smaller(rows, 4 * array),
                                   t->tile_columns, kind, room - held);
      return true;
    }
    if (rows <= array) break;
  }
  return plan_refuse(shortage, "patch embedding", network->image.tokens, needs,
                     room);
}

bool plan_head(const struct plan* plan, struct shortage* shortage) {
  const struct vit_image* image = &plan->network->image;
  const uint32_t room = plan_stage_bytes(plan, 1);
  const uint32_t needs = 3 * sram_lines(2 * image->width) +
                         sram_lines(image->width) +
                         sram_lines(2 * image->classes);
  return needs <= room || plan_refuse(shortage, "head", 1, needs, room);
}
