#include "firmware/drivers/vector_unit.h"

#include <vitvp/memory_map.h>
#include <vitvp/vector_unit_regs.h>

#include "firmware/hal/bus_access.h"

struct vector_unit vector_unit_default(void) {
  const struct vector_unit unit = {{VITVP_VECTOR_UNIT_BASE, 0}};
  return unit;
}

uint32_t vector_unit_max_columns(const struct vector_unit* unit) {
  return (bus_read32(unit->engine.base + VECTOR_UNIT_GEOMETRY_OFFSET) &
          VECTOR_UNIT_GEOMETRY_MAX_COLUMNS_MASK) >>
         VECTOR_UNIT_GEOMETRY_MAX_COLUMNS_SHIFT;
}

static bool valid(const struct vector_unit_command* c) {
  if (c->rows == 0 || c->rows > 65535) return false;
  if (c->columns == 0 || c->columns > 65535) return false;
  switch (c->operation) {
    case VECTOR_UNIT_SOFTMAX:
      return (c->records & 7u) == 0 && c->factor_multiplier >= 16384 &&
             c->factor_multiplier <= 32767 && c->factor_shift >= 1 &&
             c->factor_shift <= 62;
    case VECTOR_UNIT_LAYERNORM:
      return (c->parameters & 7u) == 0;
    case VECTOR_UNIT_ADD:
      return true;
  }
  return false;
}

static void stage_operation(const struct command_interface* engine,
                            const struct vector_unit_command* c) {
  switch (c->operation) {
    case VECTOR_UNIT_SOFTMAX:
      command_interface_stage(engine, VECTOR_UNIT_PARAMETERS_OFFSET,
                              c->parameters);
      command_interface_stage(engine, VECTOR_UNIT_RECORDS_OFFSET, c->records);
      command_interface_stage(
          engine, VECTOR_UNIT_FACTOR_OFFSET,
          c->factor_multiplier << VECTOR_UNIT_FACTOR_MULTIPLIER_SHIFT |
              c->factor_shift << VECTOR_UNIT_FACTOR_SHIFT_SHIFT);
      break;
    case VECTOR_UNIT_LAYERNORM:
      command_interface_stage(engine, VECTOR_UNIT_PARAMETERS_OFFSET,
                              c->parameters);
      command_interface_stage(engine, VECTOR_UNIT_EPSILON_LO_OFFSET,
                              c->epsilon_lo);
      command_interface_stage(engine, VECTOR_UNIT_EPSILON_HI_OFFSET,
                              c->epsilon_hi);
      break;
    case VECTOR_UNIT_ADD:
      command_interface_stage(engine, VECTOR_UNIT_Y_ADDRESS_OFFSET, c->y);
      command_interface_stage(engine, VECTOR_UNIT_Y_STRIDE_OFFSET, c->y_stride);
      break;
  }
}

enum vitvp_status vector_unit_submit(const struct vector_unit* unit,
                                     const struct vector_unit_command* command,
                                     uint32_t tag, uint32_t origin) {
  if (unit == 0 || command == 0 || !valid(command)) return VITVP_BAD_ARGUMENT;
  const struct command_interface* engine = &unit->engine;
  const enum vitvp_status ready = command_interface_ready(engine);
  if (ready != VITVP_OK) return ready;
  command_interface_stage(engine, VECTOR_UNIT_X_ADDRESS_OFFSET, command->x);
  command_interface_stage(engine, VECTOR_UNIT_X_STRIDE_OFFSET,
                          command->x_stride);
  command_interface_stage(engine, VECTOR_UNIT_Z_ADDRESS_OFFSET, command->z);
  command_interface_stage(engine, VECTOR_UNIT_Z_STRIDE_OFFSET,
                          command->z_stride);
  command_interface_stage(engine, VECTOR_UNIT_SHAPE_OFFSET,
                          command->rows | command->columns << 16);
  stage_operation(engine, command);
  command_interface_stage(
      engine, VECTOR_UNIT_MODE_OFFSET,
      (uint32_t)command->operation << VECTOR_UNIT_MODE_OPERATION_SHIFT);
  command_interface_submit(engine, tag, origin);
  return VITVP_OK;
}
