#include "firmware/runtime/gemm.h"

void block_buffers_take(struct block_buffers* blocks, struct core* core,
                        uint32_t bytes) {
  for (uint32_t i = 0; i < 2; ++i) {
    blocks->address[i] = sram_take(&core->sram, bytes);
    blocks->loaded[i] = engines_past(&core->engines, ENGINE_DMA);
    blocks->used[i] = engines_past(&core->engines, ENGINE_ROW);
  }
  blocks->current = 0;
}

struct run {
  struct core* core;
  const struct gemm* gemm;
  uint32_t ticket; /* last one of the row engine */
};

static void direct_place(void* context, const struct result_tile* tile,
                         struct row_engine_command* command) {
  const struct direct_result* to = context;
  command->c = to->address + tile->row * to->row_stride +
               tile->column * to->column_stride;
  command->c_row_stride = to->row_stride;
  command->c_column_stride = to->column_stride;
  command->output = to->output;
  command->relu = to->relu;
}

struct result_sink direct_sink(struct direct_result* to) {
  const struct result_sink sink = {direct_place, 0, 0, 0, 0, to};
  return sink;
}

/* Brings the block of a step into a buffer that its last user is done with. */
static void load_block(struct run* run, const struct step* step,
                       uint32_t buffer) {
  const struct gemm* gemm = run->gemm;
  const struct operand* a = &gemm->a;
  struct block_buffers* blocks = a->blocks;
  const uint32_t rows = step_rows(gemm->tiling, step);
  const uint32_t terms = step_terms(gemm->tiling, step);
  if (terms == 0) return;
  engines_wait(&run->core->engines, ENGINE_ROW, blocks->used[buffer]);
  struct matrix from = a->data;
  struct matrix to = {blocks->address[buffer], terms, true};
  if (!a->channel_major) {
    from.address += step->block * from.stride + step->term;
    blocks->loaded[buffer] =
        core_copy(run->core, &from, &to, rows, terms, gemm->tag);
    return;
  }
  to.stride = a->buffer_stride;
  from.address += step->block;
  if (a->list != 0) {
    blocks->loaded[buffer] =
        core_gather(run->core, &from, a->list + 2 * step->term, &to, terms,
                    rows, gemm->tag);
    return;
  }
  from.address += step->term * from.stride;
  blocks->loaded[buffer] =
      core_copy(run->core, &from, &to, terms, rows, gemm->tag);
}

/* Fills in A of the rows that start at `row` of the step's block. */
static void place_a(const struct run* run, const struct step* step,
                    uint32_t row, struct row_engine_command* command) {
  const struct operand* a = &run->gemm->a;
  const bool resident = a->data.resident;
  uint32_t stride = a->data.stride;
  uint32_t first_term = step->term;
  if (resident) {
    command->a = a->data.address;
  } else {
    command->a = a->blocks->address[a->blocks->current];
    stride = a->channel_major ? a->buffer_stride
                              : step_terms(run->gemm->tiling, step);
    first_term = 0;
    row -= step->block;
  }
  command->a_row_stride = a->channel_major ? 1 : stride;
  command->a_term_stride = a->channel_major ? stride : 1;
  if (resident && a->list != 0) {
    command->a_index = a->list + 2 * step->term;
    first_term = 0;
  }
  command->a +=
      row * command->a_row_stride + first_term * command->a_term_stride;
}

/* Fills in where sums start from, and where they go unless the terms end. */
static void place_sums(const struct run* run, const struct step* step,
                       uint32_t row, struct row_engine_command* command) {
  const struct gemm* gemm = run->gemm;
  const uint32_t stride = 4 * step_columns(gemm->tiling, step);
  const uint32_t address = gemm->partial + (row - step->panel) * stride;
  if (step->term != 0) {
    command->partial = address;
    command->partial_row_stride = stride;
  }
  if (step_ends_terms(gemm->tiling, step)) return;
  command->c = address;
  command->c_row_stride = stride;
  command->c_column_stride = 4;
  command->output = ROW_ENGINE_I32;
}

