/* Room in SRAM: a stack of buffers from the bottom and one from the top, both
 * in whole lines. A stage marks, takes what its plan says, and releases. */
#ifndef VITVP_SRAM_H
#define VITVP_SRAM_H

#include <stdint.h>

/* Buffers start on lines, so that no two share one. */
#define SRAM_LINE_BYTES 64u

struct sram {
  uint32_t next;
  uint32_t end; /* start of what is taken from the top */
  uint32_t least_free;
};

/* What a buffer of `bytes` really takes. */
static inline uint32_t sram_lines(uint32_t bytes) {
  return (bytes + SRAM_LINE_BYTES - 1) & ~(SRAM_LINE_BYTES - 1);
}

void sram_init(struct sram* sram, uint32_t base, uint32_t bytes);
/* Takes a buffer; what does not fit ends the firmware with
 * FIRMWARE_EXIT_REFUSED, since a plan promised that it would. */
uint32_t sram_take(struct sram* sram, uint32_t bytes);
uint32_t sram_take_top(struct sram* sram, uint32_t bytes);

struct sram_mark {
  uint32_t next;
  uint32_t end;
};
struct sram_mark sram_mark(const struct sram* sram);
void sram_release(struct sram* sram, struct sram_mark mark);

#endif
