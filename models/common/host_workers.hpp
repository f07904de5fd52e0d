// Threads of the host that compute values of commands while the simulation goes
// on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace vitvp::models {

class host_workers;

/// Work in parts that may be computed in any order, each by any thread. Its
/// owner keeps it and uses it again and again; it must be finished before the
/// owner or the workers go.
class host_job {
 public:
  /// `thread` is below host_workers::threads(), and nobody else's meanwhile.
  using part_function = std::function<void(unsigned part, unsigned thread)>;

  explicit host_job(part_function run) : m_run(std::move(run)) {}

  /// Memory that the parts read or write from now on; until finished.
  void touches(const std::uint8_t* from, std::size_t bytes, bool is_write) {
    if (bytes > 0) m_touched.push_back({from, from + bytes, is_write});
  }

 private:
  friend class host_workers;
  struct range {
    const std::uint8_t* begin;
    const std::uint8_t* end;
    bool is_write;
  };

  bool conflicts(const range& with) const;

  part_function m_run;
  std::vector<range> m_touched;
  bool m_started = false;
  unsigned m_parts = 0;
  unsigned m_claimed = 0;  // under the workers' mutex
  std::atomic<unsigned> m_left{0};
};

/// `threads` - 1 threads beside the one that owns this: the simulation's, which
/// alone calls start(), finish() and settle(). With one thread a job is done
/// when start() returns.
///
/// Whoever looks at memory, or changes it, by other means than a job says so
/// before, with settle(): it sees the memory as if every job had been done when
/// it was started. So nothing depends on the number of threads but time.
class host_workers {
 public:
  explicit host_workers(unsigned threads);
  /// Requires that all jobs are finished.
  ~host_workers();
  host_workers(const host_workers&) = delete;
  host_workers& operator=(const host_workers&) = delete;

  unsigned threads() const { return m_threads; }

  /// Begins a job of `parts` >= 1 parts. It must not be under way; what it
  /// touches must have been settled, as whoever got pointers to it did.
  void start(host_job& job, unsigned parts);
  /// Returns when it is done; helps with it. Nothing if it is not under way.
  void finish(host_job& job);
  /// Finishes the jobs that write any of the bytes, or, for a write, read any.
  void settle(const std::uint8_t* from, std::size_t bytes, bool is_write) {
    if (!m_under_way.empty()) settle_conflicts({from, from + bytes, is_write});
  }
  /// Finishes all jobs.
  void settle();

 private:
  void settle_conflicts(const host_job::range& with);
  unsigned claim(host_job& job);
  bool run_part(host_job* job, unsigned thread);
  void work(unsigned thread);
  bool wait_for_work();

  unsigned m_threads;
  std::vector<host_job*> m_under_way;  // the simulation's alone
  std::vector<std::thread> m_workers;

  std::mutex m_mutex;
  std::condition_variable m_wake;
  std::vector<host_job*> m_open;       // that have parts to claim
  std::atomic<unsigned> m_waiting{0};  // entries of m_open
  unsigned m_asleep = 0;
  std::atomic<bool> m_ends{false};
};

}  // namespace vitvp::models
