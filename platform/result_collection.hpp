// What the models counted, brought into a result.
#pragma once

#include "platform/result.hpp"
#include "platform/soc.hpp"
#include "platform/stall_ledger.hpp"
#include "vit/geometry.hpp"

namespace vitvp::platform {

/// Fills in engines, CPU, work and memories after the simulation has ended;
/// `result` has status, cycles and images already. Sums that do not agree
/// become failures of the check.
void collect_counters(soc& system, const stall_ledger& ledger,
                      const vit::geometry& size, bool runs_network,
                      run_result& result);

}  // namespace vitvp::platform
