#include "firmware/drivers/dma.h"

#include <vitvp/dma_regs.h>
#include <vitvp/memory_map.h>

struct dma dma_default(void) {
  const struct dma dma = {{VITVP_DMA_BASE, 0}};
  return dma;
}

static bool valid(const struct dma_command* c) {
  const uint32_t most = 1u << 24;
  if (c->row_bytes == 0 || c->row_bytes > most) return false;
  if (c->rows == 0 || c->rows > 65536) return false;
  if (c->rows > most / c->row_bytes) return false;
  if (c->gather && (c->fill || (c->index & 1u) != 0)) return false;
  return true;
}

static uint32_t mode(const struct dma_command* c) {
  return (c->gather ? DMA_MODE_GATHER_MASK : 0u) |
         (c->fill ? DMA_MODE_FILL_MASK : 0u) |
         ((uint32_t)c->value << DMA_MODE_VALUE_SHIFT);
}

enum vitvp_status dma_submit(const struct dma* dma,
                             const struct dma_command* command, uint32_t tag) {
  if (dma == 0 || command == 0 || !valid(command)) return VITVP_BAD_ARGUMENT;
  const struct command_interface* engine = &dma->engine;
  const enum vitvp_status ready = command_interface_ready(engine);
  if (ready != VITVP_OK) return ready;
  command_interface_stage(engine, DMA_SOURCE_OFFSET, command->source);
  command_interface_stage(engine, DMA_DESTINATION_OFFSET, command->destination);
  command_interface_stage(engine, DMA_ROW_BYTES_OFFSET, command->row_bytes);
  command_interface_stage(engine, DMA_ROWS_OFFSET, command->rows);
  command_interface_stage(engine, DMA_SOURCE_STRIDE_OFFSET,
                          command->source_stride);
  command_interface_stage(engine, DMA_DESTINATION_STRIDE_OFFSET,
                          command->destination_stride);
  if (command->gather) {
    command_interface_stage(engine, DMA_INDEX_OFFSET, command->index);
  }
  command_interface_stage(engine, DMA_MODE_OFFSET, mode(command));
  command_interface_submit(engine, tag, 0);
  return VITVP_OK;
}
