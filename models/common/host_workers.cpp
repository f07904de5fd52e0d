#include "models/common/host_workers.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

// A worker looks for work this often before it sleeps: commands follow each
// other faster than a sleeper wakes up.
constexpr unsigned looks_before_sleep = 4000;
// After so many looks the processor may be what the other thread waits for.
constexpr unsigned looks_before_yield = 500;

/// Between two looks; `look` counts them.
void relax(unsigned look) {
  if (look >= looks_before_yield) {
    std::this_thread::yield();
    return;
  }
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

std::uint64_t bit(unsigned place) {
  return std::uint64_t{1} << place;
}

/// The lowest place of a set that has any.
unsigned first_of(std::uint64_t set) {
  return static_cast<unsigned>(__builtin_ctzll(set));
}

}  // namespace

bool host_job::conflicts(const host_bytes& with, bool is_write) const {
  const auto meets = [&](const host_bytes& bytes) { return bytes.meets(with); };
  return std::any_of(m_written.begin(), m_written.end(), meets) ||
         (is_write && std::any_of(m_read.begin(), m_read.end(), meets));
}

bool host_job::conflicts(const host_job& with) const {
  const auto written = [&](const host_bytes& b) {
    return with.conflicts(b, true);
  };
  const auto read = [&](const host_bytes& b) {
    return with.conflicts(b, false);
  };
  return std::any_of(m_written.begin(), m_written.end(), written) ||
         std::any_of(m_read.begin(), m_read.end(), read);
}

host_workers::host_workers(unsigned threads) : m_threads(threads) {
  for (unsigned i = 1; i < threads; ++i) {
    m_workers.emplace_back([this, i] { work(i); });
  }
}

host_workers::~host_workers() {
  {
    const std::lock_guard<std::mutex> lock(m_mutex);
    m_ends = true;
  }
  m_wake.notify_all();
  for (std::thread& worker : m_workers) worker.join();
}

void host_workers::run_alone(host_job& job, unsigned parts) {
  for (unsigned part = 0; part < parts; ++part) job.m_run(part, 0);
  job.m_read.clear();
  job.m_written.clear();
}

void host_workers::run(host_job& job, unsigned parts) {
  for (const host_bytes& b : job.m_read) settle_conflicts(b, false);
  for (const host_bytes& b : job.m_written) settle_conflicts(b, true);
  run_alone(job, parts);
}

void host_workers::start(host_job& job, unsigned parts, bool is_small) {
  if (alone()) return run_alone(job, parts);
  footprint touched;
  if (!add(job, touched)) return run(job, parts);
  forget_done();
  const place_set conflicts = conflicts_of(job, touched);
  if (is_small && conflicts == 0) return run_alone(job, parts);
  take_place(job, touched);
  bool wakes = false;
  {
    const std::lock_guard<std::mutex> lock(m_mutex);
    entry& e = m_entries[job.m_place];
    e = {&job, conflicts & m_unfinished, parts, 0, 0};
    for (place_set left = e.after; left != 0; left &= left - 1) {
      e.after |= m_entries[first_of(left)].after;
    }
    m_newest = job.m_place;
    m_unfinished |= bit(job.m_place);
    if (e.after == 0) {
      m_open |= bit(job.m_place);
      wakes = m_asleep > 0;
    } else {
      m_blocked |= bit(job.m_place);
    }
  }
  if (wakes) m_wake.notify_all();
}

/// False if they are not in watched memory.
bool host_workers::add(const host_bytes& bytes, host_blocks& to) const {
  for (std::size_t i = 0; i < m_watched.size(); ++i) {
    const host_bytes& all = m_watched[i].bytes;
    if (bytes.data < all.data || bytes.end() > all.end()) continue;
    const auto first = static_cast<std::size_t>(bytes.data - all.data);
    const std::size_t last = first + bytes.extent() - 1;
    const unsigned bits = m_watched[i].block_bits;
    to.add(i, first >> bits, last >> bits);
    return true;
  }
  return false;
}

/// False if it touches memory that is not watched.
bool host_workers::add(const host_job& job, footprint& to) const {
  for (const host_bytes& b : job.m_read) {
    if (!add(b, to.read)) return false;
  }
  for (const host_bytes& b : job.m_written) {
    if (!add(b, to.written)) return false;
  }
  return true;
}

/// Jobs that it must not overtake, as far as they are under way.
host_workers::place_set host_workers::conflicts_of(
    const host_job& job, const footprint& touched) const {
  place_set found = 0;
  for (place_set left = m_under_way; left != 0; left &= left - 1) {
    const unsigned place = first_of(left);
    if (m_touched[place].may_conflict(touched) &&
        m_jobs[place]->conflicts(job)) {
      found |= bit(place);
    }
  }
  return found;
}

