#include "firmware/runtime/sram.h"

#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"

void sram_init(struct sram* sram, uint32_t base, uint32_t bytes) {
  sram->next = base;
  sram->end = base + (bytes & ~(SRAM_LINE_BYTES - 1));
  sram->least_free = sram->end - sram->next;
}

static void check(struct sram* sram, uint32_t bytes) {
  const uint32_t free_bytes = sram->end - sram->next;
  if (bytes > free_bytes) {
    console_printf("firmware: a buffer needs %u bytes of SRAM, has %u\n",
                   (unsigned)bytes, (unsigned)free_bytes);
    firmware_exit(FIRMWARE_EXIT_REFUSED);
  }
  if (free_bytes - bytes < sram->least_free) {
    sram->least_free = free_bytes - bytes;
  }
}

uint32_t sram_take(struct sram* sram, uint32_t bytes) {
  const uint32_t taken = sram_lines(bytes);
  check(sram, taken);
  const uint32_t address = sram->next;
  sram->next += taken;
  return address;
}

uint32_t sram_take_top(struct sram* sram, uint32_t bytes) {
  const uint32_t taken = sram_lines(bytes);
  check(sram, taken);
  sram->end -= taken;
  return sram->end;
}

struct sram_mark sram_mark(const struct sram* sram) {
  const struct sram_mark mark = {sram->next, sram->end};
  return mark;
}

void sram_release(struct sram* sram, struct sram_mark mark) {
  sram->next = mark.next;
  sram->end = mark.end;
}
