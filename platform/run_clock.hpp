// How long a run takes on the host.
#pragma once

#include <chrono>
#include <ctime>

#include "platform/result.hpp"

namespace vitvp::platform {

/// Begins with its construction.
class run_clock {
 public:
  /// What comes now is no set-up any more.
  void end_setup() {
    m_setup_seconds = seconds();
    m_cpu_begin = std::clock();
  }

  /// All so far.
  host_result elapsed() const {
    return {seconds(), m_setup_seconds,
            static_cast<double>(std::clock() - m_cpu_begin) / CLOCKS_PER_SEC};
  }

 private:
  using clock = std::chrono::steady_clock;

  double seconds() const {
    return std::chrono::duration<double>(clock::now() - m_begin).count();
  }

  clock::time_point m_begin = clock::now();
  double m_setup_seconds = 0;
  std::clock_t m_cpu_begin = std::clock();
};

}  // namespace vitvp::platform
