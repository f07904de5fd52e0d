#include "firmware/runtime/copy.h"

static void issue_until(struct copy* copy, uint32_t tiles) {
  for (; copy->issued < tiles; ++copy->issued) {
    const uint32_t row = copy->issued * copy->tile_rows;
    if (row >= copy->rows) return;
    const uint32_t rows = smaller(copy->tile_rows, copy->rows - row);
    struct matrix from = copy->from;
    struct matrix to = copy->to;
    uint32_t* ticket = &copy->tickets[copy->issued % (COPY_AHEAD + 1)];
    to.address += row * to.stride;
    if (copy->list != 0) {
      *ticket = core_gather(copy->core, &from, copy->list + 2 * row, &to, rows,
                            copy->bytes, copy->tag);
    } else {
      from.address += row * from.stride;
      *ticket = core_copy(copy->core, &from, &to, rows, copy->bytes, copy->tag);
    }
  }
}

void copy_start(struct copy* copy) {
  copy->issued = 0;
  issue_until(copy, 1);
}

static void require(void* context, uint32_t rows) {
  struct copy* copy = context;
  const uint32_t tile = (rows - 1) / copy->tile_rows;
  issue_until(copy, tile + 1 + COPY_AHEAD);
  engines_wait(&copy->core->engines, ENGINE_DMA,
               copy->tickets[tile % (COPY_AHEAD + 1)]);
}

struct row_source copy_source(struct copy* copy) {
  const struct row_source source = {require, copy, copy->tile_rows, false};
  return source;
}