void host_workers::take_place(host_job& job, const footprint& touched) {
  if ((m_under_way & bit(m_next)) != 0) finish(*m_jobs[m_next]);
  job.m_started = true;
  job.m_place = m_next;
  m_jobs[m_next] = &job;
  m_touched[m_next] = touched;
  m_under_way |= bit(m_next);
  m_next = (m_next + 1) % places;
}

bool host_workers::is_done(const host_job& job) const {
  return (m_unfinished.load(std::memory_order_acquire) & bit(job.m_place)) == 0;
}

/// A job that is done.
void host_workers::forget(host_job& job) {
  job.m_started = false;
  job.m_read.clear();
  job.m_written.clear();
  m_under_way &= ~bit(job.m_place);
}

void host_workers::forget_done() {
  place_set left = m_under_way & ~m_unfinished.load(std::memory_order_acquire);
  for (; left != 0; left &= left - 1) forget(*m_jobs[first_of(left)]);
}

void host_workers::finish(host_job& job) {
  if (!job.m_started) return;
  if (!is_done(job)) help_until_done(job);
  forget(job);
}

void host_workers::settle() {
  while (m_under_way != 0) finish(*m_jobs[first_of(m_under_way)]);
}

void host_workers::settle_conflicts(const host_bytes& with, bool is_write) {
  footprint touched;
  const bool is_known = add(with, is_write ? touched.written : touched.read);
  for (place_set left = m_under_way; left != 0; left &= left - 1) {
    const unsigned place = first_of(left);
    if (is_known && !m_touched[place].may_conflict(touched)) continue;
    if (m_jobs[place]->conflicts(with, is_write)) {
      finish(*m_jobs[place]);
    }
  }
}

void host_workers::help_until_done(const host_job& job) {
  std::unique_lock<std::mutex> lock(m_mutex);
  for (unsigned look = 0; !is_done(job);) {
    if (const place_set open = m_open) {
      // What it waits for, or else what there is.
      const place_set wanted =
          open & (m_entries[job.m_place].after | bit(job.m_place));
      run_part(oldest_of(wanted != 0 ? wanted : open), 0, lock);
      look = 0;
      continue;
    }
    lock.unlock();
    while (!is_done(job) && m_open.load(std::memory_order_relaxed) == 0) {
      relax(look++);
    }
    lock.lock();
  }
}

// The rest requires the mutex, which run_part() and wait_for_work() give away
// meanwhile.

/// Requires that there are any.
unsigned host_workers::oldest_of(place_set jobs) const {
  const unsigned first = (m_newest + 1) % places;
  const place_set later = jobs & (~place_set{0} << first);
  return first_of(later != 0 ? later : jobs);
}

/// Computes a part of a job that is open.
void host_workers::run_part(unsigned place, unsigned thread,
                            std::unique_lock<std::mutex>& lock) {
  entry& e = m_entries[place];
  const unsigned part = e.claimed++;
  if (e.claimed == e.parts) m_open &= ~bit(place);
  lock.unlock();
  e.job->m_run(part, thread);
  lock.lock();
  if (++e.ended == e.parts) end(place);
}

/// Lets go of the jobs that waited for this one.
void host_workers::end(unsigned place) {
  place_set free = 0;
  for (place_set left = m_blocked; left != 0; left &= left - 1) {
    entry& other = m_entries[first_of(left)];
    other.after &= ~bit(place);
    if (other.after == 0) free |= left & -left;
  }
  m_blocked &= ~free;
  m_open |= free;
  if (free != 0 && m_asleep > 0) m_wake.notify_all();
  m_unfinished &= ~bit(place);
}

void host_workers::work(unsigned thread) {
  std::unique_lock<std::mutex> lock(m_mutex);
  while (!m_ends) {
    if (const place_set open = m_open) {
      run_part(oldest_of(open), thread, lock);
    } else {
      wait_for_work(lock);
    }
  }
}

/// Returns when there may be work, or it is time to go.
void host_workers::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto may_go_on = [this] {
    return m_ends.load(std::memory_order_relaxed) ||
           m_open.load(std::memory_order_relaxed) != 0;
  };
  lock.unlock();
  for (unsigned look = 0; look < looks_before_sleep && !may_go_on(); ++look) {
    relax(look);
  }
  lock.lock();
  ++m_asleep;
  m_wake.wait(lock, may_go_on);
  --m_asleep;
}

watched_memory::watched_memory(host_workers* workers, const std::uint8_t* data,
                               std::size_t bytes)
    : m_workers(workers), m_data(data) {
  if (m_workers == nullptr) return;
  unsigned block_bits = 0;
  while ((bytes - 1) >> block_bits >= host_blocks::most) ++block_bits;
  m_workers->m_watched.push_back({{data, 1, bytes, 0}, block_bits});
}

watched_memory::~watched_memory() {
  if (m_workers == nullptr) return;
  m_workers->settle();
  auto& all = m_workers->m_watched;
  all.erase(std::find_if(all.begin(), all.end(), [this](const auto& memory) {
    return memory.bytes.data == m_data;
  }));
}

}  // namespace vitvp::models
