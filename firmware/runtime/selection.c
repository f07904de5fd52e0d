#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/stages.h"

/* Row i of the result comes from row list[i] >= i: in place, no row is
 * overwritten before it is read. */
static void reduce(struct block_run* run, const struct matrix* from,
                   const struct matrix* to, uint32_t bytes) {
  (void)core_gather(run->core, from, run->core->survivors, to, run->tokens,
                    bytes, layer_tag(LAYER_SELECT, run->number, 0));
}

void selection_run(struct block_run* run) {
  if (!block_selects(run)) return;
  struct core* core = run->core;
  const uint32_t width = core->network.image.width;
  const struct pruning_unit_select command = {
      .list = core->survivors,
      .tokens = run->entering,
      .keep = run->tokens - 1,
  };
  const uint32_t ticket = engines_select(
      &core->engines, &command, layer_tag(LAYER_SELECT, run->number, 0));
  engines_wait(&core->engines, ENGINE_PRUNING, ticket);
  if (run->tokens == run->entering) return;
  const struct matrix before = core_residual(core, run->entering);
  const struct matrix after = core_residual(core, run->tokens);
  /* A context that the projection loads is reduced on that way. */
  if (run->context.resident || !run->projection.resident) {
    reduce(run, &run->context, &run->context, width);
  }
  reduce(run, &before, &after, 2 * width);
}
