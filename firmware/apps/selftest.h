/* Parts of the self-test: one function per block, with known answers. */
#ifndef VITVP_SELFTEST_H
#define VITVP_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/runtime/engines.h"

/* What a test may use. */
struct selftest {
  struct engines engines;
  uint32_t sram; /* SELFTEST_BYTES of scratch memory each */
  uint32_t dram;
};
#define SELFTEST_BYTES 4096u

/* Bytes to and from scratch memory. */
void selftest_put(uint32_t address, const void* bytes, uint32_t count);
/* True if memory holds exactly these bytes. */
bool selftest_holds(uint32_t address, const void* bytes, uint32_t count);

bool selftest_sim_control(struct selftest* test);
bool selftest_uart(struct selftest* test);
bool selftest_timer(struct selftest* test);
bool selftest_plic(struct selftest* test);
bool selftest_dma(struct selftest* test);
bool selftest_row_engine(struct selftest* test);
bool selftest_vector_unit(struct selftest* test);
bool selftest_pruning_unit(struct selftest* test);

#endif
