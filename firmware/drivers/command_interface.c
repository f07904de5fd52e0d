#include "firmware/drivers/command_interface.h"

#include <vitvp/command_interface_regs.h>

#include "firmware/hal/bus_access.h"

static uint32_t status(const struct command_interface* engine) {
  return bus_read32(engine->base + COMMAND_INTERFACE_STATUS_OFFSET);
}

void command_interface_remember(struct command_interface* engine,
                                struct command_staged* staged, uint32_t last) {
  for (uint32_t at = COMMAND_REGISTERS_OFFSET; at <= last; at += 4) {
    staged->values[(at - COMMAND_REGISTERS_OFFSET) / 4] =
        bus_read32(engine->base + at);
  }
  engine->staged = staged;
}

enum vitvp_status command_interface_ready(
    const struct command_interface* engine) {
  if (engine == 0) return VITVP_BAD_ARGUMENT;
  const uint32_t now = status(engine);
  if ((now & COMMAND_INTERFACE_STATUS_FAULT_MASK) != 0) return VITVP_FAULT;
  if ((now & COMMAND_INTERFACE_STATUS_FULL_MASK) != 0) return VITVP_BUSY;
  return VITVP_OK;
}

void command_interface_submit(const struct command_interface* engine,
                              uint32_t tag, uint32_t origin) {
  bus_write32(engine->base + COMMAND_INTERFACE_ORIGIN_OFFSET, origin);
  bus_write32(engine->base + COMMAND_INTERFACE_SUBMIT_OFFSET, tag);
}

uint32_t command_interface_completed(const struct command_interface* engine) {
  return bus_read32(engine->base + COMMAND_INTERFACE_COMPLETED_OFFSET);
}

uint32_t command_interface_depth(const struct command_interface* engine) {
  return (status(engine) & COMMAND_INTERFACE_STATUS_DEPTH_MASK) >>
         COMMAND_INTERFACE_STATUS_DEPTH_SHIFT;
}

uint32_t command_interface_room(const struct command_interface* engine) {
  const uint32_t now = status(engine);
  if ((now & COMMAND_INTERFACE_STATUS_FAULT_MASK) != 0) return 0;
  const uint32_t level = (now & COMMAND_INTERFACE_STATUS_LEVEL_MASK) >>
                         COMMAND_INTERFACE_STATUS_LEVEL_SHIFT;
  const uint32_t depth = (now & COMMAND_INTERFACE_STATUS_DEPTH_MASK) >>
                         COMMAND_INTERFACE_STATUS_DEPTH_SHIFT;
  return level < depth ? depth - level : 0;
}

bool command_interface_faulted(const struct command_interface* engine) {
  return (status(engine) & COMMAND_INTERFACE_STATUS_FAULT_MASK) != 0;
}

struct command_fault command_interface_fault(
    const struct command_interface* engine) {
  struct command_fault fault;
  fault.code = bus_read32(engine->base + COMMAND_INTERFACE_ERROR_CODE_OFFSET) &
               COMMAND_INTERFACE_ERROR_CODE_CODE_MASK;
  fault.address =
      bus_read32(engine->base + COMMAND_INTERFACE_ERROR_ADDRESS_OFFSET);
  fault.tag = bus_read32(engine->base + COMMAND_INTERFACE_ERROR_TAG_OFFSET);
  return fault;
}

void command_interface_clear_fault(const struct command_interface* engine) {
  bus_write32(engine->base + COMMAND_INTERFACE_CONTROL_OFFSET,
              COMMAND_INTERFACE_CONTROL_CLEAR_MASK);
}

void command_interface_enable_interrupts(const struct command_interface* engine,
                                         uint32_t causes) {
  bus_write32(engine->base + COMMAND_INTERFACE_INTERRUPT_ENABLE_OFFSET, causes);
}

void command_interface_clear_interrupts(
    const struct command_interface* engine) {
  bus_write32(engine->base + COMMAND_INTERFACE_INTERRUPT_STATUS_OFFSET,
              COMMAND_INTERFACE_INTERRUPT_STATUS_DONE_MASK |
                  COMMAND_INTERFACE_INTERRUPT_STATUS_FAULT_MASK);
}
