/* Simulation control, UART, timer, interrupt controller and DMA. */
#include <vitvp/memory_map.h>
#include <vitvp/uart_regs.h>

#include "firmware/apps/selftest.h"
#include "firmware/drivers/plic.h"
#include "firmware/drivers/sim_control.h"
#include "firmware/drivers/timer.h"
#include "firmware/hal/bus_access.h"
#include "firmware/hal/cpu.h"
#include "firmware/hal/interrupts.h"

/* Far more than a deadline of one microsecond takes on any core. */
#define MOST_SLEEPS 10000u

bool selftest_sim_control(struct selftest* test) {
  const struct sim_control control = sim_control_default();
  (void)test;
  const struct platform_sizes sizes = sim_control_sizes(&control);
  const uint64_t before = sim_control_cycles(&control);
  const uint64_t after = sim_control_cycles(&control);
  return sim_control_present(&control) && sizes.sram_bytes >= SELFTEST_BYTES &&
         after > before;
}

bool selftest_uart(struct selftest* test) {
  const uint32_t scratch = VITVP_UART_BASE + UART_SCR_OFFSET;
  (void)test;
  bus_write8(scratch, 0x5a);
  const bool first = bus_read8(scratch) == 0x5a;
  bus_write8(scratch, 0xa5);
  return first && bus_read8(scratch) == 0xa5;
}

/* The timer's interrupt arrives, and not before its time. */
bool selftest_timer(struct selftest* test) {
  const struct timer timer = timer_default();
  (void)test;
  const uint64_t start = timer_now(&timer);
  interrupts_set_deadline(1);
  for (uint32_t i = 0; i < MOST_SLEEPS; ++i) {
    cpu_set_interrupts(false);
    if (interrupts_deadline_passed()) break;
    interrupts_sleep();
  }
  cpu_set_interrupts(true);
  const uint64_t waited = timer_now(&timer) - start;
  return interrupts_deadline_passed() && waited >= TIMER_TICKS_PER_MICROSECOND;
}

/* Nothing is pending now; that interrupts arrive is what the tests of the
 * engines live by. */
bool selftest_plic(struct selftest* test) {
  const struct plic plic = plic_default();
  (void)test;
  return plic_claim(&plic) == 0;
}

static bool run_dma(struct selftest* test, const struct dma_command* command) {
  const uint32_t ticket = engines_dma(&test->engines, command, 0);
  engines_wait(&test->engines, ENGINE_DMA, ticket);
  return engines_done(&test->engines, ENGINE_DMA, ticket);
}

/* A 2-D copy to DRAM, a gather back, and a fill. */
bool selftest_dma(struct selftest* test) {
  static const uint8_t rows[] = {1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0};
  static const uint16_t list[] = {2, 0};
  static const uint8_t gathered[] = {7, 8, 9, 1, 2, 3};
  static const uint8_t filled[] = {0x77, 0x77, 0x77, 0x77};
  const uint32_t index = test->sram + 256;
  const uint32_t back = test->sram + 512;
  selftest_put(test->sram, rows, sizeof rows);
  selftest_put(index, list, sizeof list);
  const struct dma_command copy = {.source = test->sram,
                                   .destination = test->dram,
                                   .row_bytes = 3,
                                   .rows = 3,
                                   .source_stride = 4,
                                   .destination_stride = 5};
  const struct dma_command gather = {.source = test->dram,
                                     .destination = back,
                                     .row_bytes = 3,
                                     .rows = 2,
                                     .source_stride = 5,
                                     .destination_stride = 3,
                                     .index = index,
                                     .gather = true};
  const struct dma_command fill = {.destination = test->sram + 1024,
                                   .row_bytes = 4,
                                   .rows = 1,
                                   .fill = true,
                                   .value = 0x77};
  return run_dma(test, &copy) && run_dma(test, &gather) &&
         run_dma(test, &fill) &&
         selftest_holds(back, gathered, sizeof gathered) &&
         selftest_holds(test->sram + 1024, filled, sizeof filled);
}
