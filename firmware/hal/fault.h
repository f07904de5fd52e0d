/* Faults that end the firmware. */
#ifndef VITVP_FAULT_H
#define VITVP_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes of the firmware. */
enum firmware_exit {
  FIRMWARE_EXIT_OK = 0,
  FIRMWARE_EXIT_SELFTEST = 1,   /* a known answer was missed */
  FIRMWARE_EXIT_ENGINE = 2,     /* an engine reported a fault or timed out */
  FIRMWARE_EXIT_REFUSED = 3,    /* the network cannot run on this platform */
  FIRMWARE_EXIT_EXCEPTION = 100 /* plus mcause */
};

/* Reports an exception and ends the simulation with
 * FIRMWARE_EXIT_EXCEPTION + cause. */
_Noreturn void firmware_exception(uint32_t cause, uint32_t mepc,
                                  uint32_t mtval);
/* The same for a refused access where there is no trap to tell the pc. */
_Noreturn void firmware_access_fault(uint32_t address, bool is_write);
/* Ends the simulation. */
_Noreturn void firmware_exit(uint32_t code);

#endif
