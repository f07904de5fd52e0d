// The network of a scenario and the images that it shall classify.
#pragma once

#include <cstddef>

#include "platform/result.hpp"
#include "platform/scenario.hpp"
#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::platform {

struct network_inputs {
  vit::package model;
  vit::image_set images;
  vit::pruning_policy policy;
  std::size_t first = 0;  ///< image of the set
  std::size_t count = 0;  ///< images that are run
};

/// Whether the firmware classifies images, as opposed to the self-test.
bool runs_network(const scenario& s);

/// Reads them. Throws vit::input_error.
network_inputs read_network(const scenario& s);

/// What a result tells of scenario and network before anything is computed.
run_result begin_result(const scenario& s, const network_inputs& in);

/// Index, label and file of the image at `position` < count.
image_result begin_image(const network_inputs& in, std::size_t position);

}  // namespace vitvp::platform
