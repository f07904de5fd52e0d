// Everything that a run reads before a simulation exists.
#pragma once

#include <cstddef>

#include "models/cosim/rtl_plugin.hpp"
#include "models/host_cpu/elf.hpp"
#include "platform/memory_image.hpp"
#include "platform/scenario.hpp"
#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::platform {

struct run_inputs {
  vit::package model;
  vit::image_set images;
  vit::pruning_policy policy;
  std::size_t first = 0;  ///< image of the set
  std::size_t count = 0;  ///< images that are run
  memory_image memory;
  models::elf_image elf;                    ///< empty unless the ISS runs it
  models::rtl_plugin_ptr row_engine_rtl;    ///< null: the model
  models::rtl_plugin_ptr pruning_unit_rtl;  ///< null: the model
};

/// Whether the firmware classifies images, as opposed to the self-test.
bool runs_network(const scenario& s);

/// Reads them. Throws vit::input_error or models::elf_error.
run_inputs read_inputs(const scenario& s);

}  // namespace vitvp::platform
