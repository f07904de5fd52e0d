#include "firmware/runtime/tiling.h"

bool step_next_weights(const struct tiling* t, struct step* s) {
  s->block = s->panel;
  s->term += step_terms(t, s);
  if (s->term < t->terms) return true;
  s->term = 0;
  s->column += t->tile_columns;
  if (s->column < t->columns) return true;
  s->column = 0;
  s->panel += t->panel_rows;
  if (s->panel >= t->rows) s->panel = 0;
  s->block = s->panel;
  return s->panel != 0;
}

bool step_next(const struct tiling* t, struct step* s) {
  s->block += t->block_rows;
  if (s->block < step_panel_end(t, s)) return true;
  return step_next_weights(t, s);
}
