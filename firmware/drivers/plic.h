/* Driver of the interrupt controller (docs/registers/plic.md). */
#ifndef VITVP_PLIC_H
#define VITVP_PLIC_H

#include <stdint.h>

struct plic {
  uint32_t base;
};

struct plic plic_default(void);
/* Lets source 1..31 interrupt with priority 1..7; others are ignored. */
void plic_enable(const struct plic* plic, uint32_t source, uint32_t priority);
/* Only priorities above it interrupt; 0..7. */
void plic_set_threshold(const struct plic* plic, uint32_t threshold);
/* The source to serve, 0 if none. */
uint32_t plic_claim(const struct plic* plic);
void plic_complete(const struct plic* plic, uint32_t source);

#endif
