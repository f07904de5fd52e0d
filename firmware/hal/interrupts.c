#include "firmware/hal/interrupts.h"

#include <vitvp/memory_map.h>

#include "firmware/drivers/command_interface.h"
#include "firmware/drivers/plic.h"
#include "firmware/drivers/timer.h"
#include "firmware/hal/console.h"
#include "firmware/hal/cpu.h"

struct line {
  uint32_t irq;
  uint32_t base;
};

static const struct line lines[] = {
    {VITVP_DMA_IRQ, VITVP_DMA_BASE},
    {VITVP_ROW_ENGINE_IRQ, VITVP_ROW_ENGINE_BASE},
    {VITVP_VECTOR_UNIT_IRQ, VITVP_VECTOR_UNIT_BASE},
    {VITVP_PRUNING_UNIT_IRQ, VITVP_PRUNING_UNIT_BASE},
};
enum { LINE_COUNT = sizeof lines / sizeof lines[0] };

/* Written by the handler, read by deadline_passed(). The one piece of state
 * that an interrupt leaves behind. */
static volatile bool deadline_passed;

void interrupts_init(void) {
  const struct plic plic = plic_default();
  deadline_passed = false;
  plic_set_threshold(&plic, 0);
  plic_enable(&plic, VITVP_UART_IRQ, 1);
  for (uint32_t i = 0; i < LINE_COUNT; ++i) {
    plic_enable(&plic, lines[i].irq, 1);
  }
  cpu_set_interrupt_sources(CPU_INTERRUPT_EXTERNAL | CPU_INTERRUPT_TIMER);
  cpu_set_interrupts(true);
}

void interrupts_set_deadline(uint32_t microseconds) {
  const struct timer timer = timer_default();
  deadline_passed = false;
  timer_arm(&timer, timer_now(&timer) +
                        (uint64_t)microseconds * TIMER_TICKS_PER_MICROSECOND);
}

bool interrupts_deadline_passed(void) {
  return deadline_passed;
}

static void external_interrupt(void) {
  const struct plic plic = plic_default();
  const uint32_t irq = plic_claim(&plic);
  if (irq == VITVP_UART_IRQ) console_interrupt();
  for (uint32_t i = 0; i < LINE_COUNT; ++i) {
    if (lines[i].irq != irq) continue;
    const struct command_interface engine = {lines[i].base, 0};
    /* Whoever waits looks at COMPLETED and STATUS: the line has done its job.
     * Its cause is cleared by whoever wants the next one. */
    command_interface_enable_interrupts(&engine, 0);
  }
  if (irq != 0) plic_complete(&plic, irq);
}

/* What woke the core is served on the spot: a call costs less than a trap. */
void interrupts_sleep(void) {
  cpu_wait_for_interrupt();
  external_interrupt();
  cpu_set_interrupts(true);
}

void firmware_interrupt(uint32_t cause) {
  if (cause == 11) {
    external_interrupt();
  } else if (cause == 7) {
    const struct timer timer = timer_default();
    timer_disarm(&timer);
    deadline_passed = true;
  }
}
