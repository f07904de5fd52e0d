// Everything that a run reads before a simulation exists.
#pragma once

#include "models/cosim/rtl_plugin.hpp"
#include "models/host_cpu/elf.hpp"
#include "platform/memory_image.hpp"
#include "platform/network_inputs.hpp"
#include "platform/scenario.hpp"

namespace vitvp::platform {

struct run_inputs : network_inputs {
  memory_image memory;
  models::elf_image elf;                    ///< empty unless the ISS runs it
  models::rtl_plugin_ptr row_engine_rtl;    ///< null: the model
  models::rtl_plugin_ptr pruning_unit_rtl;  ///< null: the model
};

/// Reads them. Throws vit::input_error or models::elf_error.
run_inputs read_inputs(const scenario& s);

}  // namespace vitvp::platform
