// Progress of a long run, for the one who waits.
#pragma once

#include <chrono>
#include <functional>
#include <ostream>
#include <streambuf>
#include <string>

#include "platform/run_scenario.hpp"

namespace vitvp::platform {

/// On a terminal one line with a bar that is rewritten ten times a second, else
/// a line every five seconds. A run that is over sooner shows nothing.
class progress_meter {
 public:
  using clock = std::chrono::steady_clock;

  /// `now` is for tests; it must not run backwards.
  progress_meter(std::ostream& out, bool is_terminal,
                 std::function<clock::time_point()> now = clock::now);

  /// Shows it if it is time to.
  void update(const run_progress& progress);
  /// Clears the line of a terminal; the next update() brings it back.
  void hide();

 private:
  std::string describe(const run_progress& progress,
                       clock::duration elapsed) const;

  std::ostream& m_out;
  bool m_is_terminal;
  std::function<clock::time_point()> m_now;
  clock::time_point m_start;
  clock::time_point m_next;
  bool m_is_shown = false;
};

/// Passes characters on to another stream, hiding the meter first.
class beside_progress final : public std::streambuf {
 public:
  /// Both must outlive this.
  beside_progress(std::ostream& to, progress_meter& meter)
      : m_to(to), m_meter(meter) {}

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

  std::ostream& m_to;
  progress_meter& m_meter;
};

}  // namespace vitvp::platform
