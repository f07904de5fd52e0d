#include "firmware/drivers/timer.h"

#include <vitvp/clint_regs.h>
#include <vitvp/memory_map.h>

#include "firmware/hal/bus_access.h"

struct timer timer_default(void) {
  const struct timer timer = {VITVP_CLINT_BASE};
  return timer;
}

uint64_t timer_now(const struct timer* timer) {
  uint32_t high = bus_read32(timer->base + CLINT_MTIME_HI_OFFSET);
  for (;;) {
    const uint32_t low = bus_read32(timer->base + CLINT_MTIME_LO_OFFSET);
    const uint32_t again = bus_read32(timer->base + CLINT_MTIME_HI_OFFSET);
    if (again == high) return (uint64_t)high << 32 | low;
    high = again;
  }
}

void timer_arm(const struct timer* timer, uint64_t deadline) {
  /* Through all ones, so that no intermediate value is in the past. */
  bus_write32(timer->base + CLINT_MTIMECMP_HI_OFFSET, 0xffffffffu);
  bus_write32(timer->base + CLINT_MTIMECMP_LO_OFFSET, (uint32_t)deadline);
  bus_write32(timer->base + CLINT_MTIMECMP_HI_OFFSET,
              (uint32_t)(deadline >> 32));
}

void timer_disarm(const struct timer* timer) {
  bus_write32(timer->base + CLINT_MTIMECMP_HI_OFFSET, 0xffffffffu);
}
