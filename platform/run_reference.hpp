// A scenario's images on the reference alone.
#pragma once

#include "platform/run_scenario.hpp"

namespace vitvp::platform {

/// Classifies the images of the scenario with vit::classify(), up to
/// host.threads at a time. Values and decisions are those of a run on the
/// platform; cycles, accesses and all else that only the platform knows are 0,
/// and nothing was compared. An interrupted run has the images so far. Throws
/// vit::input_error if package or images cannot be used.
run_result run_reference(const scenario& s, const run_options& options);

}  // namespace vitvp::platform
