// What commands that simulate have in common.
#pragma once

#include <string>
#include <vector>

#include "platform/cli_options.hpp"

namespace vitvp::platform {

/// Adds SCENARIO, --set, --out and --quiet. `out_meaning` is the help of --out.
void add_run_options(cli_options& options, const char* out_meaning);

/// The scenario of the options, with `settings` before those of --set and
/// `own` after them.
scenario scenario_of(const cli_options& options, arguments settings = {},
                     const std::vector<option_value>& own = {});

/// Runs it, progress and what the firmware prints shown unless --quiet; sums
/// are checked.
run_result simulate(const scenario& s, const cli_services& services,
                    const cli_options& options, run_options wanted = {});

/// The exit status that fits a result; a quiet run says why it failed.
int conclude(const scenario& s, const run_result& result,
             const cli_services& services, const cli_options& options);

}  // namespace vitvp::platform
