// A resource that serves one request at a time, seen by initiators whose local
// times differ.
#pragma once

#include <algorithm>
#include <systemc>

namespace vitvp::models {

/// Remembers the last stretch of time in which a resource was busy without a
/// gap. Requests are served in the order of the calls; one whose time lies
/// before that stretch (its initiator lags behind another one that runs ahead
/// within its quantum) finds the resource free, as it was at that time.
class busy_window {
 public:
  /// Books the resource for `duration` for a request at `time`; returns when
  /// service begins.
  sc_core::sc_time book(const sc_core::sc_time& time,
                        const sc_core::sc_time& duration) {
    if (time < m_begin || time > m_end) {
      if (time > m_end) {
        m_begin = time;
        m_end = time + duration;
      }
      return time;
    }
    const sc_core::sc_time start = m_end;
    m_end += duration;
    return start;
  }

  const sc_core::sc_time& begin() const { return m_begin; }
  const sc_core::sc_time& end() const { return m_end; }
  void reset() { *this = busy_window(); }

 private:
  sc_core::sc_time m_begin;
  sc_core::sc_time m_end;
};

}  // namespace vitvp::models
