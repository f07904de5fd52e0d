/* What guests have in common that drive an engine with random commands. */
#ifndef VITVP_RANDOM_GUEST_H
#define VITVP_RANDOM_GUEST_H

#include <stdint.h>
#include <vitvp/memory_map.h>
#include <vitvp/sim_control_regs.h>

#define FINISH_SUCCESS 0x5555u

void guest(void);

__attribute__((naked, section(".text.start"))) void _start(void) {
  __asm__("li sp, 0x80010000\n  j guest");
}

static inline void write32(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}

static inline uint32_t read32(uint32_t address) {
  return *(volatile uint32_t*)address;
}

static inline volatile uint8_t* sram(uint32_t offset) {
  return (volatile uint8_t*)(VITVP_SRAM_BASE + offset);
}

static uint32_t random_state = 0x2510u;

/* xorshift32 */
static uint32_t below(uint32_t n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state % n;
}

__attribute__((noreturn)) static inline void finish(void) {
  write32(VITVP_SIM_CONTROL_BASE + SIM_CONTROL_FINISH_OFFSET, FINISH_SUCCESS);
  for (;;) {
  }
}

#endif
