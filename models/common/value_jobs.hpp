// The values of an engine's commands, as jobs of the host's workers.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "models/common/host_workers.hpp"

namespace vitvp::models {

/// So many commands of an engine may have values under way: each has what is
/// to be computed as a `work` of its own. What the parts use beside it must
/// outlive this.
template <typename work>
class value_jobs {
 public:
  /// Computes a part of a command's values.
  using part_function =
      std::function<void(const work& values, unsigned part, unsigned thread)>;

  value_jobs(host_workers& workers, part_function compute)
      : m_workers(workers), m_compute(std::move(compute)) {
    for (unsigned i = 0; i < (workers.alone() ? 1 : most); ++i) {
      m_entries.push_back(std::make_unique<entry>(m_compute));
    }
  }
  ~value_jobs() {
    for (const auto& e : m_entries) m_workers.finish(e->job);
  }
  value_jobs(const value_jobs&) = delete;
  value_jobs& operator=(const value_jobs&) = delete;

  host_workers& workers() const { return m_workers; }

  /// Room for the next command, as an earlier one left it; it stays the next
  /// one until start() or run().
  work& next() {
    m_workers.finish(m_entries[m_next]->job);
    return m_entries[m_next]->values;
  }
  /// Of the next command: what it touches goes here.
  host_job& job() { return m_entries[m_next]->job; }
  /// As host_workers has them, for the next command.
  void start(unsigned parts, bool is_small) {
    host_job& started = job();
    m_next = (m_next + 1) % m_entries.size();
    m_workers.start(started, parts, is_small);
  }
  void run(unsigned parts) { m_workers.run(job(), parts); }

 private:
  static constexpr unsigned most = 4;

  struct entry {
    explicit entry(const part_function& compute)
        : job([this, &compute](unsigned part, unsigned thread) {
            compute(values, part, thread);
          }) {}
    work values;
    host_job job;
  };

  host_workers& m_workers;
  part_function m_compute;
  std::vector<std::unique_ptr<entry>> m_entries;
  std::size_t m_next = 0;
};

}  // namespace vitvp::models
