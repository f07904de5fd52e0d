#include "firmware/runtime/residual.h"

void residual_init(struct residual* residual, struct core* core,
                   const struct matrix* addend, const struct matrix* to,
                   const struct tiling* tiling, bool in_place, uint32_t tag) {
  const uint32_t bytes = 2 * tiling->tile_rows * tiling->tile_columns;
  residual->core = core;
  residual->addend = *addend;
  residual->to = *to;
  residual->first_row = 0;
  residual->loaded = residual->placed = residual->added = residual->stored = 0;
  residual->in_place = in_place;
  residual->tiling = tiling;
  residual->tag = tag;
  for (uint32_t i = 0; i < RESIDUAL_TILES; ++i) {
    residual->sums[i] = in_place ? 0 : sram_take(&core->sram, bytes);
    residual->inputs[i] =
        addend->resident && to->resident ? 0 : sram_take(&core->sram, bytes);
  }
}

static uint32_t place_in(const struct residual* residual,
                         const struct matrix* matrix,
                         const struct result_tile* tile) {
  return matrix->address + (residual->first_row + tile->row) * matrix->stride +
         2 * tile->column;
}

static struct matrix part(const struct residual* residual,
                          const struct matrix* matrix,
                          const struct result_tile* tile) {
  const struct matrix result = {place_in(residual, matrix, tile),
                                matrix->stride, matrix->resident};
  return result;
}

/* Adds tile number residual->added, once its operands are there. */
static void add(struct residual* residual) {
  struct engines* engines = &residual->core->engines;
  const uint32_t buffer = residual->added++ % RESIDUAL_TILES;
  struct residual_tile* entry = &residual->tiles[buffer];
  const struct result_tile* tile = &entry->tile;
  const uint32_t input = residual->inputs[buffer];
  const uint32_t stride = 2 * tile->columns;
  const struct matrix staged = {input, stride, true};
  struct matrix x = part(residual, &residual->addend, tile);
  struct matrix z = part(residual, &residual->to, tile);
  if (!x.resident) x = staged;
  if (!z.resident) z = staged;
  engines_wait(engines, ENGINE_ROW, entry->product);
  engines_wait(engines, ENGINE_DMA, entry->loaded);
  const struct vector_unit_command command = {
      .operation = VECTOR_UNIT_ADD,
      .x = x.address,
      .x_stride = x.stride,
      .y = entry->sums,
      .y_stride = entry->sums_stride,
      .z = z.address,
      .z_stride = z.stride,
      .rows = tile->rows,
      .columns = tile->columns,
  };
  entry->added =
      engines_vector(engines, &command, residual->tag,
                     origin_at(residual->first_row + tile->row, tile->column));
}

/* Stores tile number residual->stored, once it is added. */
static void store(struct residual* residual) {
  const uint32_t buffer = residual->stored++ % RESIDUAL_TILES;
  struct residual_tile* entry = &residual->tiles[buffer];
  engines_wait(&residual->core->engines, ENGINE_VECTOR, entry->added);
  if (residual->to.resident) return;
  const uint32_t bytes = 2 * entry->tile.columns;
  const struct matrix from = {residual->inputs[buffer], bytes, true};
  const struct matrix to = part(residual, &residual->to, &entry->tile);
  (void)core_copy(residual->core, &from, &to, entry->tile.rows, bytes,
                  residual->tag);
}

/* Loads the addend of tile number residual->loaded, behind the store from its
 * buffer in the queue of the DMA. */
static void load(struct residual* residual, const struct result_tile* tile) {
  const uint32_t buffer = residual->loaded++ % RESIDUAL_TILES;
  struct residual_tile* entry = &residual->tiles[buffer];
  entry->loaded = engines_past(&residual->core->engines, ENGINE_DMA);
  if (residual->addend.resident) return;
  const uint32_t bytes = 2 * tile->columns;
  const struct matrix from = part(residual, &residual->addend, tile);
  const struct matrix to = {residual->inputs[buffer], bytes, true};
  entry->loaded =
      core_copy(residual->core, &from, &to, tile->rows, bytes, residual->tag);
}

/* As far as there are buffers whose tile is stored. */
static void fetch_ahead(void* context) {
  struct residual* residual = context;
  const struct tiling* t = residual->tiling;
  const uint32_t column_tiles = divide_up(t->rows, t->tile_rows);
  while (residual->loaded - residual->stored < RESIDUAL_TILES) {
    const struct step at = {0,
                            residual->loaded / column_tiles * t->tile_columns,
                            0, residual->loaded % column_tiles * t->tile_rows};
    if (at.column >= t->columns) return;
    const struct result_tile tile = {at.block,
                                     smaller(t->tile_rows, t->rows - at.block),
                                     at.column, step_columns(t, &at)};
    load(residual, &tile);
  }
}

static void place(void* context, const struct result_tile* tile,
                  struct row_engine_command* command) {
  struct residual* residual = context;
  const uint32_t buffer = residual->placed % RESIDUAL_TILES;
  struct residual_tile* entry = &residual->tiles[buffer];
  while (residual->placed - residual->stored >= RESIDUAL_TILES) store(residual);
  if (residual->loaded == residual->placed) load(residual, tile);
  entry->tile = *tile;
  entry->sums = residual->in_place ? command->partial : residual->sums[buffer];
  entry->sums_stride =
      residual->in_place ? command->partial_row_stride : 2 * tile->columns;
  command->c = entry->sums;
  command->c_row_stride = entry->sums_stride;
  command->c_column_stride = 2;
  command->output = ROW_ENGINE_I16;
}

static void submitted(void* context, const struct result_tile* tile,
                      uint32_t ticket) {
  struct residual* residual = context;
  (void)tile;
  residual->tiles[residual->placed % RESIDUAL_TILES].product = ticket;
  ++residual->placed;
  while (residual->placed - residual->added >= 2) add(residual);
}

/* All tiles but the last one are in the queue of the vector unit already, and
 * so are done when their last one is. */
static void free_sums(void* context, uint32_t end) {
  struct residual* residual = context;
  if (residual->placed == 0) return;
  const struct residual_tile* last =
      &residual->tiles[(residual->placed - 1) % RESIDUAL_TILES];
  while (residual->added != residual->placed && last->tile.row < end) {
    add(residual);
  }
  while (residual->stored != residual->added) store(residual);
  if (residual->added == 0) return;
  const struct residual_tile* added =
      &residual->tiles[(residual->added - 1) % RESIDUAL_TILES];
  engines_wait(&residual->core->engines, ENGINE_VECTOR, added->added);
}

struct result_sink residual_sink(struct residual* residual) {
  const struct tiling* t = residual->tiling;
  struct result_sink sink = {place, submitted, 0, 0, 0, residual};
  if (residual->in_place) sink.free_sums = free_sums;
  /* The tiles are known beforehand where one product makes all of them. */
  if (residual->in_place && residual->addend.address == residual->to.address &&
      t->panel_rows == t->rows) {
    sink.fetch_ahead = fetch_ahead;
  }
  return sink;
}

void residual_finish(struct residual* residual) {
  while (residual->added != residual->placed) {
    while (residual->stored != residual->added) store(residual);
    add(residual);
  }
  while (residual->stored != residual->placed) store(residual);
}
