#include "firmware/runtime/plan.h"

#include "firmware/runtime/sram.h"

/* Weight slots together take at most this share of the SRAM in a roomy plan. */
#define SLOT_SHARE 4u
#define MOST_SLOTS 3u
#define RESIDUAL_SHARE 3u

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

static bool check_block(const struct plan* plan, uint32_t entering,
                        uint32_t tokens, struct shortage* shortage) {
  struct attention_plan attention;
  struct projection_plan projection;
  struct ffn1_plan ffn1;
  struct ffn2_plan ffn2;
  return plan_attention(plan, entering, tokens, &attention, shortage) &&
         plan_projection(plan, entering, tokens, attention.context_resident,
                         &projection, shortage) &&
         plan_ffn1(plan, tokens, &ffn1, shortage) &&
         plan_ffn2(plan, tokens, plan->network->image.hidden,
                   ffn1.hidden_resident, &ffn2, shortage);
}

/* All stages of all blocks; blocks with the tokens of the one before need not
 * be looked at again. */
static bool check_network(const struct plan* plan, struct shortage* shortage) {
  const struct network* network = plan->network;
  struct embed_plan embed;
  if (!plan_embed(plan, &embed, shortage)) return false;
  if (!plan_head(plan, shortage)) return false;
  uint32_t tokens = network->image.tokens;
  uint32_t checked_entering = 0;
  uint32_t checked_tokens = 0;
  for (uint32_t b = 0; b < network->image.depth; ++b) {
    const uint32_t entering = tokens;
    tokens = network_kept_tokens(entering, network->keep_ppm[b]);
    if (entering == checked_entering && tokens == checked_tokens) continue;
    if (!check_block(plan, entering, tokens, shortage)) return false;
    checked_entering = entering;
    checked_tokens = tokens;
  }
  return true;
}

/* Weight slots for `columns` columns of the widest product but FFN2 and the
 * patches, which are split. */
static void choose_slots(struct plan* plan, uint32_t columns) {
  const struct vit_image* image = &plan->network->image;
  const uint32_t lanes = plan->machine->lanes;
  const uint32_t widest =
      larger(larger(image->width, image->hidden), image->classes);
  plan->slot_weight_bytes = image->width * columns;
  plan->slot_columns =
      columns < lanes ? columns : smaller(larger(columns, 2 * lanes), widest);
  const uint32_t share = plan->machine->sram_bytes / SLOT_SHARE;
  const uint32_t count = share / plan_slot_bytes(plan);
  plan->slot_count = plan->roomy ? smaller(larger(count, 2), MOST_SLOTS) : 2;
}

/* With the residual stream in SRAM where it takes a third at most, else in
 * DRAM. */
static bool try_residency(struct plan* plan, struct shortage* shortage) {
  const uint32_t token_bytes = 2 * plan->network->image.width;
  plan->resident_tokens =
      plan->machine->sram_bytes / RESIDUAL_SHARE / token_bytes;
  if (check_network(plan, shortage)) return true;
  plan->resident_tokens = 0;
  return check_network(plan, shortage);
}

bool plan_network(struct plan* plan, const struct machine* machine,
                  const struct network* network, struct shortage* shortage) {
  const uint32_t lanes = machine->lanes;
  const uint32_t columns =
      round_up(larger(network->image.hidden, network->image.classes), lanes);
  plan->machine = machine;
  plan->network = network;
  plan->more_slots = 0;
  uint32_t wide = machine->sram_bytes / (2 * SLOT_SHARE) / network->image.width;
  wide = smaller(wide - wide % lanes, smaller(columns, 8 * lanes));
  for (plan->roomy = true; wide >= lanes; wide -= lanes) {
    choose_slots(plan, wide);
    if (try_residency(plan, shortage)) return true;
  }
  choose_slots(plan, lanes);
  if (try_residency(plan, shortage)) return true;
  plan->roomy = false;
  for (uint32_t narrow = lanes; narrow > 0; narrow /= 2) {
    choose_slots(plan, narrow);
    if (try_residency(plan, shortage)) return true;
  }
  return false;
}
