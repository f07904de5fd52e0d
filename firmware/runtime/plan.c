#include "firmware/runtime/plan.h"

#include "firmware/runtime/sram.h"

bool plan_refuse(struct shortage* shortage, const char* stage, uint32_t tokens,
                 uint32_t needs, uint32_t has) {
  shortage->stage = stage;
  shortage->tokens = tokens;
  shortage->needs = needs;
  shortage->has = has;
  return false;
}

uint32_t plan_slot_bytes(const struct plan* plan) {
  return sram_lines(plan->slot_weight_bytes) +
         sram_lines(8 * plan->slot_columns);
}

uint32_t plan_fixed_bytes(const struct plan* plan) {
  const struct vit_image* image = &plan->network->image;
  uint32_t bytes = plan->slot_count * plan_slot_bytes(plan);
  bytes += 2 * sram_lines(8 * image->width); /* two LayerNorms */
  bytes += sram_lines(256) + sram_lines(8);  /* softmax */
  bytes += sram_lines(2 * image->tokens);    /* survivors */
  if (image->ffn2_pruning != 0) bytes += sram_lines(2 * image->hidden);
  return bytes;
}

bool plan_resident(const struct plan* plan, uint32_t tokens) {
  return tokens <= plan->resident_tokens;
}

uint32_t plan_residual_bytes(const struct plan* plan, uint32_t tokens) {
  if (!plan_resident(plan, tokens)) return 0;
  return sram_lines(2 * tokens * plan->network->image.width);
}

uint32_t plan_stage_bytes(const struct plan* plan, uint32_t tokens) {
  const uint32_t taken = plan_fixed_bytes(plan) +
                         plan->more_slots * plan_slot_bytes(plan) +
                         plan_residual_bytes(plan, tokens);
  const uint32_t all = plan->machine->sram_bytes & ~(SRAM_LINE_BYTES - 1);
  return all > taken ? all - taken : 0;
}

uint32_t plan_tile_columns(const struct plan* plan, uint32_t terms,
                           uint32_t columns) {
  const uint32_t lanes = plan->machine->lanes;
  uint32_t most = smaller(plan->slot_weight_bytes / terms, plan->slot_columns);
  if (most >= columns) return columns;
  if (most > lanes) most -= most % lanes;
  return most;
}

uint32_t plan_token_stride(uint32_t tokens) {
  return round_up(tokens, 8);
}

uint32_t plan_norm_rows(const struct plan* plan, uint32_t tokens) {
  const uint32_t array = plan->machine->array_rows;
  /* The first tile of a residual stream in DRAM is waited for. */
  const uint32_t most = plan_resident(plan, tokens) ? 32 : 16;
  return smaller(tokens, plan->roomy ? round_up(most, array) : array);
}

uint32_t plan_norm_shorter(const struct plan* plan, uint32_t rows) {
  const uint32_t array = plan->machine->array_rows;
  const uint32_t least = plan->roomy ? round_up(16, array) : array;
  return rows > least ? larger(rows - array, least) : 0;
}

uint32_t plan_norm_bytes(const struct plan* plan, uint32_t tokens,
                         uint32_t rows, bool norm_resident) {
  const uint32_t width = plan->network->image.width;
  uint32_t bytes = 0;
  if (!plan_resident(plan, tokens)) bytes += 3 * sram_lines(2 * rows * width);
  if (norm_resident) return bytes + sram_lines(tokens * width);
  return bytes + 4 * sram_lines(rows * width);
}

uint32_t plan_sum_bytes(uint32_t rows, uint32_t columns, struct sum_kind kind) {
  const uint32_t buffers =
      (kind.in_place ? 0u : 1u) + (kind.resident ? 0u : 1u);
  return buffers * RESIDUAL_TILES * sram_lines(2 * rows * columns);
}

uint32_t plan_sum_rows(const struct plan* plan, uint32_t most, uint32_t columns,
                       struct sum_kind kind, uint32_t room) {
  const uint32_t array = plan->machine->array_rows;
  uint32_t rows = round_up(most, array);
  while (rows > 0) {
    const uint32_t used = smaller(rows, most);
    if (plan_sum_bytes(used, columns, kind) <= room) return used;
    rows -= array;
  }
  return 0;
}
