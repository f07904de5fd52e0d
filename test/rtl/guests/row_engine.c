/* Random products on the row engine, one after the other: what no network asks
 * for, too. Nothing looks at the results but the one who watches the engine. */
#include <vitvp/row_engine_regs.h>

#include "random_guest.h"

#define COMMANDS 100u

/* Places of the operands in SRAM. */
#define A 0x0000u
#define LIST 0x2000u
#define B 0x2400u
#define PARTIAL 0x4000u
#define RECORDS 0x4800u
#define C 0x5000u
#define END 0x5800u

static void set(uint32_t offset, uint32_t value) {
  write32(VITVP_ROW_ENGINE_BASE + offset, value);
}

/* A third of the bytes is extreme. */
static void fill(uint32_t first, uint32_t end) {
  static const uint8_t extremes[] = {0x00, 0x80, 0x7f, 0xff};
  for (uint32_t i = first; i < end; ++i) {
    *sram(i) = below(3) == 0 ? extremes[below(4)] : (uint8_t)below(256);
  }
}

/* Sizes about multiples of the array, as often as any. */
static uint32_t size(uint32_t unit) {
  return below(3) == 0 ? unit * (1 + below(2)) : 1 + below(2 * unit + 3);
}

static void place_records(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    volatile uint32_t* record = (volatile uint32_t*)sram(RECORDS + 8 * i);
    const uint32_t multiplier = 16384 + below(16384);
    const uint32_t shift = below(4) == 0 ? 1 + below(62) : 15 + below(16);
    record[0] =
        (uint32_t)((int32_t)(below(0x80000000u) - 0x40000000u) >> below(31));
    record[1] = multiplier | shift << 16;
  }
}

static void place_a(uint32_t rows, uint32_t terms, uint32_t indexed) {
  const uint32_t listed = indexed != 0 ? terms + 40 : terms;
  if (below(2) == 0) {
    set(ROW_ENGINE_A_ROW_STRIDE_OFFSET, listed + below(9));
    set(ROW_ENGINE_A_TERM_STRIDE_OFFSET, 1);
  } else {
    set(ROW_ENGINE_A_ROW_STRIDE_OFFSET, 1);
    set(ROW_ENGINE_A_TERM_STRIDE_OFFSET, rows + 1 + below(9));
  }
  for (uint32_t k = 0; k < terms; ++k) {
    *(volatile uint16_t*)sram(LIST + 2 * k) = (uint16_t)below(listed);
  }
  set(ROW_ENGINE_A_ADDRESS_OFFSET, VITVP_SRAM_BASE + A + below(64));
  set(ROW_ENGINE_A_INDEX_OFFSET, VITVP_SRAM_BASE + LIST);
}

static void place_c(uint32_t rows, uint32_t columns, uint32_t element) {
  const uint32_t gap = element * below(5);
  const uint32_t by_rows = below(2);
  set(ROW_ENGINE_C_ADDRESS_OFFSET, VITVP_SRAM_BASE + C + 4 * below(16));
  set(ROW_ENGINE_C_ROW_STRIDE_OFFSET,
      by_rows != 0 ? element * columns + gap : element);
  set(ROW_ENGINE_C_COLUMN_STRIDE_OFFSET,
      by_rows != 0 ? element : element * rows + gap);
}

static void submit_product(uint32_t number) {
  static const uint8_t edges[] = {0, 1, 2, 3, 63, 64, 65, 127, 128, 129};
  const uint32_t rows = size(3);
  const uint32_t columns = size(5);
  const uint32_t terms = below(2) == 0 ? edges[below(10)] : below(200);
  const uint32_t output = below(3);
  const uint32_t indexed = below(3) == 0;
  place_a(rows, terms, indexed);
  place_records(16);
  place_c(rows, columns, 1u << output);
  set(ROW_ENGINE_B_ADDRESS_OFFSET, VITVP_SRAM_BASE + B + below(64));
  set(ROW_ENGINE_B_TERM_STRIDE_OFFSET, columns + below(9));
  set(ROW_ENGINE_PARTIAL_OFFSET, VITVP_SRAM_BASE + PARTIAL + 4 * below(16));
  set(ROW_ENGINE_PARTIAL_ROW_STRIDE_OFFSET, 4 * (columns + below(5)));
  set(ROW_ENGINE_RECORDS_OFFSET, VITVP_SRAM_BASE + RECORDS);
  set(ROW_ENGINE_SHAPE_OFFSET, rows | columns << 16);
  set(ROW_ENGINE_TERMS_OFFSET, terms);
  set(ROW_ENGINE_MODE_OFFSET, below(2) | indexed << 1 | below(2) << 2 |
                                  below(2) << 3 | output << 4 | below(3) << 6);
  /* No layer: the kind is 0. */
  set(ROW_ENGINE_SUBMIT_OFFSET, number << 8);
}

void guest(void) {
  fill(A, END);
  for (uint32_t number = 0; number < COMMANDS; ++number) {
    submit_product(number);
    while (read32(VITVP_ROW_ENGINE_BASE + ROW_ENGINE_COMPLETED_OFFSET) ==
           number) {
    }
  }
  finish();
}
