#include "firmware/drivers/command_interface.h"

#include <vitvp/command_interface_regs.h>

#include "firmware/hal/bus_access.h"

static uint32_t status(const struct command_interface* engine) {
  return bus_read32(engine->base + COMMAND_INTERFACE_STATUS_OFFSET);
}

static uint32_t depth_in(uint32_t status_value) {
  return (status_value & COMMAND_INTERFACE_STATUS_DEPTH_MASK) >>
         COMMAND_INTERFACE_STATUS_DEPTH_SHIFT;
}

static uint32_t room_in(uint32_t status_value) {
  const uint32_t level = (status_value & COMMAND_INTERFACE_STATUS_LEVEL_MASK) >>
                         COMMAND_INTERFACE_STATUS_LEVEL_SHIFT;
  const uint32_t depth = depth_in(status_value);
  return level < depth ? depth - level : 0;
}

/* Writes a register unless it is known to have the value. */
static void write_once(const struct command_interface* engine, uint32_t offset,
                       uint32_t value, uint32_t* known) {
  if (known && *known == value) return;
  bus_write32(engine->base + offset, value);
  if (known) *known = value;
}

void command_interface_remember(struct command_interface* engine,
                                struct command_shadow* shadow, uint32_t last) {
  for (uint32_t at = COMMAND_REGISTERS_OFFSET; at <= last; at += 4) {
    shadow->values[(at - COMMAND_REGISTERS_OFFSET) / 4] =
        bus_read32(engine->base + at);
  }
  shadow->origin = bus_read32(engine->base + COMMAND_INTERFACE_ORIGIN_OFFSET);
  shadow->target = bus_read32(engine->base + COMMAND_INTERFACE_TARGET_OFFSET);
  shadow->depth = shadow->room = command_interface_depth(engine);
  shadow->completed = command_interface_completed(engine);
  shadow->submitted = shadow->completed;
  engine->shadow = shadow;
}

enum vitvp_status command_interface_ready(
    const struct command_interface* engine) {
  if (engine == 0) return VITVP_BAD_ARGUMENT;
  if (engine->shadow && engine->shadow->room > 0) return VITVP_OK;
  const uint32_t now = status(engine);
  if ((now & COMMAND_INTERFACE_STATUS_FAULT_MASK) != 0) return VITVP_FAULT;
  if (engine->shadow) engine->shadow->room = room_in(now);
  if ((now & COMMAND_INTERFACE_STATUS_FULL_MASK) != 0) return VITVP_BUSY;
  return VITVP_OK;
}

void command_interface_submit(const struct command_interface* engine,
                              uint32_t tag, uint32_t origin) {
  struct command_shadow* shadow = engine->shadow;
  write_once(engine, COMMAND_INTERFACE_ORIGIN_OFFSET, origin,
             shadow ? &shadow->origin : 0);
  bus_write32(engine->base + COMMAND_INTERFACE_SUBMIT_OFFSET, tag);
  if (!shadow) return;
  ++shadow->submitted;
  --shadow->room;
}

uint32_t command_interface_completed(const struct command_interface* engine) {
  const uint32_t completed =
      bus_read32(engine->base + COMMAND_INTERFACE_COMPLETED_OFFSET);
  struct command_shadow* shadow = engine->shadow;
  if (!shadow) return completed;
  shadow->completed = completed;
  /* No more wait than are not completed. */
  const uint32_t left = shadow->submitted - completed;
  if (left < shadow->depth && shadow->depth - left > shadow->room) {
    shadow->room = shadow->depth - left;
  }
  return completed;
}

uint32_t command_interface_depth(const struct command_interface* engine) {
  return depth_in(status(engine));
}

uint32_t command_interface_room(const struct command_interface* engine) {
  const uint32_t now = status(engine);
  if ((now & COMMAND_INTERFACE_STATUS_FAULT_MASK) != 0) return 0;
  const uint32_t room = room_in(now);
  if (engine->shadow) engine->shadow->room = room;
  return room;
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

void command_interface_set_target(const struct command_interface* engine,
                                  uint32_t target) {
  write_once(engine, COMMAND_INTERFACE_TARGET_OFFSET, target,
             engine->shadow ? &engine->shadow->target : 0);
}
