#include "firmware/runtime/block_run.h"

#include "firmware/runtime/refusal.h"
#include "firmware/runtime/stages.h"

/* FFN2 may have less to do than was planned: plan again for what is live. */
static void replan_ffn2(struct block_run* run) {
  struct shortage shortage;
  if (run->live == run->ffn2.tiling.terms) return;
  struct plan plan = run->core->plan;
  plan.more_slots = run->more_slots;
  if (!plan_ffn2(&plan, run->tokens, run->live, run->ffn1.hidden_resident,
                 &run->ffn2, &shortage)) {
    refuse_shortage(&shortage);
  }
}

void block_run_all(struct block_run* run, void (*announce_end)(void* context),
                   void* context) {
  struct core* core = run->core;
  const bool pruning = core->network.image.ffn2_pruning != 0;
  core_set_more_slots(core, run->more_slots);
  core_fetch_norm(core, PARAMETER_NORM2, &run->block.norm2);
  projection_push_weights(run);
  ffn1_push_weights(run);
  if (!pruning) ffn2_push_weights(run);
  attention_run(run);
  selection_run(run);
  projection_run(run);
  ffn1_run(run);
  if (pruning) {
    replan_ffn2(run);
    ffn2_push_weights(run);
  }
  if (run->next != 0) {
    attention_push_weights(run->next);
  } else {
    announce_end(context);
  }
  ffn2_run(run);
}
