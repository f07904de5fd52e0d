// A result for a person: one page of text.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "platform/result.hpp"

namespace vitvp::platform {

/// Share of the multiply-accumulators' cycles that were used: executed
/// products over cycles * rows * lanes, 0..1; 0 if no time passed.
double row_engine_utilisation(const run_result& result);

/// Writes what ran, how well, how fast, where the cycles of each engine went
/// and whether all checks held.
void write_report(std::ostream& out, const run_result& result);

/// The first thing that did not hold, on one line; empty if all did.
std::string describe_failure(const run_result& result);

/// Of at most this many images a report lists each.
constexpr std::size_t most_listed_images = 10;
/// A report shows this many failures and counts the others.
constexpr std::size_t most_listed_failures = 20;

}  // namespace vitvp::platform
