#include "firmware/drivers/row_engine.h"

#include <vitvp/memory_map.h>
#include <vitvp/row_engine_regs.h>

#include "firmware/hal/bus_access.h"

struct row_engine row_engine_default(void) {
  const struct row_engine unit = {{VITVP_ROW_ENGINE_BASE, 0}};
  return unit;
}

struct row_engine_geometry row_engine_read_geometry(
    const struct row_engine* unit) {
  const uint32_t value =
      bus_read32(unit->engine.base + ROW_ENGINE_GEOMETRY_OFFSET);
  struct row_engine_geometry geometry;
  geometry.rows =
      (value & ROW_ENGINE_GEOMETRY_ROWS_MASK) >> ROW_ENGINE_GEOMETRY_ROWS_SHIFT;
  geometry.lanes = (value & ROW_ENGINE_GEOMETRY_LANES_MASK) >>
                   ROW_ENGINE_GEOMETRY_LANES_SHIFT;
  geometry.max_terms =
      bus_read32(unit->engine.base + ROW_ENGINE_MAX_TERMS_OFFSET);
  return geometry;
}

static bool valid(const struct row_engine_command* c) {
  const uint32_t element = 1u << (uint32_t)c->output;
  if (c->rows == 0 || c->rows > 65535) return false;
  if (c->columns == 0 || c->columns > 65535) return false;
  if (c->a_row_stride != 1 && c->a_term_stride != 1) return false;
  if (c->c_row_stride != element && c->c_column_stride != element) return false;
  if (c->output != ROW_ENGINE_I32 && (c->records & 7u) != 0) return false;
  return (c->partial & 3u) == 0 && (c->a_index & 1u) == 0;
}

static uint32_t mode(const struct row_engine_command* c) {
  return (c->a_unsigned ? ROW_ENGINE_MODE_A_UNSIGNED_MASK : 0u) |
         (c->a_index != 0 ? ROW_ENGINE_MODE_A_INDEXED_MASK : 0u) |
         (c->partial != 0 ? ROW_ENGINE_MODE_ACCUMULATE_MASK : 0u) |
         (c->relu ? ROW_ENGINE_MODE_RELU_MASK : 0u) |
         (uint32_t)c->output << ROW_ENGINE_MODE_OUTPUT_SHIFT |
         (uint32_t)c->record_by << ROW_ENGINE_MODE_RECORD_BY_SHIFT;
}

static void stage(const struct command_interface* engine,
                  const struct row_engine_command* command) {
  command_interface_stage(engine, ROW_ENGINE_A_ADDRESS_OFFSET, command->a);
  command_interface_stage(engine, ROW_ENGINE_A_ROW_STRIDE_OFFSET,
                          command->a_row_stride);
  command_interface_stage(engine, ROW_ENGINE_A_TERM_STRIDE_OFFSET,
                          command->a_term_stride);
  command_interface_stage(engine, ROW_ENGINE_A_INDEX_OFFSET, command->a_index);
  command_interface_stage(engine, ROW_ENGINE_B_ADDRESS_OFFSET, command->b);
  command_interface_stage(engine, ROW_ENGINE_B_TERM_STRIDE_OFFSET,
                          command->b_term_stride);
  command_interface_stage(engine, ROW_ENGINE_C_ADDRESS_OFFSET, command->c);
  command_interface_stage(engine, ROW_ENGINE_C_ROW_STRIDE_OFFSET,
                          command->c_row_stride);
  command_interface_stage(engine, ROW_ENGINE_C_COLUMN_STRIDE_OFFSET,
                          command->c_column_stride);
  command_interface_stage(engine, ROW_ENGINE_PARTIAL_OFFSET, command->partial);
  command_interface_stage(engine, ROW_ENGINE_PARTIAL_ROW_STRIDE_OFFSET,
                          command->partial_row_stride);
  command_interface_stage(engine, ROW_ENGINE_RECORDS_OFFSET, command->records);
  command_interface_stage(engine, ROW_ENGINE_SHAPE_OFFSET,
                          command->rows | command->columns << 16);
  command_interface_stage(engine, ROW_ENGINE_TERMS_OFFSET, command->terms);
  command_interface_stage(engine, ROW_ENGINE_MODE_OFFSET, mode(command));
}

enum vitvp_status row_engine_submit(const struct row_engine* unit,
                                    const struct row_engine_command* command,
                                    uint32_t tag, uint32_t origin) {
  if (unit == 0 || command == 0 || !valid(command)) return VITVP_BAD_ARGUMENT;
  const struct command_interface* engine = &unit->engine;
  const enum vitvp_status ready = command_interface_ready(engine);
  if (ready != VITVP_OK) return ready;
  stage(engine, command);
  command_interface_submit(engine, tag, origin);
  return VITVP_OK;
}
