/* Driver of the vector unit (docs/registers/vector_unit.md). */
#ifndef VITVP_VECTOR_UNIT_H
#define VITVP_VECTOR_UNIT_H

#include <stdbool.h>

#include "firmware/drivers/command_interface.h"

struct vector_unit {
  struct command_interface engine;
};

enum vector_unit_operation {
  VECTOR_UNIT_SOFTMAX = 0,
  VECTOR_UNIT_LAYERNORM = 1,
  VECTOR_UNIT_ADD = 2
};

/* Operands by operation: docs/registers/vector_unit.md. */
struct vector_unit_command {
  enum vector_unit_operation operation;
  uint32_t x;
  uint32_t x_stride;
  uint32_t y;
  uint32_t y_stride;
  uint32_t z;
  uint32_t z_stride;
  uint32_t rows;    /* 1..65535 */
  uint32_t columns; /* 1..MAX_COLUMNS */
  uint32_t parameters;
  uint32_t records;
  uint32_t factor_multiplier;
  uint32_t factor_shift;
  uint32_t epsilon_lo;
  uint32_t epsilon_hi;
};

struct vector_unit vector_unit_default(void);
/* The longest row that the unit takes. */
uint32_t vector_unit_max_columns(const struct vector_unit* unit);
/* Queues a command. VITVP_BAD_ARGUMENT before any register is touched. */
VITVP_WARN_UNUSED enum vitvp_status vector_unit_submit(
    const struct vector_unit* unit, const struct vector_unit_command* command,
    uint32_t tag, uint32_t origin);

#endif
