// Simulated time as waveforms count it.
#pragma once

#include <cstdint>
#include <systemc>

namespace vitvp::models {

/// Whole picoseconds.
inline std::uint64_t picoseconds(const sc_core::sc_time& time) {
  return static_cast<std::uint64_t>(time / sc_core::sc_time(1, sc_core::SC_PS));
}

}  // namespace vitvp::models
