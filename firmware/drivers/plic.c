#include "firmware/drivers/plic.h"

#include <vitvp/memory_map.h>
#include <vitvp/plic_regs.h>

#include "firmware/hal/bus_access.h"

struct plic plic_default(void) {
  const struct plic plic = {VITVP_PLIC_BASE};
  return plic;
}

void plic_enable(const struct plic* plic, uint32_t source, uint32_t priority) {
  if (source == 0 || source >= PLIC_PRIORITY_COUNT) return;
  const uint32_t enable = plic->base + PLIC_ENABLE_OFFSET;
  bus_write32(plic->base + PLIC_PRIORITY_OFFSET + source * PLIC_PRIORITY_STRIDE,
              priority);
  bus_write32(enable, bus_read32(enable) | 1u << source);
}

void plic_set_threshold(const struct plic* plic, uint32_t threshold) {
  bus_write32(plic->base + PLIC_THRESHOLD_OFFSET, threshold);
}

uint32_t plic_claim(const struct plic* plic) {
  return bus_read32(plic->base + PLIC_CLAIM_OFFSET);
}

void plic_complete(const struct plic* plic, uint32_t source) {
  bus_write32(plic->base + PLIC_CLAIM_OFFSET, source);
}
