/* Driver of the DMA controller (docs/registers/dma.md). */
#ifndef VITVP_DMA_H
#define VITVP_DMA_H

#include <stdbool.h>

#include "firmware/drivers/command_interface.h"

struct dma {
  struct command_interface engine;
};

/* Row i of `rows` goes from source + i*source_stride, or, with `gather`, from
 * source + index[i]*source_stride, to destination + i*destination_stride. */
struct dma_command {
  uint32_t source;
  uint32_t destination;
  uint32_t row_bytes; /* 1..2^24 */
  uint32_t rows;      /* 1..65536; rows*row_bytes <= 2^24 */
  uint32_t source_stride;
  uint32_t destination_stride;
  uint32_t index; /* address of `rows` u16, with `gather` */
  bool gather;
  bool fill; /* writes `value`; the source is not read */
  uint8_t value;
};

struct dma dma_default(void);
/* Queues a command. VITVP_BAD_ARGUMENT before any register is touched. */
VITVP_WARN_UNUSED enum vitvp_status dma_submit(
    const struct dma* dma, const struct dma_command* command, uint32_t tag);

#endif
