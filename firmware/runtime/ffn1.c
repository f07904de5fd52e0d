/* norm2, FFN1 and the search for live channels. */
#include "firmware/runtime/gemm.h"
#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/norm.h"
#include "firmware/runtime/stages.h"

/* Hidden channels on their way: tile i of channels is computed while tile i-1
 * is scanned and stored. */
struct hidden_sink {
  struct block_run* run;
  bool resident;
  uint32_t buffers[2]; /* channel-major tiles, unless resident */
  uint32_t stride;
  uint32_t column_tiles; /* submitted */
  struct result_tile tiles[2];
  uint32_t computed[2]; /* tickets of the row engine */
  uint32_t scanned[2];  /* of the pruning unit */
  uint32_t stored[2];   /* of the DMA */
  uint32_t handled;     /* tiles that are scanned and stored */
};

static uint32_t tile_address(const struct hidden_sink* sink, uint32_t buffer,
                             uint32_t column) {
  return sink->resident ? sink->run->hidden.address + column * sink->stride
                        : sink->buffers[buffer];
}

static void place(void* context, const struct result_tile* tile,
                  struct row_engine_command* command) {
  struct hidden_sink* sink = context;
  struct engines* engines = &sink->run->core->engines;
  const uint32_t buffer =
      tile->column / sink->run->ffn1.tiling.tile_columns % 2;
  if (tile->row == 0 && !sink->resident) {
    engines_wait(engines, ENGINE_PRUNING, sink->scanned[buffer]);
    engines_wait(engines, ENGINE_DMA, sink->stored[buffer]);
  }
  command->c = tile_address(sink, buffer, tile->column) + tile->row;
  command->c_row_stride = 1;
  command->c_column_stride = sink->stride;
  command->output = ROW_ENGINE_I8;
  command->relu = true;
}

static void scan(struct hidden_sink* sink, uint32_t buffer) {
  const struct block_run* run = sink->run;
  struct core* core = run->core;
  const struct result_tile* tile = &sink->tiles[buffer];
  if (core->network.image.ffn2_pruning == 0) return;
  const struct pruning_unit_scan command = {
      .hidden = tile_address(sink, buffer, tile->column),
      .stride = sink->stride,
      .list = core->live_list,
      .tokens = run->tokens,
      .channels = tile->columns,
      .first_channel = tile->column,
      .threshold = core->network.image.ffn2_threshold,
      .first = tile->column == 0,
  };
  sink->scanned[buffer] = engines_scan(&core->engines, &command,
                                       layer_tag(LAYER_SCAN, run->number, 0));
}

static void store(struct hidden_sink* sink, uint32_t buffer) {
  const struct block_run* run = sink->run;
  const struct result_tile* tile = &sink->tiles[buffer];
  if (sink->resident) return;
  const struct matrix from = {sink->buffers[buffer], sink->stride, true};
  struct matrix to = run->hidden;
  to.address += tile->column * to.stride;
  sink->stored[buffer] =
      core_copy(run->core, &from, &to, tile->columns, run->tokens,
                layer_tag(LAYER_FFN1, run->number, 0));
}

static void handle(struct hidden_sink* sink) {
  const uint32_t buffer = sink->handled++ % 2;
  engines_wait(&sink->run->core->engines, ENGINE_ROW, sink->computed[buffer]);
  scan(sink, buffer);
  store(sink, buffer);
}

static void column_submitted(void* context, const struct result_tile* tile,
                             uint32_t ticket) {
  struct hidden_sink* sink = context;
  const uint32_t buffer = sink->column_tiles++ % 2;
  sink->tiles[buffer] = *tile;
  sink->computed[buffer] = ticket;
  while (sink->column_tiles - sink->handled >= 2) handle(sink);
}

static void sink_init(struct hidden_sink* sink, struct block_run* run) {
  struct core* core = run->core;
  const struct ffn1_plan* plan = &run->ffn1;
  *sink = (struct hidden_sink){.run = run};
  sink->resident = plan->hidden_resident;
  sink->stride = plan->hidden_stride;
  for (uint32_t i = 0; i < 2; ++i) {
    sink->scanned[i] = engines_past(&core->engines, ENGINE_PRUNING);
    sink->stored[i] = engines_past(&core->engines, ENGINE_DMA);
    if (sink->resident) continue;
    sink->buffers[i] =
        sram_take(&core->sram, plan->tiling.tile_columns * sink->stride);
  }
}

/* The hidden map: at the top of SRAM, or in DRAM with lines of its own. */
static void place_hidden(struct block_run* run) {
  struct core* core = run->core;
  const uint32_t channels = core->network.image.hidden;
  struct matrix* hidden = &run->hidden;
  hidden->resident = run->ffn1.hidden_resident;
  hidden->stride =
      hidden->resident ? run->ffn1.hidden_stride : sram_lines(run->tokens);
  hidden->address = hidden->resident
                        ? sram_take_top(&core->sram, channels * hidden->stride)
                        : core->arena_hidden;
}

static void count_live(struct block_run* run) {
  struct core* core = run->core;
  run->live = core->network.image.hidden;
  if (core->network.image.ffn2_pruning == 0) return;
  engines_wait_idle(&core->engines, ENGINE_PRUNING);
  run->live = pruning_unit_live_count(&core->engines.pruning_unit);
}

void ffn1_push_weights(const struct block_run* run) {
  const struct weight_job job = {
      .linear = run->block.ffn1,
      .groups = 1,
      .parts = 1,
      .tiling = run->ffn1.tiling,
      .tag = layer_tag(LAYER_FFN1, run->number, 0),
  };
  weights_push(&run->core->weights, &job);
}

/* norm2 into SRAM beside the product, or before it into DRAM. */
static void start_norm(struct block_run* run, struct norm* norm,
                       struct row_source* source, struct operand* a,
                       struct block_buffers* blocks) {
  struct core* core = run->core;
  const struct norm_request request = {core_residual(core, run->tokens),
                                       run->tokens,
                                       run->ffn1.norm_rows,
                                       run->ffn1.norm_resident,
                                       PARAMETER_NORM2,
                                       &run->block.norm2,
                                       layer_tag(LAYER_NORM2, run->number, 0)};
  norm_init(norm, core, &request);
  norm_start(norm);
  *source = norm_source(norm);
  *a = (struct operand){.data = norm->y};
  if (norm->y.resident) return;
  norm_finish(norm);
  source->complete = true;
  block_buffers_take(blocks, core,
                     run->ffn1.norm_rows * core->network.image.width);
  a->blocks = blocks;
}

void ffn1_run(struct block_run* run) {
  struct core* core = run->core;
  struct norm norm;
  struct row_source source;
  struct hidden_sink sink;
  struct block_buffers blocks;
  struct gemm gemm = {.tiling = &run->ffn1.tiling};
  core_begin_stage(core, run->tokens);
  place_hidden(run);
  start_norm(run, &norm, &source, &gemm.a, &blocks);
  sink_init(&sink, run);
  gemm.source = &source;
  gemm.sink = (struct result_sink){place, 0, column_submitted, 0, 0, &sink};
  gemm.tag = layer_tag(LAYER_FFN1, run->number, 0);
  (void)gemm_run(core, &gemm);
  weights_hold(&core->weights, true);
  block_prepare_next(run);
  while (sink.handled != sink.column_tiles) handle(&sink);
  count_live(run);
  core_end_stage(core); /* a hidden map in SRAM stays at the top */
}
