#include "firmware/runtime/block.h"

#include "firmware/runtime/refusal.h"

/* All stages with run->more_slots; FFN2 for the case that all channels are
 * live. */
static bool fit_plans(struct block_run* run, struct shortage* shortage) {
  struct plan with_slots = run->core->plan;
  const struct plan* plan = &with_slots;
  with_slots.more_slots = run->more_slots;
  return plan_attention(plan, run->entering, run->tokens, &run->attention,
                        shortage) &&
         plan_projection(plan, run->entering, run->tokens,
                         run->attention.context_resident, &run->projection,
                         shortage) &&
         plan_ffn1(plan, run->tokens, &run->ffn1, shortage) &&
         plan_ffn2(plan, run->tokens, run->core->network.image.hidden,
                   run->ffn1.hidden_resident, &run->ffn2_all, shortage);
}

/* Whether all that is in SRAM in one plan is so in the other, and no tile is
 * smaller. */
static bool as_good(const struct block_run* a, const struct block_run* b) {
  return a->attention.norm_resident == b->attention.norm_resident &&
         a->attention.context_resident == b->attention.context_resident &&
         a->attention.score_rows >= b->attention.score_rows &&
         a->projection.tiling.tile_rows >= b->projection.tiling.tile_rows &&
         a->ffn1.hidden_resident == b->ffn1.hidden_resident &&
         a->ffn2_all.tiling.tile_columns >= b->ffn2_all.tiling.tile_columns &&
         a->ffn2_all.tiling.tile_rows >= b->ffn2_all.tiling.tile_rows;
}

/* Plans the stages, with as many weight slots more as cost them nothing: where
 * few tokens are left, weights come just as fast as they are used, and what was
 * fetched while there was more to do makes up for a time in which there is
 * less. Slots of the block before stay. */
static void make_plans(struct block_run* run, uint32_t least_slots) {
  const struct plan* plan = &run->core->plan;
  struct shortage shortage;
  run->more_slots = least_slots;
  if (!fit_plans(run, &shortage)) refuse_shortage(&shortage);
  if (!plan_resident(plan, run->entering)) return;
  while (plan->slot_count + run->more_slots < WEIGHTS_MOST_SLOTS) {
    struct block_run more = *run;
    ++more.more_slots;
    if (!fit_plans(&more, &shortage) || !as_good(&more, run)) return;
    *run = more;
  }
}

void block_prepare(struct block_run* run, struct core* core, uint32_t number,
                   uint32_t entering, const struct block_run* like) {
  run->core = core;
  run->number = number;
  run->entering = entering;
  run->tokens = network_kept_tokens(entering, core->network.keep_ppm[number]);
  run->live = core->network.image.hidden;
  network_block(&core->network, number, &run->block);
  if (like == 0 || like->entering != entering || like->tokens != run->tokens) {
    make_plans(run, like == 0 ? 0 : like->more_slots);
  } else {
    run->more_slots = like->more_slots;
    run->attention = like->attention;
    run->projection = like->projection;
    run->ffn1 = like->ffn1;
    run->ffn2_all = like->ffn2_all;
  }
  run->ffn2 = run->ffn2_all;
}

void block_fetch_parameters(struct block_run* run) {
  core_fetch_norm(run->core, PARAMETER_NORM1, &run->block.norm1);
  core_fetch_softmax(run->core, &run->block);
}

void block_prepare_next(struct block_run* run) {
  struct core* core = run->core;
  if (run->next == 0) {
    core_fetch_norm(core, PARAMETER_NORM1, &core->network.image.norm);
    return;
  }
  block_prepare(run->next, core, run->number + 1, run->tokens, run);
  block_fetch_parameters(run->next);
}