static void submit_tile(struct run* run, const struct step* step,
                        const struct weight_slot* slot, uint32_t row,
                        uint32_t rows) {
  const struct gemm* gemm = run->gemm;
  const bool last = step_ends_terms(gemm->tiling, step);
  const struct result_tile tile = {row, rows, step->column,
                                   step_columns(gemm->tiling, step)};
  struct row_engine_command command = {
      .b = slot->weights,
      .b_term_stride = tile.columns,
      .records = slot->records,
      .record_by = ROW_ENGINE_BY_COLUMN,
      .rows = rows,
      .columns = tile.columns,
      .terms = step_terms(gemm->tiling, step),
  };
  place_a(run, step, row, &command);
  place_sums(run, step, row, &command);
  if (last) gemm->sink.place(gemm->sink.context, &tile, &command);
  run->ticket = engines_row(&run->core->engines, &command, gemm->tag,
                            origin_at(row, gemm->first_column + step->column));
  if (last && gemm->sink.submitted != 0) {
    gemm->sink.submitted(gemm->sink.context, &tile, run->ticket);
  }
}

/* Whether the step writes partial sums over those of the columns before. */
static bool reuses_sums(const struct run* run, const struct step* step) {
  return run->gemm->sink.free_sums != 0 && step->term == 0 &&
         (step->column != 0 || step->panel != 0) &&
         !step_ends_terms(run->gemm->tiling, step);
}

/* First row of the last tile of a panel. */
static uint32_t last_tile(const struct tiling* t, const struct step* step) {
  const uint32_t rows = step_panel_end(t, step) - step->panel;
  return step->panel + (rows - 1) / t->tile_rows * t->tile_rows;
}

/* Rows of the next command from `row` on, below `end`. The last tile of the
 * columns before may still be in use where sums are to go: its rows come in a
 * command of their own. */
static uint32_t command_rows(const struct run* run, const struct step* step,
                             uint32_t row, uint32_t end) {
  const struct tiling* t = run->gemm->tiling;
  uint32_t rows = end - row;
  if (step_ends_terms(t, step)) rows = smaller(rows, t->tile_rows);
  if (reuses_sums(run, step) && step->column != 0 && row < last_tile(t, step)) {
    rows = smaller(rows, last_tile(t, step) - row);
  }
  return rows;
}

/* Submits one command from `row` on, below `end`, and returns its end. */
static uint32_t submit_command(struct run* run, const struct step* step,
                               const struct weight_slot* slot, uint32_t row,
                               uint32_t end) {
  const uint32_t rows = command_rows(run, step, row, end);
  if (reuses_sums(run, step)) {
    run->gemm->sink.free_sums(run->gemm->sink.context, row + rows);
  }
  submit_tile(run, step, slot, row, rows);
  return row + rows;
}

/* Loads the block behind the step, null behind the last one, once the engine
 * has the step's first command to work on. */
static void run_block(struct run* run, const struct step* step,
                      const struct weight_slot* slot, const struct step* next) {
  const struct tiling* t = run->gemm->tiling;
  struct block_buffers* blocks = run->gemm->a.blocks;
  const uint32_t end = step->block + step_rows(t, step);
  const struct result_sink* sink = &run->gemm->sink;
  if (sink->fetch_ahead != 0 && step->term != 0 && !step_ends_terms(t, step)) {
    sink->fetch_ahead(sink->context);
  }
  for (uint32_t row = step->block; row < end;) {
    const bool first = row == step->block;
    row = submit_command(run, step, slot, row, end);
    if (first && next != 0) load_block(run, next, blocks->current ^ 1u);
  }
  if (blocks != 0) blocks->used[blocks->current] = run->ticket;
}

static void end_of_columns(struct run* run, const struct step* step) {
  const struct gemm* gemm = run->gemm;
  const struct tiling* t = gemm->tiling;
  if (gemm->sink.column_submitted == 0 || !step_ends_terms(t, step)) return;
  const struct result_tile tile = {step->panel,
                                   step_panel_end(t, step) - step->panel,
                                   step->column, step_columns(t, step)};
  gemm->sink.column_submitted(gemm->sink.context, &tile, run->ticket);
}

/* In the first tile of columns, the terms may still be on their way. */
static void wait_slice(const struct run* run, const struct step* step) {
  const struct gemm* gemm = run->gemm;
  if (gemm->slices == 0 || step->panel != 0 || step->column != 0) return;
  engines_wait(&run->core->engines, ENGINE_DMA,
               gemm->slices[step->term / gemm->tiling->tile_terms]);
}

