/* Driver of the machine timer in the CLINT (docs/registers/clint.md). */
#ifndef VITVP_TIMER_H
#define VITVP_TIMER_H

#include <stdint.h>

#define TIMER_TICKS_PER_MICROSECOND 10u

struct timer {
  uint32_t base;
};

struct timer timer_default(void);
/* Ticks of 100 ns since reset. */
uint64_t timer_now(const struct timer* timer);
/* The timer interrupt is pending from `deadline` on. */
void timer_arm(const struct timer* timer, uint64_t deadline);
void timer_disarm(const struct timer* timer);

#endif
