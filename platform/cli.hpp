// The command line, without the simulation: that is passed in.
#pragma once

#include <functional>
#include <ostream>

#include "platform/run_scenario.hpp"

namespace vitvp::platform {

/// Exit status of vitvp.
enum exit_status {
  exit_good = 0,    ///< done, and all checks held
  exit_failed = 1,  ///< a check failed, or the firmware ended badly
  exit_misuse = 2   ///< bad usage or bad input
};

/// What the command line needs of the world.
struct cli_services {
  /// run_scenario(), or what stands for it in tests.
  std::function<run_result(const scenario&, const run_options&)> run;
  std::ostream& out;  ///< reports and what the firmware prints
  std::ostream& err;  ///< errors and progress
  bool err_is_terminal = false;
  std::function<bool()> interrupted = {};  ///< run_options::interrupted
};

/// Runs the command that argv names and returns the exit status. Every
/// exception ends here, as one line `vitvp: ...` on services.err.
int run_cli(int argc, const char* const* argv, const cli_services& services);

}  // namespace vitvp::platform
