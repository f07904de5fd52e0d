#include "firmware/runtime/machine.h"

#include <vitvp/memory_map.h>

#include "firmware/drivers/pruning_unit.h"
#include "firmware/drivers/row_engine.h"
#include "firmware/drivers/sim_control.h"
#include "firmware/drivers/vector_unit.h"

struct machine machine_read(void) {
  const struct sim_control control = sim_control_default();
  const struct row_engine row_engine = row_engine_default();
  const struct vector_unit vector_unit = vector_unit_default();
  const struct pruning_unit pruning_unit = pruning_unit_default();
  const struct platform_sizes sizes = sim_control_sizes(&control);
  const struct row_engine_geometry array =
      row_engine_read_geometry(&row_engine);
  struct machine machine;
  machine.sram_base = VITVP_SRAM_BASE;
  machine.sram_bytes = sizes.sram_bytes;
  machine.model_address = sizes.model_address;
  machine.array_rows = array.rows;
  machine.lanes = array.lanes;
  machine.max_terms = array.max_terms;
  machine.max_columns = vector_unit_max_columns(&vector_unit);
  machine.max_tokens = pruning_unit_max_tokens(&pruning_unit);
  return machine;
}
