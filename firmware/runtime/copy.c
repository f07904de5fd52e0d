#include "firmware/runtime/copy.h"

static void issue_until(struct copy* copy, uint32_t tiles) {
  for (; copy->issued < tiles; ++copy->issued) {
    const uint32_t row = copy->issued * copy->tile_rows;
    if (row >= copy->rows) return;
    copy->tickets[copy->issued % (COPY_AHEAD + 1)] = copy->copy_rows(
        copy->context, row, smaller(copy->tile_rows, copy->rows - row));
  }
}

void copy_start(struct copy* copy) {
  copy->issued = copy->ready = 0;
  issue_until(copy, 1);
}

static uint32_t make(void* context, uint32_t least) {
  struct copy* copy = context;
  struct engines* engines = &copy->core->engines;
  const uint32_t wanted = divide_up(least, copy->tile_rows);
  for (;;) {
    issue_until(copy, copy->ready + COPY_AHEAD + 1);
    if (copy->ready == copy->issued) break;
    const uint32_t ticket = copy->tickets[copy->ready % (COPY_AHEAD + 1)];
    if (copy->ready < wanted) {
      engines_wait(engines, ENGINE_DMA, ticket);
    } else if (!engines_done(engines, ENGINE_DMA, ticket)) {
      break;
    }
    ++copy->ready;
  }
  return smaller(copy->ready * copy->tile_rows, copy->rows);
}

struct row_source copy_source(struct copy* copy) {
  const struct row_source source = {make, copy, copy->tile_rows, false};
  return source;
}
