#include "firmware/runtime/weights.h"

#include "firmware/runtime/engine_report.h"
#include "firmware/runtime/sram.h"

/* Most DMA commands of one tile: weights and records. */
#define COMMANDS_OF_TILE 2u

static const struct weight_job* current_job(const struct weights* weights) {
  return &weights->jobs[weights->begun % WEIGHTS_MOST_JOBS];
}

static uint32_t first_column(const struct weights* weights) {
  const struct weight_job* job = current_job(weights);
  return weights->group * job->group_columns +
         weights->part * job->part_columns + weights->step.column;
}

/* Whether the records come with the weights, as rows behind their terms. */
static bool brings_records(const struct weights* weights) {
  const struct weight_job* job = current_job(weights);
  const uint32_t first = first_column(weights);
  const uint32_t columns = step_columns(&job->tiling, &weights->step);
  const uint32_t terms = step_terms(&job->tiling, &weights->step);
  return job->list == 0 && terms != 0 && terms * columns % 8 == 0 &&
         step_ends_terms(&job->tiling, &weights->step) &&
         first % VIT_RECORD_COLUMNS == 0 &&
         columns == smaller(VIT_RECORD_COLUMNS, job->linear.columns - first);
}

static void fetch_weights(struct weights* weights, uint32_t to,
                          uint32_t more_rows) {
  const struct weight_job* job = current_job(weights);
  const struct step* step = &weights->step;
  const uint32_t columns = step_columns(&job->tiling, step);
  const uint32_t terms = step_terms(&job->tiling, step);
  if (terms == 0) return;
  struct dma_command command = {
      .source = job->linear.weight + first_column(weights),
      .destination = to,
      .row_bytes = columns,
      .rows = terms + more_rows,
      .source_stride = job->linear.weight_stride,
      .destination_stride = columns,
  };
  if (job->list != 0) {
    command.gather = true;
    command.index = job->list + 2 * step->term;
  } else {
    command.source += step->term * job->linear.weight_stride;
  }
  (void)engines_dma(weights->engines, &command, job->tag);
}

static void fetch_records(struct weights* weights, uint32_t to) {
  const struct weight_job* job = current_job(weights);
  const uint32_t bytes = 8 * step_columns(&job->tiling, &weights->step);
  const struct dma_command command = {
      .source = job->linear.records + 8 * first_column(weights),
      .destination = to,
      .row_bytes = bytes,
      .rows = 1,
      .source_stride = bytes,
      .destination_stride = bytes,
  };
  (void)engines_dma(weights->engines, &command, job->tag);
}

static void fetch_tile(struct weights* weights, struct weight_slot* slot) {
  const struct step* step = &weights->step;
  const struct tiling* t = &current_job(weights)->tiling;
  if (brings_records(weights)) {
    slot->records = slot->weights + step_terms(t, step) * step_columns(t, step);
    fetch_weights(weights, slot->weights, VIT_RECORD_ROWS);
    return;
  }
  slot->records = slot->weights + sram_lines(weights->slot_weight_bytes);
  fetch_weights(weights, slot->weights, 0);
  if (step_ends_terms(t, step)) fetch_records(weights, slot->records);
}

/* To the next tile, over the borders of parts, groups and jobs. */
static void advance(struct weights* weights) {
  const struct weight_job* job = current_job(weights);
  if (step_next_weights(&job->tiling, &weights->step)) return;
  if (++weights->part < job->parts) return;
  weights->part = 0;
  if (++weights->group < job->groups) return;
  weights->group = 0;
  ++weights->begun;
}

static struct weight_slot* slot_of(struct weights* weights, uint32_t tile) {
  return &weights->slots[weights->order[tile % WEIGHTS_MOST_SLOTS]];
}

static void free_slot(struct weights* weights, uint32_t slot) {
  weights->order[weights->freed++ % WEIGHTS_MOST_SLOTS] = slot;
}

/* Whether a tile can be fetched now; else, in *wake, what it waits for, if
 * anything. */
