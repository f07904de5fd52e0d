/* The hardware abstraction on the host: everything goes to the backend. */
#include <stddef.h>

#include "firmware/hal/bus_access.h"
#include "firmware/hal/cpu.h"
#include "firmware/hal/fault.h"
#include "firmware/hal/native_backend.h"

static const struct native_backend* selected;

void native_backend_select(const struct native_backend* backend) {
  selected = backend;
}

static void read(uint32_t address, void* data, uint32_t bytes) {
  if (!selected->read(selected->context, address, data, bytes)) {
    firmware_access_fault(address, false);
  }
}

static void write(uint32_t address, const void* data, uint32_t bytes) {
  if (!selected->write(selected->context, address, data, bytes)) {
    firmware_access_fault(address, true);
  }
}

uint32_t bus_read32(uint32_t address) {
  uint32_t value = 0;
  read(address, &value, 4);
  return value;
}

void bus_write32(uint32_t address, uint32_t value) {
  write(address, &value, 4);
}

uint8_t bus_read8(uint32_t address) {
  uint8_t value = 0;
  read(address, &value, 1);
  return value;
}

void bus_write8(uint32_t address, uint8_t value) {
  write(address, &value, 1);
}

void cpu_set_interrupts(bool enabled) {
  selected->set_interrupts(selected->context, enabled);
}

void cpu_set_interrupt_sources(uint32_t sources) {
  selected->set_interrupt_sources(selected->context, sources);
}

void cpu_wait_for_interrupt(void) {
  selected->wait_for_interrupt(selected->context);
}

_Noreturn void cpu_halt(void) {
  for (;;) selected->halt(selected->context);
}
