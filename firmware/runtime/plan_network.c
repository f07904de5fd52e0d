/* The search for the decisions that hold for the whole run. */
#include "firmware/runtime/plan_network.h"

/* Weight slots together take at most this share of the SRAM in a roomy plan. */
#define SLOT_SHARE 4u
#define MOST_SLOTS 3u
#define RESIDUAL_SHARE 3u

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
