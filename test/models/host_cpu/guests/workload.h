/* The same computation on the core and on the host that tests it: multiplies,
 * divisions, shifts, bytes and halves in memory, calls, branches. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdint.h>

static uint32_t workload_mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

static uint32_t workload(uint32_t seed, uint8_t* bytes, uint32_t count) {
  uint32_t sum = seed;
  uint32_t i;
  for (i = 0; i < count; ++i) {
    sum = workload_mix(sum + i);
    bytes[i] = (uint8_t)sum;
  }
  for (i = 1; i < count; ++i) {
    const uint32_t divisor = (uint32_t)bytes[i] + 1U;
    const int32_t numerator = (int32_t)workload_mix(sum);
    sum += (uint32_t)(numerator / (int32_t)divisor) + sum % divisor;
    sum ^= (uint32_t)(((uint64_t)sum * divisor) >> 32);
    if ((sum & 1U) != 0U) {
      bytes[i - 1U] ^= bytes[i];
    } else {
      sum += (uint32_t)((int32_t)sum >> (bytes[i] & 31U));
    }
  }
  for (i = 0; i < count; ++i) {
    sum = workload_mix(sum ^ bytes[i]);
  }
  return sum;
}

#endif
