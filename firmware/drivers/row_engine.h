/* Driver of the row engine (docs/registers/row_engine.md). */
#ifndef VITVP_ROW_ENGINE_H
#define VITVP_ROW_ENGINE_H

#include <stdbool.h>

#include "firmware/drivers/command_interface.h"

struct row_engine {
  struct command_interface engine;
};

enum row_engine_output {
  ROW_ENGINE_I8 = 0,
  ROW_ENGINE_I16 = 1,
  ROW_ENGINE_I32 = 2
};
enum row_engine_record {
  ROW_ENGINE_BY_COLUMN = 0,
  ROW_ENGINE_BY_ROW = 1,
  ROW_ENGINE_BY_TENSOR = 2
};

/* C[r][c] = f(sum over k of A[r][k]*B[k][c] (+ P[r][c])); strides in bytes. */
struct row_engine_command {
  uint32_t a;
  uint32_t a_row_stride; /* this or a_term_stride is 1 */
  uint32_t a_term_stride;
  uint32_t a_index; /* 0: none; else `terms` u16 that select terms of A */
  bool a_unsigned;
  uint32_t b;
  uint32_t b_term_stride;
  uint32_t c;
  uint32_t c_row_stride; /* this or c_column_stride is the element's size */
  uint32_t c_column_stride;
  uint32_t partial; /* 0: none; else i32 sums to start from */
  uint32_t partial_row_stride;
  uint32_t records; /* ignored for ROW_ENGINE_I32 */
  enum row_engine_record record_by;
  enum row_engine_output output;
  bool relu;
  uint32_t rows;    /* 1..65535 */
  uint32_t columns; /* 1..65535 */
  uint32_t terms;   /* 0..max_terms */
};

struct row_engine_geometry {
  uint32_t rows;
  uint32_t lanes;
  uint32_t max_terms;
};

struct row_engine row_engine_default(void);
struct row_engine_geometry row_engine_read_geometry(
    const struct row_engine* unit);
/* Queues a command. `origin` is origin_at() of its first row and column.
 * VITVP_BAD_ARGUMENT before any register is touched. */
VITVP_WARN_UNUSED enum vitvp_status row_engine_submit(
    const struct row_engine* unit, const struct row_engine_command* command,
    uint32_t tag, uint32_t origin);

/* Value of the ORIGIN register. */
static inline uint32_t origin_at(uint32_t row, uint32_t column) {
  return (row & 0xffffu) | column << 16;
}

#endif
