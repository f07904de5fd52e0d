/* The machine as its capability registers describe it. */
#ifndef VITVP_MACHINE_H
#define VITVP_MACHINE_H

#include <stdint.h>

struct machine {
  uint32_t sram_base;
  uint32_t sram_bytes;
  uint32_t model_address; /* of struct vit_image; 0: none is loaded */
  uint32_t array_rows;    /* processing rows of the row engine */
  uint32_t lanes;         /* columns that they compute at once */
  uint32_t max_terms;     /* of one product */
  uint32_t max_columns;   /* of one row of the vector unit */
  uint32_t max_tokens;    /* that the pruning unit ranks */
};

struct machine machine_read(void);

#endif
