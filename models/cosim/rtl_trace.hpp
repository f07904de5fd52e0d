// The waveform of one instance of RTL, with every signal inside of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/cosim/rtl_plugin.hpp"
#include "models/cosim/rtl_trace_summary.hpp"

namespace vitvp::models {

struct rtl_trace_config {
  std::string path;
  std::uint64_t period_ps = 1000;  ///< of the clock, 2 or more
  /// The first cycle of the simulation that is recorded; unless given, that in
  /// which the first command begins.
  std::optional<std::uint64_t> first_cycle;
  std::uint64_t cycles = 1;  ///< of the simulation, from there on
};

/// A VCD file in picoseconds of simulated time. It has each rising edge of the
/// clock that falls into the window; between commands the clock stands still.
class rtl_trace {
 public:
  explicit rtl_trace(const rtl_trace_config& config) : m_config(config) {}
  ~rtl_trace() { close(); }
  rtl_trace(const rtl_trace&) = delete;
  rtl_trace& operator=(const rtl_trace&) = delete;

  /// Begins the file, of an instance that `plugin` made and that must outlive
  /// this or its close(). Throws rtl_error if the file cannot be written or the
  /// library cannot trace.
  void open(const rtl_plugin& plugin, void* block);
  /// Ends the file: what was recorded is in it.
  void close();

  /// The next rising edge is at this time; later ones follow period by period.
  void next_edge(std::uint64_t ps) { m_next_ps = ps; }
  /// Called before and after an edge, when signals have settled. An edge at a
  /// time at which there was one already, as where a command follows another
  /// without a pause, is recorded right behind it: times in the file ascend.
  void before_edge();
  void after_edge();

  /// Of a file that was closed.
  rtl_trace_summary summary() const;

 private:
  bool records();
  void sample(std::uint64_t ps);

  rtl_trace_config m_config;
  const vitvp_rtl_plugin* m_functions = nullptr;
  void* m_block = nullptr;  // null: no file is open
  std::uint64_t m_next_ps = 0;
  std::optional<std::uint64_t> m_last_ps;
  std::uint64_t m_edges = 0;
  bool m_is_whole = true;
};

}  // namespace vitvp::models
