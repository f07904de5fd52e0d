#include "firmware/drivers/sim_control.h"

#include <vitvp/memory_map.h>
#include <vitvp/sim_control_regs.h>

#include "firmware/hal/bus_access.h"

#define IDENTIFICATION 0x56545650u
#define FINISH_SUCCESS 0x5555u
#define FINISH_FAILURE 0x3333u

struct sim_control sim_control_default(void) {
  const struct sim_control control = {VITVP_SIM_CONTROL_BASE};
  return control;
}

bool sim_control_present(const struct sim_control* control) {
  return bus_read32(control->base + SIM_CONTROL_IDENTIFICATION_OFFSET) ==
         IDENTIFICATION;
}

struct platform_sizes sim_control_sizes(const struct sim_control* control) {
  struct platform_sizes sizes;
  sizes.sram_bytes = bus_read32(control->base + SIM_CONTROL_SRAM_BYTES_OFFSET);
  sizes.sram_line_bytes =
      (bus_read32(control->base + SIM_CONTROL_SRAM_BANKS_OFFSET) &
       SIM_CONTROL_SRAM_BANKS_LINE_BYTES_MASK) >>
      SIM_CONTROL_SRAM_BANKS_LINE_BYTES_SHIFT;
  sizes.model_address =
      bus_read32(control->base + SIM_CONTROL_MODEL_ADDRESS_OFFSET);
  return sizes;
}

uint64_t sim_control_cycles(const struct sim_control* control) {
  const uint32_t low = bus_read32(control->base + SIM_CONTROL_CYCLES_LO_OFFSET);
  const uint32_t high =
      bus_read32(control->base + SIM_CONTROL_CYCLES_HI_OFFSET);
  return (uint64_t)high << 32 | low;
}

void sim_control_progress(const struct sim_control* control, uint32_t images) {
  bus_write32(control->base + SIM_CONTROL_PROGRESS_OFFSET, images);
}

void sim_control_finish(const struct sim_control* control, uint32_t code) {
  bus_write32(control->base + SIM_CONTROL_FINISH_OFFSET,
              code == 0 ? FINISH_SUCCESS : FINISH_FAILURE | code << 16);
}
