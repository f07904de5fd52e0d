// Results of runs that never took place.
#pragma once

#include "platform/result.hpp"

namespace vitvp::platform::test {

/// A good run of two images, one of them labelled, all sums closed.
run_result sample_result();

/// The same, with a difference, failures and a firmware that came to a bad end.
run_result failed_result();

}  // namespace vitvp::platform::test
