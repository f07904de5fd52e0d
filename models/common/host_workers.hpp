// Threads of the host that compute values of commands while the simulation goes
// on.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "models/common/host_blocks.hpp"
#include "models/common/host_bytes.hpp"

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

  /// Memory that the parts will read or write; said anew before each start, and
  /// by who is alone (host_workers::alone()) never.
  void reads(const host_bytes& bytes) {
    if (!bytes.empty()) m_read.push_back(bytes);
  }
  void writes(const host_bytes& bytes) {
    if (!bytes.empty()) m_written.push_back(bytes);
  }

 private:
  friend class host_workers;

  bool conflicts(const host_bytes& with, bool is_write) const;
  bool conflicts(const host_job& with) const;

  part_function m_run;
  // The simulation's thread alone looks at these.
  std::vector<host_bytes> m_read, m_written;
  bool m_started = false;
  unsigned m_place = 0;
};

/// `threads` - 1 threads beside the one that owns this: the simulation's, which
/// alone calls everything here. With one thread a job is done when start()
/// returns.
///
/// A job waits for those started before it that write what it touches or read
/// what it writes. Whoever looks at memory, or changes it, by other means than
/// a job says so before, with settle(). So everybody sees the memory as if
/// every job had been done when it was started, and nothing depends on the
/// number of threads but time.
class host_workers {
 public:
  explicit host_workers(unsigned threads);
  /// Requires that all jobs are finished.
  ~host_workers();
  host_workers(const host_workers&) = delete;
  host_workers& operator=(const host_workers&) = delete;

  unsigned threads() const { return m_threads; }
  bool alone() const { return m_threads == 1; }

  /// Begins a job of `parts` >= 1 parts, which must not be under way. It is
  /// done at once, in this thread, if it touches memory that is not watched,
  /// or if it `is_small`, not worth telling another thread, and waits for none.
  void start(host_job& job, unsigned parts, bool is_small = false);
  /// Does a job at once, in this thread.
  void run(host_job& job, unsigned parts);
  /// Returns when it is done; helps with it, with what it waits for, and else
  /// with whatever there is to do. Nothing if it is not under way.
  void finish(host_job& job);
  /// Finishes the jobs that write any of the bytes, or, for a write, read any.
  void settle(const std::uint8_t* from, std::size_t bytes, bool is_write) {
    if (m_under_way != 0 && bytes > 0) {
      settle_conflicts({from, 1, bytes, 0}, is_write);
    }
  }
  /// Finishes all jobs.
  void settle();

 private:
  friend class watched_memory;

  // Jobs that are under way have places, in the order of their starts, around
  // and around; sets of them have a bit for each place.
  static constexpr unsigned places = 64;
  using place_set = std::uint64_t;

  // What a job touches, as one may ask it without looking at the job.
  struct footprint {
    host_blocks read;
    host_blocks written;
    bool may_conflict(const footprint& with) const {
      return written.meets(with.written) || written.meets(with.read) ||
             read.meets(with.written);
    }
  };
  struct memory {
    host_bytes bytes;
    unsigned block_bits;  // of an offset within a block
  };

  struct entry {
    host_job* job = nullptr;
    place_set after = 0;  // unfinished jobs that it waits for, and they
    unsigned parts = 0;
    unsigned claimed = 0;
    unsigned ended = 0;
  };

  bool is_done(const host_job& job) const;
  bool add(const host_bytes& bytes, host_blocks& to) const;
  bool add(const host_job& job, footprint& to) const;
  void settle_conflicts(const host_bytes& with, bool is_write);
  place_set conflicts_of(const host_job& job, const footprint& touched) const;
  void take_place(host_job& job, const footprint& touched);
  void forget(host_job& job);
  void forget_done();
  void run_alone(host_job& job, unsigned parts);
  void help_until_done(const host_job& job);

  unsigned oldest_of(place_set jobs) const;
  void run_part(unsigned place, unsigned thread,
                std::unique_lock<std::mutex>& lock);
  void end(unsigned place);
  void work(unsigned thread);
  void wait_for_work(std::unique_lock<std::mutex>& lock);

  unsigned m_threads;
  std::vector<std::thread> m_workers;

  // The simulation's thread alone looks at these.
  std::vector<memory> m_watched;
  std::array<host_job*, places> m_jobs{};
  std::array<footprint, places> m_touched;
  place_set m_under_way = 0;  // taken places; some jobs may be done
  unsigned m_next = 0;        // place

  std::mutex m_mutex;
  std::condition_variable m_wake;
  std::array<entry, places> m_entries;
  place_set m_blocked = 0;  // jobs that wait for others
  unsigned m_newest = 0;    // place
  unsigned m_asleep = 0;
  // Changed under the mutex only.
  std::atomic<place_set> m_open{0};        // jobs that have parts to claim
  std::atomic<place_set> m_unfinished{0};  // jobs that are not done
  std::atomic<bool> m_ends{false};
};

/// Memory whose every user settles before: jobs may touch it beyond their
/// start.
class watched_memory {
 public:
  /// `workers`, null if there are none, outlive this.
  watched_memory(host_workers* workers, const std::uint8_t* data,
                 std::size_t bytes);
  ~watched_memory();
  watched_memory(const watched_memory&) = delete;
  watched_memory& operator=(const watched_memory&) = delete;

  /// For who is about to look at bytes of it, or to change them.
  void settle(std::uint64_t offset, std::size_t bytes, bool is_write) const {
    if (m_workers != nullptr) {
      m_workers->settle(m_data + offset, bytes, is_write);
    }
  }

 private:
  host_workers* m_workers;
  const std::uint8_t* m_data;
};

}  // namespace vitvp::models
