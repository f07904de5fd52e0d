/* How one matrix product is cut into steps. */
#ifndef VITVP_TILING_H
#define VITVP_TILING_H

#include <stdbool.h>
#include <stdint.h>

/* The order of the loops, from the outside: panels of rows, tiles of columns,
 * slices of terms, blocks of rows. A tile of weights (columns x terms) is
 * fetched once per panel; partial sums are kept for a panel. */
struct tiling {
  uint32_t rows;
  uint32_t panel_rows;
  uint32_t block_rows; /* of A that is in SRAM at a time */
  uint32_t tile_rows;  /* of one command that ends in an epilogue */
  uint32_t columns;
  uint32_t tile_columns;
  uint32_t terms;
  uint32_t tile_terms;
};

/* First row, column and term of a step. */
struct step {
  uint32_t panel;
  uint32_t column;
  uint32_t term;
  uint32_t block;
};

static inline uint32_t smaller(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}
static inline uint32_t larger(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}
static inline uint32_t divide_up(uint32_t a, uint32_t b) {
  return (a + b - 1) / b;
}
static inline uint32_t round_up(uint32_t a, uint32_t multiple) {
  return divide_up(a, multiple) * multiple;
}

/* Sizes of the step that starts there. */
static inline uint32_t step_panel_end(const struct tiling* t,
                                      const struct step* s) {
  return smaller(t->rows, s->panel + t->panel_rows);
}
static inline uint32_t step_columns(const struct tiling* t,
                                    const struct step* s) {
  return smaller(t->tile_columns, t->columns - s->column);
}
static inline uint32_t step_terms(const struct tiling* t,
                                  const struct step* s) {
  return smaller(t->tile_terms, t->terms - s->term);
}
static inline bool step_ends_terms(const struct tiling* t,
                                   const struct step* s) {
  return s->term + step_terms(t, s) == t->terms;
}
static inline uint32_t step_rows(const struct tiling* t, const struct step* s) {
  return smaller(t->block_rows, step_panel_end(t, s) - s->block);
}

/* To the next step, or, without blocks, to the next tile of weights; false
 * behind the last one, where the step is the first one again. */
bool step_next(const struct tiling* t, struct step* s);
bool step_next_weights(const struct tiling* t, struct step* s);
/* Slices of terms: at least one, also of no terms. */
static inline uint32_t tiling_slices(const struct tiling* t) {
  return t->terms == 0 ? 1 : divide_up(t->terms, t->tile_terms);
}

#endif
