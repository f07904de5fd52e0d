// What a comparison in lockstep found, for people and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "platform/result.hpp"

namespace vitvp::platform {

/// What was compared and, if there is one, the first difference with the last
/// beats of both sides.
void write_lockstep(std::ostream& out, const lockstep_result& result);

/// divergence.json, docs/cosim.md.
nlohmann::ordered_json to_json(const models::lockstep_divergence& found);

}  // namespace vitvp::platform
