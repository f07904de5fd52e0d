// A resource that serves one request at a time, seen by initiators whose local
// times differ.
#pragma once

#include <algorithm>
#include <cstdint>

namespace vitvp::models {

/// Remembers the last stretch of time in which a resource was busy without a
/// gap. Requests are served in the order of the calls; one whose time lies
/// before that stretch (its initiator lags behind another one that runs ahead
/// within its quantum) finds the resource free, as it was at that time.
/// Times are ticks of sc_time::value().
class busy_window {
 public:
  /// When service of a request made at `time` can begin.
  std::uint64_t next_free(std::uint64_t time) const {
    return time < m_begin ? time : std::max(time, m_end);
  }
  /// A request that was made at `time` is served from `start` to `end`.
  void occupy(std::uint64_t time, std::uint64_t start, std::uint64_t end) {
    if (time < m_begin) return;
    if (start > m_end) m_begin = start;
    m_end = std::max(m_end, end);
  }
  /// Both at once, for a known duration; returns when service begins.
  std::uint64_t book(std::uint64_t time, std::uint64_t duration) {
    const std::uint64_t start = next_free(time);
    occupy(time, start, start + duration);
    return start;
  }

 private:
  std::uint64_t m_begin = 0;
  std::uint64_t m_end = 0;
};

}  // namespace vitvp::models
