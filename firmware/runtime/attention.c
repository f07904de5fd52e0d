#include "firmware/runtime/attention.h"

#include "firmware/runtime/layer_tag.h"
#include "firmware/runtime/stages.h"

struct tiling attention_tiling(const struct block_run* run) {
  const struct core* core = run->core;
  const uint32_t width = core->network.image.width;
  struct tiling tiling;
  tiling.rows = tiling.panel_rows = tiling.tile_rows = run->entering;
  tiling.block_rows =
      run->attention.norm_resident ? run->entering : run->attention.norm_rows;
  tiling.columns = core->network.head_width;
  tiling.tile_columns = plan_tile_columns(&core->plan, width, tiling.columns);
  tiling.terms = tiling.tile_terms = width;
  return tiling;
}

void attention_push_weights(const struct block_run* run) {
  const struct network* network = &run->core->network;
  const struct weight_job job = {
      .linear = run->block.qkv,
      .groups = network->image.heads,
      .group_columns = network->head_width,
      .parts = 3,
      .part_columns = network->image.width,
      .tiling = attention_tiling(run),
      .tag = layer_tag(LAYER_QUERY, run->number, 0),
  };
  weights_push(&run->core->weights, &job);
}

void attention_project(struct attention* attention, uint32_t head) {
  static const enum layer_kind kinds[] = {LAYER_QUERY, LAYER_KEY, LAYER_VALUE};
  const uint32_t head_width = attention->core->network.head_width;
  struct direct_result results[] = {
      {attention->query, head_width, 1, ROW_ENGINE_I8, false},
      {attention->key, 1, attention->run->attention.key_stride, ROW_ENGINE_I8,
       false},
      {attention->value[head % 2], head_width, 1, ROW_ENGINE_I8, false},
  };
  struct gemm gemms[3];
  for (uint32_t i = 0; i < 3; ++i) {
    gemms[i] = (struct gemm){
        .tiling = &attention->tiling,
        .a = attention->input,
        .source = &attention->source,
        .sink = direct_sink(&results[i]),
        .tag = layer_tag(kinds[i], attention->run->number, head),
        .first_column = head * head_width,
    };
  }
  (void)gemm_run_all(attention->core, gemms, 3);
}

/* Buffers that live from the first head to the last. */
static void take_buffers(struct attention* attention) {
  struct core* core = attention->core;
  struct block_run* run = attention->run;
  const struct attention_plan* plan = &run->attention;
  const uint32_t width = core->network.image.width;
  const uint32_t head_bytes = run->entering * core->network.head_width;
  run->context.resident = plan->context_resident;
  run->context.stride = width;
  run->context.address = plan->context_resident
                             ? sram_take_top(&core->sram, run->entering * width)
                             : core->arena_context;
  attention->query = sram_take(&core->sram, head_bytes);
  attention->value[0] = sram_take(&core->sram, head_bytes);
  attention->value[1] = sram_take(&core->sram, head_bytes);
  attention->key =
      sram_take(&core->sram, core->network.head_width * plan->key_stride);
}

/* norm1 as the source of the first product; from DRAM it is finished first. */
static void start_norm(struct attention* attention) {
  struct core* core = attention->core;
  struct block_run* run = attention->run;
  const struct attention_plan* plan = &run->attention;
  const struct norm_request request = {core_residual(core, run->entering),
                                       run->entering,
                                       plan->norm_rows,
                                       plan->norm_resident,
                                       PARAMETER_NORM1,
                                       &run->block.norm1,
                                       layer_tag(LAYER_NORM1, run->number, 0)};
  norm_init(&attention->norm, core, &request);
  attention->source = norm_source(&attention->norm);
  attention->input = (struct operand){.data = attention->norm.y};
  if (plan->norm_resident) return;
  block_buffers_take(&attention->blocks, core,
                     plan->norm_rows * core->network.image.width);
  attention->input.blocks = &attention->blocks;
}

static void take_score_tiles(struct attention* attention) {
  struct core* core = attention->core;
  const struct attention_plan* plan = &attention->run->attention;
  for (uint32_t i = 0; i < 2; ++i) {
    struct score_tile* tile = &attention->tiles[i];
    tile->scores = sram_take(&core->sram, plan->score_rows * plan->key_stride);
    tile->records = sram_take(&core->sram, 8 * plan->score_rows);
    tile->result = plan->context_resident
                       ? 0
                       : sram_take(&core->sram,
                                   plan->score_rows * core->network.head_width);
    tile->ranked = engines_past(&core->engines, ENGINE_PRUNING);
    tile->sum.stored = engines_past(&core->engines, ENGINE_DMA);
  }
}

/* Q, K and V of the first head, out of norm1 as it comes. */
static void first_projection(struct attention* attention) {
  struct core* core = attention->core;
  const struct sram_mark mark = sram_mark(&core->sram);
  norm_start(&attention->norm);
  if (!attention->norm.y.resident) {
    norm_finish(&attention->norm);
    attention->source.complete = true;
  }
  attention_project(attention, 0);
  norm_finish(&attention->norm);
  sram_release(&core->sram, mark);
}

/* All tiles of all heads. The result of a tile is stored two tiles later, when
 * the row engine has the scores of the next tile in its queue. */
static void run_tiles(struct attention* attention) {
  const struct block_run* run = attention->run;
  const uint32_t rows = run->attention.score_rows;
  const uint32_t heads = attention->core->network.image.heads;
  uint32_t count = 0;
  for (uint32_t head = 0; head < heads; ++head) {
    if (head != 0) attention_project(attention, head);
    for (uint32_t row = 0; row < run->entering; row += rows, ++count) {
      struct score_tile* tile = &attention->tiles[count % 2];
      struct score_tile* before = &attention->tiles[(count + 1) % 2];
      tile->head = head;
      tile->row = row;
      tile->rows = smaller(rows, run->entering - row);
      score_tile_submit(attention, tile);
      if (count >= 2) score_tile_store(attention, tile);
      if (count >= 1) score_tile_sum(attention, before);
      score_tile_soften(attention, tile);
    }
  }
  struct score_tile* last = &attention->tiles[(count + 1) % 2];
  score_tile_sum(attention, last);
  if (count >= 2) score_tile_store(attention, &attention->tiles[count % 2]);
  score_tile_store(attention, last);
}

void attention_run(struct block_run* run) {
  struct core* core = run->core;
  struct attention attention;
  attention.run = run;
  attention.core = core;
  attention.tiling = attention_tiling(run);
  core_begin_stage(core, run->entering);
  take_buffers(&attention);
  start_norm(&attention);
  first_projection(&attention);
  take_score_tiles(&attention);
  run_tiles(&attention);
  core_end_stage(core); /* the context stays at the top */
}
