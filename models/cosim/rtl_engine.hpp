// What engines have in common whose commands RTL carries out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/cosim/rtl_plugin.hpp"

namespace vitvp::models {

struct rtl_engine_config {
  rtl_plugin_ptr plugin;
  /// Called once, when the RTL did what no RTL may do: the engine stands still
  /// from then on. Must not be empty.
  std::function<void(const std::string& what)> on_failure;
};

/// Spreads refusals evenly over a command: the memory's side of bank conflicts.
class refusals {
 public:
  /// `count` refusals among requests of a command that takes `cycles` cycles
  /// without them.
  refusals(std::uint64_t count, std::uint64_t cycles)
      : m_count(count), m_cycles(cycles) {}

  /// Whether requests of the present cycle shall be refused; `last` if no
  /// later cycle has any.
  bool wanted(bool last) const {
    if (m_refused == m_count) return false;
    return last || m_refused * m_cycles < m_count * m_served;
  }
  void refused() { ++m_refused; }
  /// A cycle passed that was not refused.
  void served() { ++m_served; }

 private:
  std::uint64_t m_count;
  std::uint64_t m_cycles;
  std::uint64_t m_refused = 0;
  std::uint64_t m_served = 0;
};

}  // namespace vitvp::models
