#include "firmware/hal/bus_access.h"

#include <string.h>

void bus_read_words(uint32_t address, void* to, uint32_t bytes) {
  uint8_t* bytes_to = to;
  for (uint32_t at = 0; at < bytes; at += 4) {
    const uint32_t word = bus_read32(address + at);
    memcpy(bytes_to + at, &word, 4);
  }
}

void bus_write_words(uint32_t address, const void* from, uint32_t bytes) {
  const uint8_t* bytes_from = from;
  for (uint32_t at = 0; at < bytes; at += 4) {
    uint32_t word;
    memcpy(&word, bytes_from + at, 4);
    bus_write32(address + at, word);
  }
}
