/* Plans of LayerNorm, attention and projection. */
#include "firmware/runtime/plan.h"
#include "firmware/runtime/sram.h"

/* Two tiles of scores with their records and, for a context in DRAM, of
 * results. */
static uint32_t score_bytes(const struct plan* plan,
                            const struct attention_plan* to, uint32_t rows) {
  uint32_t bytes = sram_lines(rows * to->key_stride) + sram_lines(8 * rows);
  if (!to->context_resident) {
    bytes += sram_lines(rows * plan->network->head_width);
  }
  return 2 * bytes;
}

/* LayerNorm tiles are done with before the first scores: they share. */
static uint32_t attention_bytes(const struct plan* plan, uint32_t tokens,
                                const struct attention_plan* to,
                                uint32_t rows) {
  const uint32_t head = plan->network->head_width;
  const uint32_t width = plan->network->image.width;
  const uint32_t norm_all =
      plan_norm_bytes(plan, tokens, to->norm_rows, to->norm_resident);
  const uint32_t norm_kept = to->norm_resident
                                 ? sram_lines(tokens * width)
                                 : 2 * sram_lines(to->norm_rows * width);
  uint32_t bytes = norm_kept + 3 * sram_lines(tokens * head) +
                   sram_lines(head * to->key_stride);
  if (to->context_resident) bytes += sram_lines(tokens * width);
  return bytes + larger(norm_all - norm_kept, score_bytes(plan, to, rows));
}

/* Sets the rows of score tiles: all tokens, or a part of them in whole rows of
 * the array that fits; false with the bytes needed. A head's tile waits for its
 * exponents while the row engine works for its neighbours, so that the fewest
 * tiles cost least. */
static bool fit_scores(const struct plan* plan, uint32_t tokens,
                       struct attention_plan* to, uint32_t room,
                       uint32_t* needs) {
  const uint32_t array = plan->machine->array_rows;
  const uint32_t least =
      plan->roomy ? smaller(2 * array, round_up(tokens, array)) : array;
  for (uint32_t parts = 1;; ++parts) {
    const uint32_t rows = round_up(divide_up(tokens, parts), array);
    to->score_rows = smaller(larger(rows, least), tokens);
    *needs = attention_bytes(plan, tokens, to, to->score_rows);
    if (*needs <= room) return true;
    if (rows <= least) return false;
  }
}

bool plan_attention(const struct plan* plan, uint32_t entering, uint32_t tokens,
                    struct attention_plan* to, struct shortage* shortage) {
  static const struct {
    bool norm;
    bool context;
  } variants[] = {{true, true}, {true, false}, {false, false}};
  const uint32_t room = plan_stage_bytes(plan, entering);
  uint32_t needs = 0;
  to->key_stride = plan_token_stride(entering);
  for (uint32_t i = 0; i < sizeof variants / sizeof variants[0]; ++i) {
    if (plan->roomy && !variants[i].norm) break;
    to->norm_resident = variants[i].norm;
    to->context_resident = variants[i].context;
    struct projection_plan projection;
    if (to->context_resident &&
        !plan_projection(plan, entering, tokens, true, &projection, shortage)) {
      continue;
    }
    to->norm_rows = plan_norm_rows(plan, entering);
    for (; to->norm_rows != 0;
         to->norm_rows = plan_norm_shorter(plan, to->norm_rows)) {
      if (fit_scores(plan, entering, to, room, &needs)) return true;
    }
  }
  return plan_refuse(shortage, "attention", entering, needs, room);
}

/* Finishes a projection whose context takes `context` bytes. */
static bool fit_projection(const struct plan* plan, uint32_t tokens,
                           struct projection_plan* to, uint32_t context,
                           uint32_t room, uint32_t* needs) {
  struct tiling* t = &to->tiling;
  const uint32_t array = plan->machine->array_rows;
  const struct sum_kind kind = {false, plan_resident(plan, tokens)};
  const uint32_t least = smaller(tokens, plan->roomy ? 4 * array : array);
  *needs = context + plan_sum_bytes(least, t->tile_columns, kind);
  if (*needs > room) return false;
  /* Several tiles, so that little is left to do behind the last product. */
  const uint32_t most =
      larger(round_up(divide_up(t->block_rows, 4), array), 4 * array);
  t->tile_rows = plan_sum_rows(plan, smaller(most, t->block_rows),
                               t->tile_columns, kind, room - context);
  return t->tile_rows != 0;
}

bool plan_projection(const struct plan* plan, uint32_t entering,
                     uint32_t tokens, bool context_resident,
                     struct projection_plan* to, struct shortage* shortage) {
  const uint32_t width = plan->network->image.width;
  const uint32_t room = plan_stage_bytes(plan, tokens);
  struct tiling* t = &to->tiling;
  uint32_t needs = 0;
  t->rows = t->panel_rows = t->block_rows = tokens;
  t->columns = t->terms = t->tile_terms = width;
  t->tile_columns = plan_tile_columns(plan, width, width);
  to->resident = true;
  /* The context of all tokens is reduced to the survivors in place. */
  const uint32_t whole = context_resident ? entering : tokens;
  if (fit_projection(plan, tokens, to, sram_lines(whole * width), room,
                     &needs)) {
    return true;
  }
  if (!context_resident && !plan->roomy) {
    to->resident = false;
    t->block_rows = plan_norm_rows(plan, tokens);
    if (fit_projection(plan, tokens, to, 2 * sram_lines(t->block_rows * width),
                       room, &needs)) {
      return true;
    }
  }
  return plan_refuse(shortage, "projection", tokens, needs, room);
}
