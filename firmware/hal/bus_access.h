/* Every access of the firmware to registers and DRAM tables goes through here.
 *
 * On RISC-V these are plain loads and stores. On the host they go to the
 * native_backend (hal/native_backend.h), since bus addresses are no pointers
 * there. An access that the bus refuses traps on RISC-V and ends in
 * firmware_access_fault() on the host; neither returns.
 */
#ifndef VITVP_BUS_ACCESS_H
#define VITVP_BUS_ACCESS_H

#include <stdint.h>

#ifdef __riscv

static inline uint32_t bus_read32(uint32_t address) {
  return *(const volatile uint32_t*)address;
}
static inline void bus_write32(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}
static inline uint8_t bus_read8(uint32_t address) {
  return *(const volatile uint8_t*)address;
}
static inline void bus_write8(uint32_t address, uint8_t value) {
  *(volatile uint8_t*)address = value;
}

#else

uint32_t bus_read32(uint32_t address);
void bus_write32(uint32_t address, uint32_t value);
uint8_t bus_read8(uint32_t address);
void bus_write8(uint32_t address, uint8_t value);

#endif

/* Copies `bytes` bytes (a multiple of 4) from a word-aligned bus address to
 * memory of the firmware, and back. */
void bus_read_words(uint32_t address, void* to, uint32_t bytes);
void bus_write_words(uint32_t address, const void* from, uint32_t bytes);

#endif
