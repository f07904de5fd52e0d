// The one entry to the simulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "platform/result.hpp"
#include "platform/scenario.hpp"

namespace vitvp::platform {

/// How far a run is.
struct run_progress {
  std::size_t images_done = 0;
  std::size_t images_total = 0;
  std::uint64_t cycles = 0;  ///< simulated so far; 0 if not known
  std::string layer;         ///< being computed; may be empty
};

/// RTL to be held against its model, docs/cosim.md.
struct lockstep_request {
  std::string block;  ///< the scenario must run it as RTL
  models::lockstep_config config;
  std::string window_path;  ///< VCD, written at a divergence; empty: none
};

/// Waveforms of all blocks that run as RTL.
struct trace_request {
  std::string folder;  ///< of FOLDER/BLOCK.vcd
  /// Of the simulation; unless given, that of each block's first command.
  std::optional<std::uint64_t> first_cycle;
  std::uint64_t cycles = 5000;
};

struct run_options {
  result_backend backend = result_backend::platform;  ///< who computes
  /// May be empty. May be called as often as liked.
  std::function<void(const run_progress&)> progress;
  /// Asked now and then; true ends the run as interrupted. May be empty.
  std::function<bool()> interrupted;
  /// Gets what the firmware prints, if scenario::uart.echo; null: nobody does.
  std::ostream* uart = nullptr;
  std::optional<lockstep_request> lockstep;
  std::optional<trace_request> trace;
};

/// Builds the platform that the scenario describes, runs it to its end and
/// reports. A bad ending of the firmware or a failed check is in the result.
/// Throws vit::input_error if package, images or firmware cannot be used, and
/// at most once per process may be called, since SystemC elaborates only once.
run_result run_scenario(const scenario& s, const run_options& options);

}  // namespace vitvp::platform
