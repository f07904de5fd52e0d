/* What the firmware asks of the core itself. */
#ifndef VITVP_CPU_H
#define VITVP_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define CPU_INTERRUPT_SOFTWARE (1u << 3)
#define CPU_INTERRUPT_TIMER (1u << 7)
#define CPU_INTERRUPT_EXTERNAL (1u << 11)

/* mstatus.MIE. A pending interrupt is taken when it becomes true. */
void cpu_set_interrupts(bool enabled);
/* mie: which of the CPU_INTERRUPT_* wake the core and may interrupt it. */
void cpu_set_interrupt_sources(uint32_t sources);
/* Sleeps until an interrupt of the enabled sources is pending; it is not taken
 * while interrupts are disabled. May return early. */
void cpu_wait_for_interrupt(void);
/* Stops the core for good. */
_Noreturn void cpu_halt(void);

#endif