/* All tiles of weights from `step` on. */
static void run_steps(struct run* run, struct step step) {
  struct core* core = run->core;
  const struct gemm* gemm = run->gemm;
  const struct tiling* t = gemm->tiling;
  struct block_buffers* blocks = gemm->a.blocks;
  const bool streamed = !gemm->a.data.resident;
  const struct weight_slot* slot = 0;
  if (streamed) load_block(run, &step, blocks->current);
  weights_hold(&core->weights, false);
  for (bool more = true; more;) {
    if (step.block == step.panel) slot = weights_take(&core->weights);
    wait_slice(run, &step);
    if (streamed) {
      engines_wait(&core->engines, ENGINE_DMA, blocks->loaded[blocks->current]);
    }
    struct step next = step;
    more = step_next(t, &next);
    run_block(run, &step, slot, streamed && more ? &next : 0);
    if (!more || next.block == next.panel) {
      end_of_columns(run, &step);
      weights_give(&core->weights, run->ticket);
    }
    if (streamed) blocks->current ^= 1u;
    step = next;
  }
}

/* A tile of weights at work, from row `row` on. */
struct work {
  const struct gemm* gemm;
  struct step step;
  const struct weight_slot* slot; /* null: not taken yet */
  uint32_t row;
};

/* The tile of weights behind it, maybe of the next of `count` products; false
 * behind the last one. */
static bool work_behind(const struct work* work, const struct gemm* end,
                        struct work* behind) {
  *behind = (struct work){.gemm = work->gemm, .step = work->step};
  if (!step_next_weights(work->gemm->tiling, &behind->step)) ++behind->gemm;
  return behind->gemm != end;
}

static void submit_work(struct run* run, struct work* work, uint32_t end) {
  run->gemm = work->gemm;
  while (work->row < end) {
    work->row = submit_command(run, &work->step, work->slot, work->row, end);
  }
}

static void finish_work(struct run* run, struct work* work) {
  submit_work(run, work, work->gemm->tiling->rows);
  end_of_columns(run, &work->step);
  weights_give(&run->core->weights, run->ticket);
}

/* The next tile of weights, as soon as it is there, on a few rows that the
 * first one is done with; false if there is nothing to do for it. */
static bool fill_in(struct run* run, const struct work* first,
                    struct work* second) {
  if (second->row == first->row) return false;
  if (second->slot == 0) second->slot = weights_try(&run->core->weights);
  if (second->slot == 0) return false;
  submit_work(
      run, second,
      smaller(first->row, second->row + first->gemm->source->tile_rows));
  return true;
}

/* The first tile of weights of the products, on rows as they are made, and the
 * second one in the time in which there are none. Returns where the rest
 * begins. */
static struct work run_beside(struct run* run, const struct gemm* gemms,
                              const struct gemm* end) {
  struct row_source* source = gemms->source;
  const uint32_t rows = gemms->tiling->rows;
  struct work first = {.gemm = gemms};
  struct work second;
  struct work rest;
  const bool more = work_behind(&first, end, &second);
  weights_hold(&run->core->weights, false);
  first.slot = weights_take(&run->core->weights);
  while (first.row < rows) {
    uint32_t there = source->make(source->context, 0);
    if (first.row == there) {
      if (more && fill_in(run, &first, &second)) continue;
      there = source->make(source->context, there + 1);
    }
    submit_work(run, &first, there);
  }
  source->complete = true;
  finish_work(run, &first);
  if (!more || second.slot == 0) return second;
  (void)work_behind(&second, end, &rest);
  finish_work(run, &second);
  return rest;
}

uint32_t gemm_run_all(struct core* core, const struct gemm* gemms,
                      uint32_t count) {
  const struct gemm* const end = gemms + count;
  struct run run = {.core = core};
  struct work rest = {.gemm = gemms};
  run.ticket = engines_past(&core->engines, ENGINE_ROW);
  if (gemms->source != 0 && !gemms->source->complete) {
    rest = run_beside(&run, gemms, end);
  }
  for (; rest.gemm != end; ++rest.gemm) {
    run.gemm = rest.gemm;
    run_steps(&run, rest.step);
    rest.step = (struct step){0, 0, 0, 0};
  }
  return run.ticket;
}
