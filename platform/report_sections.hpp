// What reports are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>

#include "platform/result.hpp"

namespace vitvp::platform {

double real(std::uint64_t value);
std::string count(std::uint64_t value);

/// "  name          text".
void line(std::ostream& out, const std::string& name, const std::string& text);

/// Scenario and package.
void write_title(std::ostream& out, const run_result& result);
/// Sizes of the platform.
void write_platform(std::ostream& out, const run_result& result);
/// Cycles, images per second, how much of the row engine was used.
void write_speed(std::ostream& out, const run_result& result);
/// Products and weight rows that pruning saved.
void write_pruning(std::ostream& out, const run_result& result);
/// What the comparison with the reference came to.
void write_check(std::ostream& out, const run_result& result);
/// How it ended, unless well, and what did not hold.
void write_failures(std::ostream& out, const run_result& result);
/// Digest, wall time and verdict.
void write_conclusion(std::ostream& out, const run_result& result);

/// Share of the multiply-accumulators' cycles that were used: executed
/// products over cycles * rows * lanes, 0..1; 0 if no time passed.
double row_engine_utilisation(const run_result& result);

/// The first thing that did not hold, on one line; empty if all did.
std::string describe_failure(const run_result& result);

/// A report shows this many failures and counts the others.
constexpr std::size_t most_listed_failures = 20;

}  // namespace vitvp::platform
