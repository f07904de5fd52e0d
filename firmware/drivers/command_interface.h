/* The registers that all engines share; see docs/registers/dma.md for them. */
#ifndef VITVP_COMMAND_INTERFACE_H
#define VITVP_COMMAND_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/drivers/status.h"
#include "firmware/hal/bus_access.h"

#define COMMAND_REGISTERS_OFFSET 0x080u
#define COMMAND_REGISTERS 16u

/* What a driver knows of an engine without asking it. */
struct command_shadow {
  uint32_t values[COMMAND_REGISTERS]; /* of the command registers */
  uint32_t origin;
  uint32_t target;
  uint32_t depth;
  uint32_t submitted; /* counts as COMPLETED does */
  uint32_t completed; /* as last read */
  uint32_t room;      /* commands that the queue takes at least */
};

/* An engine, by the address of its registers. With a `shadow`, registers that
 * have their value already are not written again (they keep it from one
 * submission to the next), and what is known is not read. May be null. */
struct command_interface {
  uint32_t base;
  struct command_shadow* shadow;
};

/* A latched fault. code 0: none. */
struct command_fault {
  uint32_t code;
  uint32_t address;
  uint32_t tag;
};

/* From here on `shadow` stands for the engine, whose last command register is
 * the one at `last`. It must be idle, never be reset, and be nobody else's. */
void command_interface_remember(struct command_interface* engine,
                                struct command_shadow* shadow, uint32_t last);
/* VITVP_OK if a command can be submitted now, VITVP_BUSY if the queue is full,
 * VITVP_FAULT if the engine is halted. With a shadow, a fault may show later:
 * while there is known to be room, nobody asks. */
VITVP_WARN_UNUSED enum vitvp_status command_interface_ready(
    const struct command_interface* engine);
/* Appends the staged registers to the queue. Requires ready(). */
void command_interface_submit(const struct command_interface* engine,
                              uint32_t tag, uint32_t origin);
/* Commands completed since reset, modulo 2^32. */
uint32_t command_interface_completed(const struct command_interface* engine);
/* Commands that the queue holds beside the one that executes. */
uint32_t command_interface_depth(const struct command_interface* engine);
/* Commands that can be submitted now; 0 where the engine is halted. Asks. */
uint32_t command_interface_room(const struct command_interface* engine);
bool command_interface_faulted(const struct command_interface* engine);
struct command_fault command_interface_fault(
    const struct command_interface* engine);
/* Drops what waits and clears the fault. */
void command_interface_clear_fault(const struct command_interface* engine);
/* Causes that raise the line: COMMAND_INTERFACE_INTERRUPT_ENABLE_*_MASK. */
void command_interface_enable_interrupts(const struct command_interface* engine,
                                         uint32_t causes);
void command_interface_clear_interrupts(const struct command_interface* engine);
/* The value of COMPLETED from which on the cause REACHED is pending. */
void command_interface_set_target(const struct command_interface* engine,
                                  uint32_t target);
/* Writes one staged command register. Inline, as a command has up to 16. */
static inline void command_interface_stage(
    const struct command_interface* engine, uint32_t offset, uint32_t value) {
  if (engine->shadow) {
    uint32_t* known =
        &engine->shadow->values[(offset - COMMAND_REGISTERS_OFFSET) / 4];
    if (*known == value) return;
    *known = value;
  }
  bus_write32(engine->base + offset, value);
}

#endif
