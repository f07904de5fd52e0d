// A result for a person: one page of text.
#pragma once

#include <cstddef>
#include <ostream>

#include "platform/result.hpp"

namespace vitvp::platform {

/// Writes what ran, how well, how fast, where the cycles of each engine went
/// and whether all checks held.
void write_report(std::ostream& out, const run_result& result);

/// Of at most this many images a report lists each.
constexpr std::size_t most_listed_images = 10;

}  // namespace vitvp::platform
