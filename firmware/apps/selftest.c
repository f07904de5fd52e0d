/* Every block once, with known answers; PASS or FAIL for each on the UART. */
#include "firmware/apps/selftest.h"

#include <vitvp/memory_map.h>

#include "firmware/apps/apps.h"
#include "firmware/hal/bus_access.h"
#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"

/* In the firmware's MiB of DRAM, behind code, data and stack. */
#define SCRATCH_OFFSET 0xf0000u

struct selftest_case {
  const char* name;
  bool (*run)(struct selftest* test);
};

static const struct selftest_case cases[] = {
    {"sim_control", selftest_sim_control},
    {"uart", selftest_uart},
    {"timer", selftest_timer},
    {"plic", selftest_plic},
    {"dma", selftest_dma},
    {"row_engine", selftest_row_engine},
    {"vector_unit", selftest_vector_unit},
    {"pruning_unit", selftest_pruning_unit},
};
enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

void selftest_put(uint32_t address, const void* bytes, uint32_t count) {
  const uint8_t* from = bytes;
  for (uint32_t i = 0; i < count; ++i) bus_write8(address + i, from[i]);
}

bool selftest_holds(uint32_t address, const void* bytes, uint32_t count) {
  const uint8_t* expected = bytes;
  for (uint32_t i = 0; i < count; ++i) {
    if (bus_read8(address + i) != expected[i]) return false;
  }
  return true;
}

int selftest_main(void) {
  struct selftest test;
  uint32_t failed = 0;
  test.sram = VITVP_SRAM_BASE;
  test.dram = VITVP_DRAM_BASE + SCRATCH_OFFSET;
  engines_init(&test.engines);
  for (uint32_t i = 0; i < CASE_COUNT; ++i) {
    const bool passed = cases[i].run(&test);
    console_printf("selftest: %s: %s\n", cases[i].name,
                   passed ? "PASS" : "FAIL");
    if (!passed) ++failed;
  }
  console_printf("selftest: %u of %u blocks failed\n", (unsigned)failed,
                 (unsigned)CASE_COUNT);
  return failed == 0 ? FIRMWARE_EXIT_OK : FIRMWARE_EXIT_SELFTEST;
}
