// What a scenario means for the package and the images at hand.
#pragma once

#include <cstddef>

#include "platform/scenario.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::platform {

/// The pruning of a run: the scenario's where it says something, else the
/// package's. Tokens: `enabled: false` prunes none; `blocks` names the blocks
/// (absent: those of the package, or all where `keep` lists one per block) and
/// `keep` what they keep. FFN2: a threshold switches it on unless
/// `enabled: false`; `enabled: true` takes the package's threshold, or 0.
/// Throws vit::input_error where keys contradict each other or the package's
/// depth.
vit::pruning_policy effective_pruning(const scenario& s,
                                      const vit::package& model);

/// The images to run, from scenario::images.first on, of `available` ones.
/// Throws vit::input_error if there are none.
std::size_t image_count(const scenario& s, std::size_t available);

}  // namespace vitvp::platform
