/* Random commands on the pruning unit, one after the other, now and then one
 * that is refused. Nothing looks at the results but the one who watches it. */
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>

#include "random_guest.h"

#define COMMANDS 150u
#define MAX_TOKENS 99u

enum operation { IMPORTANCE, SELECT, SCAN };

/* Places of the operands in SRAM. */
#define X 0x0000u
#define LIST 0x2000u
#define END 0x4000u

static void set(uint32_t offset, uint32_t value) {
  write32(VITVP_PRUNING_UNIT_BASE + offset, value);
}

static uint32_t get(uint32_t offset) {
  return read32(VITVP_PRUNING_UNIT_BASE + offset);
}

/* Few different values make ties. */
static void fill(uint32_t first, uint32_t end) {
  const uint32_t few = below(2);
  for (uint32_t i = first; i < end; ++i) {
    *sram(i) = (uint8_t)(few != 0 ? below(3) : below(256));
  }
}

static void set_row_engine(uint32_t offset, uint32_t value) {
  write32(VITVP_ROW_ENGINE_BASE + offset, value);
}

/* In half of the cases the row engine keeps the memory busy beside the next
 * command: a tile of 2000 terms. */
static void disturb(void) {
  if (below(2) == 0) return;
  set_row_engine(ROW_ENGINE_A_ADDRESS_OFFSET, VITVP_SRAM_BASE + END);
  set_row_engine(ROW_ENGINE_A_ROW_STRIDE_OFFSET, 1);
  set_row_engine(ROW_ENGINE_A_TERM_STRIDE_OFFSET, 2);
  set_row_engine(ROW_ENGINE_B_ADDRESS_OFFSET, VITVP_SRAM_BASE + END);
  set_row_engine(ROW_ENGINE_B_TERM_STRIDE_OFFSET, 2);
  set_row_engine(ROW_ENGINE_C_ADDRESS_OFFSET, VITVP_SRAM_BASE + END + 0x3000u);
  set_row_engine(ROW_ENGINE_C_ROW_STRIDE_OFFSET, 8);
  set_row_engine(ROW_ENGINE_C_COLUMN_STRIDE_OFFSET, 4);
  set_row_engine(ROW_ENGINE_SHAPE_OFFSET, 2 | 2 << 16);
  set_row_engine(ROW_ENGINE_TERMS_OFFSET, 2000);
  set_row_engine(ROW_ENGINE_MODE_OFFSET, 2 << 4);
  set_row_engine(ROW_ENGINE_SUBMIT_OFFSET, 0);
  while ((read32(VITVP_ROW_ENGINE_BASE + ROW_ENGINE_STATUS_OFFSET) &
          ROW_ENGINE_STATUS_BUSY_MASK) == 0) {
  }
}

/* The list of a SCAN that goes on grows: it is begun anew in time. */
static void submit_command(uint32_t number) {
  static uint32_t listed = 0;
  const uint32_t operation = below(3);
  const uint32_t tokens = 1 + below(MAX_TOKENS);
  const uint32_t channels = below(20) == 0 ? 0 : 1 + below(20);
  const uint32_t threshold = below(2) != 0 ? below(3) : below(128);
  uint32_t first = below(3) == 0;
  if (operation == SCAN) {
    if (listed + channels > 1000) first = 1;
    listed = (first != 0 ? 0 : listed) + channels;
  }
  set(PRUNING_UNIT_X_ADDRESS_OFFSET, VITVP_SRAM_BASE + X + below(64));
  set(PRUNING_UNIT_X_STRIDE_OFFSET, tokens + below(200));
  set(PRUNING_UNIT_LIST_OFFSET, VITVP_SRAM_BASE + LIST);
  set(PRUNING_UNIT_SHAPE_OFFSET, tokens | channels << 16);
  set(PRUNING_UNIT_KEEP_OFFSET, below(tokens + 1));
  set(PRUNING_UNIT_FIRST_CHANNEL_OFFSET, below(1000));
  set(PRUNING_UNIT_MODE_OFFSET, operation | first << 2 | threshold << 8);
  /* No layer: the kind is 0. */
  set(PRUNING_UNIT_SUBMIT_OFFSET, number << 8);
}

void guest(void) {
  uint32_t completed = 0;
  for (uint32_t number = 0; number < COMMANDS; ++number) {
    if (below(4) == 0) fill(X, LIST);
    disturb();
    submit_command(number);
    while (get(PRUNING_UNIT_COMPLETED_OFFSET) == completed &&
           get(PRUNING_UNIT_ERROR_CODE_OFFSET) == 0) {
    }
    completed = get(PRUNING_UNIT_COMPLETED_OFFSET);
    set(PRUNING_UNIT_CONTROL_OFFSET, PRUNING_UNIT_CONTROL_CLEAR_MASK);
  }
  finish();
}
