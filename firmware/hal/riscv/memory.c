/* memset and memcpy by words: those of the C library, built for size, go by
 * bytes, and the runtime fills in many small structs. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void* memset(void* to, int value, size_t count) {
  uint8_t* at = to;
  uint8_t* const end = at + count;
  const uint32_t byte = (uint8_t)value;
  const uint32_t word = byte * 0x01010101u;
  while (at != end && ((uintptr_t)at & 3u) != 0) *at++ = (uint8_t)byte;
  for (; end - at >= 16; at += 16) {
    uint32_t* const words = (uint32_t*)(void*)at;
    words[0] = words[1] = words[2] = words[3] = word;
  }
  for (; end - at >= 4; at += 4) *(uint32_t*)(void*)at = word;
  while (at != end) *at++ = (uint8_t)byte;
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t count) {
  uint8_t* at = to;
  const uint8_t* source = from;
  uint8_t* const end = at + count;
  if ((((uintptr_t)at | (uintptr_t)source) & 3u) == 0) {
    for (; end - at >= 4; at += 4, source += 4) {
      *(uint32_t*)(void*)at = *(const uint32_t*)(const void*)source;
    }
  }
  while (at != end) *at++ = *source++;
  return to;
}
