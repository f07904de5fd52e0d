#include "firmware/runtime/norm.h"

void norm_init(struct norm* norm, struct core* core,
               const struct norm_request* request) {
  const uint32_t width = core->network.image.width;
  norm->core = core;
  norm->x = request->x;
  norm->rows = request->tokens;
  norm->tile_rows = request->tile_rows;
  norm->y.resident = request->resident;
  norm->y.stride = width;
  norm->y.address = request->resident
                        ? sram_take(&core->sram, request->tokens * width)
                        : core->arena_norm;
  norm->next_load = norm->next_tile = norm->ready = 0;
  norm->parameter = request->parameter;
  norm->epsilon_lo = request->norm->epsilon_lo;
  norm->epsilon_hi = request->norm->epsilon_hi;
  norm->tag = request->tag;
}

static uint32_t tiles(const struct norm* norm) {
  return divide_up(norm->rows, norm->tile_rows);
}
static uint32_t rows_of(const struct norm* norm, uint32_t tile) {
  return smaller(norm->tile_rows, norm->rows - tile * norm->tile_rows);
}

/* Loads ahead, as far as there are buffers whose tile is normalised. */
static void load_ahead(struct norm* norm) {
  while (norm->next_load < tiles(norm) &&
         norm->next_load < norm->ready + NORM_INPUTS) {
    const uint32_t tile = norm->next_load++;
    if (norm->x.resident) continue;
    const uint32_t buffer = tile % NORM_INPUTS;
    struct matrix from = norm->x;
    const struct matrix to = {norm->inputs[buffer], from.stride, true};
    from.address += tile * norm->tile_rows * from.stride;
    norm->loaded[buffer] = core_copy(
        norm->core, &from, &to, rows_of(norm, tile), from.stride, norm->tag);
  }
}

void norm_start(struct norm* norm) {
  struct core* core = norm->core;
  for (uint32_t i = 0; i < NORM_INPUTS; ++i) {
    norm->done[i] = engines_past(&core->engines, ENGINE_VECTOR);
    norm->loaded[i] = core->copied;
    if (norm->x.resident) continue;
    norm->inputs[i] = sram_take(&core->sram, norm->tile_rows * norm->x.stride);
  }
  for (uint32_t i = 0; i < 2; ++i) {
    norm->stored[i] = engines_past(&core->engines, ENGINE_DMA);
    if (norm->y.resident) continue;
    norm->outputs[i] = sram_take(&core->sram, norm->tile_rows * norm->y.stride);
  }
  load_ahead(norm);
}

static void store(struct norm* norm, uint32_t tile, uint32_t output) {
  const struct matrix from = {norm->outputs[output], norm->y.stride, true};
  struct matrix to = norm->y;
  to.address += tile * norm->tile_rows * to.stride;
  engines_wait(&norm->core->engines, ENGINE_VECTOR,
               norm->done[tile % NORM_INPUTS]);
  norm->stored[output] = core_copy(norm->core, &from, &to, rows_of(norm, tile),
                                   to.stride, norm->tag);
}

static void normalise_tile(struct norm* norm) {
  struct core* core = norm->core;
  const uint32_t tile = norm->next_tile;
  const uint32_t row = tile * norm->tile_rows;
  const uint32_t buffer = tile % NORM_INPUTS;
  const uint32_t output = tile % 2;
  engines_wait(&core->engines, ENGINE_DMA, norm->loaded[buffer]);
  if (!norm->y.resident) {
    engines_wait(&core->engines, ENGINE_DMA, norm->stored[output]);
  }
  const struct vector_unit_command command = {
      .operation = VECTOR_UNIT_LAYERNORM,
      .x = norm->x.resident ? norm->x.address + row * norm->x.stride
                            : norm->inputs[buffer],
      .x_stride = norm->x.stride,
      .z = norm->y.resident ? norm->y.address + row * norm->y.stride
                            : norm->outputs[output],
      .z_stride = norm->y.stride,
      .rows = rows_of(norm, tile),
      .columns = core->network.image.width,
      .parameters = core_parameter(core, norm->parameter),
      .epsilon_lo = norm->epsilon_lo,
      .epsilon_hi = norm->epsilon_hi,
  };
  norm->done[buffer] =
      engines_vector(&core->engines, &command, norm->tag, origin_at(row, 0));
  ++norm->next_tile;
  if (!norm->y.resident) store(norm, tile, output);
}

/* Whether the next tile can be normalised without waiting. */
static bool is_loaded(const struct norm* norm) {
  return norm->next_tile < norm->next_load &&
         engines_done(&norm->core->engines, ENGINE_DMA,
                      norm->loaded[norm->next_tile % NORM_INPUTS]);
}

static void tile_ready(struct norm* norm) {
  engines_wait(&norm->core->engines, ENGINE_VECTOR,
               norm->done[norm->ready % NORM_INPUTS]);
  ++norm->ready;
}

static uint32_t make(void* context, uint32_t least) {
  struct norm* norm = context;
  const uint32_t wanted = divide_up(least, norm->tile_rows);
  while (norm->ready < norm->next_tile &&
         engines_done(&norm->core->engines, ENGINE_VECTOR,
                      norm->done[norm->ready % NORM_INPUTS])) {
    tile_ready(norm);
  }
  load_ahead(norm);
  while (norm->next_tile < wanted || is_loaded(norm)) {
    if (norm->next_tile == norm->next_load) {
      tile_ready(norm);
      load_ahead(norm);
    } else {
      normalise_tile(norm);
    }
  }
  while (norm->ready < wanted) tile_ready(norm);
  return smaller(norm->ready * norm->tile_rows, norm->rows);
}

struct row_source norm_source(struct norm* norm) {
  const struct row_source source = {make, norm, norm->tile_rows, false};
  return source;
}

void norm_finish(struct norm* norm) {
  (void)make(norm, norm->rows);
  for (uint32_t i = 0; i < 2; ++i) {
    engines_wait(&norm->core->engines, ENGINE_DMA, norm->stored[i]);
  }
}
