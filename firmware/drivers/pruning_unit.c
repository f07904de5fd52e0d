#include "firmware/drivers/pruning_unit.h"

#include <vitvp/memory_map.h>
#include <vitvp/pruning_unit_regs.h>

#include "firmware/hal/bus_access.h"

struct pruning_unit pruning_unit_default(void) {
  const struct pruning_unit unit = {{VITVP_PRUNING_UNIT_BASE, 0}};
  return unit;
}

uint32_t pruning_unit_max_tokens(const struct pruning_unit* unit) {
  return (bus_read32(unit->engine.base + PRUNING_UNIT_LIMITS_OFFSET) &
          PRUNING_UNIT_LIMITS_MAX_TOKENS_MASK) >>
         PRUNING_UNIT_LIMITS_MAX_TOKENS_SHIFT;
}

uint32_t pruning_unit_live_count(const struct pruning_unit* unit) {
  return bus_read32(unit->engine.base + PRUNING_UNIT_LIVE_COUNT_OFFSET);
}

static void stage(const struct pruning_unit* unit, uint32_t offset,
                  uint32_t value) {
  command_interface_stage(&unit->engine, offset, value);
}

enum vitvp_status pruning_unit_submit_importance(
    const struct pruning_unit* unit,
    const struct pruning_unit_importance* command, uint32_t tag) {
  if (unit == 0 || command == 0 || command->tokens == 0 ||
      command->tokens > 65535) {
    return VITVP_BAD_ARGUMENT;
  }
  const enum vitvp_status ready = command_interface_ready(&unit->engine);
  if (ready != VITVP_OK) return ready;
  stage(unit, PRUNING_UNIT_X_ADDRESS_OFFSET, command->attention);
  stage(unit, PRUNING_UNIT_SHAPE_OFFSET, command->tokens);
  stage(unit, PRUNING_UNIT_MODE_OFFSET,
        PRUNING_UNIT_MODE_OPERATION_IMPORTANCE
                << PRUNING_UNIT_MODE_OPERATION_SHIFT |
            (command->first ? PRUNING_UNIT_MODE_FIRST_MASK : 0u));
  command_interface_submit(&unit->engine, tag, 0);
  return VITVP_OK;
}

enum vitvp_status pruning_unit_submit_select(
    const struct pruning_unit* unit, const struct pruning_unit_select* command,
    uint32_t tag) {
  if (unit == 0 || command == 0 || command->tokens == 0 ||
      command->tokens > 65535 || (command->list & 1u) != 0) {
    return VITVP_BAD_ARGUMENT;
  }
  const enum vitvp_status ready = command_interface_ready(&unit->engine);
  if (ready != VITVP_OK) return ready;
  stage(unit, PRUNING_UNIT_LIST_OFFSET, command->list);
  stage(unit, PRUNING_UNIT_SHAPE_OFFSET, command->tokens);
  stage(unit, PRUNING_UNIT_KEEP_OFFSET, command->keep);
  stage(
      unit, PRUNING_UNIT_MODE_OFFSET,
      PRUNING_UNIT_MODE_OPERATION_SELECT << PRUNING_UNIT_MODE_OPERATION_SHIFT);
  command_interface_submit(&unit->engine, tag, 0);
  return VITVP_OK;
}

static bool valid_scan(const struct pruning_unit_scan* c) {
  return c->tokens != 0 && c->tokens <= 65535 && c->channels != 0 &&
         c->channels <= 65535 && c->first_channel <= 65536 - c->channels &&
         c->threshold <= 127 && (c->list & 1u) == 0;
}

enum vitvp_status pruning_unit_submit_scan(
    const struct pruning_unit* unit, const struct pruning_unit_scan* command,
    uint32_t tag) {
  if (unit == 0 || command == 0 || !valid_scan(command)) {
    return VITVP_BAD_ARGUMENT;
  }
  const enum vitvp_status ready = command_interface_ready(&unit->engine);
  if (ready != VITVP_OK) return ready;
  stage(unit, PRUNING_UNIT_X_ADDRESS_OFFSET, command->hidden);
  stage(unit, PRUNING_UNIT_X_STRIDE_OFFSET, command->stride);
  stage(unit, PRUNING_UNIT_LIST_OFFSET, command->list);
  stage(unit, PRUNING_UNIT_SHAPE_OFFSET,
        command->tokens | command->channels << 16);
  stage(unit, PRUNING_UNIT_FIRST_CHANNEL_OFFSET, command->first_channel);
  stage(unit, PRUNING_UNIT_MODE_OFFSET,
        PRUNING_UNIT_MODE_OPERATION_SCAN << PRUNING_UNIT_MODE_OPERATION_SHIFT |
            (command->first ? PRUNING_UNIT_MODE_FIRST_MASK : 0u) |
            command->threshold << PRUNING_UNIT_MODE_THRESHOLD_SHIFT);
  command_interface_submit(&unit->engine, tag, 0);
  return VITVP_OK;
}