static bool can_fetch(struct weights* weights, struct engines_wake* wake) {
  struct engines* engines = weights->engines;
  if (weights->begun == weights->pushed) return false;
  if (weights->held && weights->fetched != weights->taken) return false;
  if (weights->fetched == weights->freed) return false;
  const struct weight_slot* slot = slot_of(weights, weights->fetched);
  if (!engines_done(engines, ENGINE_ROW, slot->used)) {
    *wake = (struct engines_wake){true, ENGINE_ROW, slot->used};
    return false;
  }
  const uint32_t wanted =
      smaller(COMMANDS_OF_TILE, engines->shadows[ENGINE_DMA].depth);
  if (!engines_has_room(engines, ENGINE_DMA, wanted)) {
    *wake = (struct engines_wake){
        true, ENGINE_DMA, engines_room_ticket(engines, ENGINE_DMA, wanted)};
    return false;
  }
  return true;
}

static struct engines_wake pump(void* context) {
  struct weights* weights = context;
  struct engines_wake wake = {false, ENGINE_DMA, 0};
  while (can_fetch(weights, &wake)) {
    struct weight_slot* slot = slot_of(weights, weights->fetched);
    fetch_tile(weights, slot);
    slot->loaded = engines_last(weights->engines, ENGINE_DMA);
    ++weights->fetched;
    advance(weights);
  }
  return wake;
}

void weights_init(struct weights* weights, struct engines* engines,
                  uint32_t base, uint32_t count, uint32_t weight_bytes,
                  uint32_t columns) {
  weights->engines = engines;
  weights->slot_count = 0;
  weights->slot_weight_bytes = weight_bytes;
  weights->freed = weights->fetched = weights->taken = weights->given = 0;
  for (uint32_t i = 0; i < count; ++i) {
    weights_add_slot(weights, base);
    base += sram_lines(weight_bytes) + sram_lines(8 * columns);
  }
  weights->pushed = weights->begun = 0;
  weights->held = false;
  weights->group = weights->part = 0;
  weights->step = (struct step){0, 0, 0, 0};
  engines->background = pump;
  engines->background_context = weights;
}

void weights_add_slot(struct weights* weights, uint32_t base) {
  struct weight_slot* slot = &weights->slots[weights->slot_count];
  slot->weights = base;
  slot->loaded = engines_last(weights->engines, ENGINE_DMA);
  slot->used = engines_last(weights->engines, ENGINE_ROW);
  free_slot(weights, weights->slot_count++);
}

void weights_keep_slots(struct weights* weights, uint32_t count) {
  weights->slot_count = count;
  weights->freed = weights->given;
  for (uint32_t i = 0; i < count; ++i) free_slot(weights, i);
}

void weights_hold(struct weights* weights, bool held) {
  weights->held = held;
  if (!held) (void)pump(weights);
}

void weights_push(struct weights* weights, const struct weight_job* job) {
  weights->jobs[weights->pushed % WEIGHTS_MOST_JOBS] = *job;
  ++weights->pushed;
  (void)pump(weights);
}

const struct weight_slot* weights_take(struct weights* weights) {
  struct engines* engines = weights->engines;
  struct weight_slot* slot = slot_of(weights, weights->taken);
  while (weights->fetched == weights->taken) {
    if (weights->begun == weights->pushed) engine_report_refused(ENGINE_DMA, 0);
    /* Nothing is under way: make room in the slot and in the DMA's queue. */
    engines_wait(engines, ENGINE_ROW, slot->used);
    const struct engines_wake wake = pump(weights);
    if (wake.wanted && wake.id == ENGINE_DMA) {
      engines_wait_next(engines, ENGINE_DMA);
    }
  }
  engines_wait(engines, ENGINE_DMA, slot->loaded);
  ++weights->taken;
  (void)pump(weights);
  return slot;
}

const struct weight_slot* weights_try(struct weights* weights) {
  if (weights->fetched == weights->taken) return 0;
  const struct weight_slot* slot = slot_of(weights, weights->taken);
  if (!engines_done(weights->engines, ENGINE_DMA, slot->loaded)) return 0;
  return weights_take(weights);
}

void weights_give(struct weights* weights, uint32_t ticket) {
  const uint32_t slot = weights->order[weights->given++ % WEIGHTS_MOST_SLOTS];
  weights->slots[slot].used = ticket;
  free_slot(weights, slot);
  (void)pump(weights);
}
