/* Interrupts: which block's line maps to which handler. */
#ifndef VITVP_INTERRUPTS_H
#define VITVP_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

/* Handlers record, they do not process: the engine handler clears the causes of
 * its engine, the UART's sends the next bytes, the timer's disarms the timer
 * and marks the deadline. */

/* Enables the interrupt lines of all engines, the UART and the timer. */
void interrupts_init(void);
/* Arms the watchdog: deadline_passed() is true `microseconds` from now. */
void interrupts_set_deadline(uint32_t microseconds);
bool interrupts_deadline_passed(void);
/* Sleeps until something happens; interrupts are taken before it returns. The
 * caller has disabled interrupts and checked its condition since; they are
 * enabled again afterwards. */
void interrupts_sleep(void);
/* Entry from the trap handler or the native core; cause as in mcause. */
void firmware_interrupt(uint32_t cause);

#endif
