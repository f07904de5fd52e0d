// What became of a waveform.
#pragma once

#include <cstdint>
#include <string>

namespace vitvp::models {

struct rtl_trace_summary {
  std::string path;
  std::uint64_t first_cycle = 0;  ///< of the window; 0 if it never began
  std::uint64_t cycles = 0;       ///< of the window
  std::uint64_t edges = 0;        ///< rising clock edges that were recorded
  bool is_whole = true;           ///< false: not all could be written
};

}  // namespace vitvp::models
