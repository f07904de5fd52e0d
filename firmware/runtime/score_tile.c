#include "firmware/runtime/attention.h"
#include "firmware/runtime/layer_tag.h"

static uint32_t tag_of(const struct attention* attention,
                       const struct score_tile* tile, enum layer_kind kind) {
  return layer_tag(kind, attention->run->number, tile->head);
}

void score_tile_submit(const struct attention* attention,
                       struct score_tile* tile) {
  struct core* core = attention->core;
  const uint32_t head_width = core->network.head_width;
  const uint32_t stride = attention->run->attention.key_stride;
  const uint32_t record = core_parameter(core, PARAMETER_SOFTMAX) + 256;
  const struct row_engine_command command = {
      .a = attention->query + tile->row * head_width,
      .a_row_stride = head_width,
      .a_term_stride = 1,
      .b = attention->key,
      .b_term_stride = stride,
      .c = tile->scores,
      .c_row_stride = stride,
      .c_column_stride = 1,
      .records = record,
      .record_by = ROW_ENGINE_BY_TENSOR,
      .output = ROW_ENGINE_I8,
      .rows = tile->rows,
      .columns = attention->run->entering,
      .terms = head_width,
  };
  /* The exponents of the tile that was here before may still be ranked. */
  engines_wait(&core->engines, ENGINE_PRUNING, tile->ranked);
  tile->scored = engines_row(&core->engines, &command,
                             tag_of(attention, tile, LAYER_SCORES),
                             origin_at(tile->row, 0));
}

void score_tile_soften(const struct attention* attention,
                       struct score_tile* tile) {
  struct core* core = attention->core;
  const struct block_run* run = attention->run;
  const struct vector_unit_command command = {
      .operation = VECTOR_UNIT_SOFTMAX,
      .x = tile->scores,
      .x_stride = run->attention.key_stride,
      .z = tile->scores,
      .z_stride = run->attention.key_stride,
      .rows = tile->rows,
      .columns = run->entering,
      .parameters = core_parameter(core, PARAMETER_SOFTMAX),
      .records = tile->records,
      .factor_multiplier = run->block.context_multiplier,
      .factor_shift = run->block.context_shift,
  };
  engines_wait(&core->engines, ENGINE_ROW, tile->scored);
  tile->softened = engines_vector(&core->engines, &command,
                                  tag_of(attention, tile, LAYER_SOFTMAX),
                                  origin_at(tile->row, 0));
}

/* The class token's row is the first of a head's first tile. */
static void rank(const struct attention* attention, struct score_tile* tile) {
  if (tile->row != 0 || !block_selects(attention->run)) return;
  const struct pruning_unit_importance command = {
      .attention = tile->scores,
      .tokens = attention->run->entering,
      .first = tile->head == 0,
  };
  tile->ranked = engines_importance(&attention->core->engines, &command,
                                    tag_of(attention, tile, LAYER_IMPORTANCE));
}

void score_tile_sum(const struct attention* attention,
                    struct score_tile* tile) {
  struct core* core = attention->core;
  const uint32_t head_width = core->network.head_width;
  const struct matrix* context = &attention->run->context;
  struct row_engine_command command = {
      .a = tile->scores,
      .a_row_stride = attention->run->attention.key_stride,
      .a_term_stride = 1,
      .a_unsigned = true,
      .b = attention->value[tile->head % 2],
      .b_term_stride = head_width,
      .c = tile->result,
      .c_row_stride = head_width,
      .c_column_stride = 1,
      .records = tile->records,
      .record_by = ROW_ENGINE_BY_ROW,
      .output = ROW_ENGINE_I8,
      .rows = tile->rows,
      .columns = head_width,
      .terms = attention->run->entering,
  };
  if (context->resident) {
    command.c = context->address + tile->row * context->stride +
                tile->head * head_width;
    command.c_row_stride = context->stride;
  } else {
    engines_wait(&core->engines, ENGINE_DMA, tile->sum.stored);
  }
  engines_wait(&core->engines, ENGINE_VECTOR, tile->softened);
  rank(attention, tile);
  tile->sum.head = tile->head;
  tile->sum.row = tile->row;
  tile->sum.rows = tile->rows;
  tile->sum.summed = engines_row(&core->engines, &command,
                                 tag_of(attention, tile, LAYER_CONTEXT),
                                 origin_at(tile->row, tile->head * head_width));
}

void score_tile_store(const struct attention* attention,
                      struct score_tile* tile) {
  struct core* core = attention->core;
  const uint32_t head_width = core->network.head_width;
  struct matrix to = attention->run->context;
  if (to.resident) return;
  const struct matrix from = {tile->result, head_width, true};
  to.address += tile->sum.row * to.stride + tile->sum.head * head_width;
  engines_wait(&core->engines, ENGINE_ROW, tile->sum.summed);
  tile->sum.stored = core_copy(
      core, &from, &to, tile->sum.rows, head_width,
      layer_tag(LAYER_CONTEXT, attention->run->number, tile->sum.head));
}
