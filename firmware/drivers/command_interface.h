/* The registers that all engines share; see docs/registers/dma.md for them. */
#ifndef VITVP_COMMAND_INTERFACE_H
#define VITVP_COMMAND_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/drivers/status.h"
#include "firmware/hal/bus_access.h"

#define COMMAND_REGISTERS_OFFSET 0x080u
#define COMMAND_REGISTERS 16u

/* What the command registers of an engine hold. */
struct command_staged {
  uint32_t values[COMMAND_REGISTERS];
};

/* An engine, by the address of its registers. With `staged`, registers that
 * have their value already are not written again: they keep it from one
 * submission to the next. May be null. */
struct command_interface {
  uint32_t base;
  struct command_staged* staged;
};

/* A latched fault. code 0: none. */
struct command_fault {
  uint32_t code;
  uint32_t address;
  uint32_t tag;
};

/* From here on `staged` stands for the registers up to the one at `last`, that
 * nobody else may write; the engine must not be reset. */
void command_interface_remember(struct command_interface* engine,
                                struct command_staged* staged, uint32_t last);
/* VITVP_OK if a command can be submitted now, VITVP_BUSY if the queue is full,
 * VITVP_FAULT if the engine is halted. */
VITVP_WARN_UNUSED enum vitvp_status command_interface_ready(
    const struct command_interface* engine);
/* Appends the staged registers to the queue. Requires ready(). */
void command_interface_submit(const struct command_interface* engine,
                              uint32_t tag, uint32_t origin);
/* Commands completed since reset, modulo 2^32. */
uint32_t command_interface_completed(const struct command_interface* engine);
/* Commands that the queue holds beside the one that executes. */
uint32_t command_interface_depth(const struct command_interface* engine);
/* Commands that can be submitted now; 0 where the engine is halted. */
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
/* Writes one staged command register. Inline, as a command has up to 16. */
static inline void command_interface_stage(
    const struct command_interface* engine, uint32_t offset, uint32_t value) {
  if (engine->staged) {
    uint32_t* staged =
        &engine->staged->values[(offset - COMMAND_REGISTERS_OFFSET) / 4];
    if (*staged == value) return;
    *staged = value;
  }
  bus_write32(engine->base + offset, value);
}

#endif
