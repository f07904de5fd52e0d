// The last cycles of a block's pins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/cosim/rtl_block.hpp"

namespace vitvp::models {

/// Remembers all pins but the clock, for so many cycles.
class pin_window {
 public:
  /// Requires cycles >= 1. The block must outlive this.
  pin_window(const rtl_block& block, std::size_t cycles);

  /// Remembers a cycle, once its pins have settled. Times must ascend.
  void sample(std::uint64_t start_ps, std::uint64_t command,
              std::uint64_t cycle);

  /// The cycles that are remembered.
  std::size_t size() const { return m_samples.size(); }

  /// Writes them as VCD, in picoseconds: what a pin showed when it had settled
  /// stands from the rising edge with which the cycle begins to the next one.
  /// `command` and `cycle` are signals, too. False if the file cannot be
  /// written.
  bool write_vcd(const std::string& path, const std::string& block,
                 std::uint64_t period_ps) const;

 private:
  struct sample_values {
    std::uint64_t start_ps = 0;
    std::uint64_t command = 0;
    std::uint64_t cycle = 0;
    std::vector<std::uint8_t> pins;
  };

  const sample_values& at(std::size_t i) const;

  std::vector<vitvp_pin> m_pins;
  std::size_t m_bytes = 0;  // of all pins
  std::size_t m_cycles;
  std::vector<sample_values> m_samples;  // a ring once it is full
  std::size_t m_oldest = 0;
};

}  // namespace vitvp::models
