// The executable `vitvp`: the command line with the simulation behind it.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <systemc>

#include "platform/cli.hpp"
#include "platform/run_reference.hpp"
#include "platform/run_scenario.hpp"

namespace {

volatile std::sig_atomic_t interrupted = 0;

// The first signal ends the run with a report, a second one the process.
void interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

// A run reports when it is interrupted; other commands just end.
vitvp::platform::run_result run(const vitvp::platform::scenario& s,
                                const vitvp::platform::run_options& options) {
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  return options.backend == vitvp::platform::result_backend::reference
             ? vitvp::platform::run_reference(s, options)
             : vitvp::platform::run_scenario(s, options);
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  using namespace vitvp::platform;
  return run_cli(argc, argv,
                 {run, std::cout, std::cerr, isatty(STDERR_FILENO) != 0,
                  [] { return interrupted != 0; }});
}

// libsystemc's own main() would print its banner before anything else.
int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  return sc_core::sc_elab_and_sim(argc, argv);
}
