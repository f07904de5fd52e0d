/* Driver of simulation control (docs/registers/sim_control.md). */
#ifndef VITVP_SIM_CONTROL_H
#define VITVP_SIM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct sim_control {
  uint32_t base;
};

/* What the platform is configured with. */
struct platform_sizes {
  uint32_t sram_bytes;
  uint32_t sram_line_bytes;
  uint32_t model_address; /* 0: no model is loaded */
};

struct sim_control sim_control_default(void);
/* True if the block identifies itself as this platform's. */
bool sim_control_present(const struct sim_control* control);
struct platform_sizes sim_control_sizes(const struct sim_control* control);
/* Clock cycles since reset. */
uint64_t sim_control_cycles(const struct sim_control* control);
/* Tells the platform how many images are finished. */
void sim_control_progress(const struct sim_control* control, uint32_t images);
/* Ends the simulation: code 0 is success. */
void sim_control_finish(const struct sim_control* control, uint32_t code);

#endif
