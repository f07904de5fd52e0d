#include "firmware/hal/cpu.h"

#include "firmware/hal/fault.h"
#include "firmware/hal/interrupts.h"

void cpu_set_interrupts(bool enabled) {
  if (enabled) {
    __asm__ volatile("csrsi mstatus, 8" ::: "memory");
  } else {
    __asm__ volatile("csrci mstatus, 8" ::: "memory");
  }
}

void cpu_set_interrupt_sources(uint32_t sources) {
  __asm__ volatile("csrw mie, %0" ::"r"(sources) : "memory");
}

void cpu_wait_for_interrupt(void) {
  __asm__ volatile("wfi" ::: "memory");
}

_Noreturn void cpu_halt(void) {
  cpu_set_interrupts(false);
  cpu_set_interrupt_sources(0);
  for (;;) cpu_wait_for_interrupt();
}

/* Called by trap_entry. */
void trap_handler(uint32_t mcause, uint32_t mepc, uint32_t mtval);
void trap_handler(uint32_t mcause, uint32_t mepc, uint32_t mtval) {
  if ((mcause >> 31) != 0) {
    firmware_interrupt(mcause & 0x7fffffffu);
  } else {
    firmware_exception(mcause, mepc, mtval);
  }
}
