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

}  // namespace

bool host_job::conflicts(const range& with) const {
  return std::any_of(m_touched.begin(), m_touched.end(), [&](const range& r) {
    return (r.is_write || with.is_write) && r.begin < with.end &&
           with.begin < r.end;
  });
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

void host_workers::start(host_job& job, unsigned parts) {
  if (m_threads == 1) {
    for (unsigned part = 0; part < parts; ++part) job.m_run(part, 0);
    job.m_touched.clear();
    return;
  }
  job.m_started = true;
  job.m_parts = parts;
  job.m_claimed = 0;
  job.m_left.store(parts, std::memory_order_relaxed);
  m_under_way.push_back(&job);
  bool anybody_asleep = false;
  {
    const std::lock_guard<std::mutex> lock(m_mutex);
    m_open.push_back(&job);
    m_waiting.store(static_cast<unsigned>(m_open.size()),
                    std::memory_order_relaxed);
    anybody_asleep = m_asleep > 0;
  }
  if (anybody_asleep) m_wake.notify_all();
}

/// The number of a part that nobody has begun; requires the mutex and that the
/// job is open.
unsigned host_workers::claim(host_job& job) {
  const unsigned part = job.m_claimed++;
  if (job.m_claimed == job.m_parts) {
    m_open.erase(std::find(m_open.begin(), m_open.end(), &job));
    m_waiting.store(static_cast<unsigned>(m_open.size()),
                    std::memory_order_relaxed);
  }
  return part;
}

/// Computes a part of the job, or, without one, of any that is open; false if
/// there is none.
bool host_workers::run_part(host_job* job, unsigned thread) {
  unsigned part = 0;
  {
    const std::lock_guard<std::mutex> lock(m_mutex);
    if (job == nullptr) {
      if (m_open.empty()) return false;
      job = m_open.front();
    } else if (job->m_claimed == job->m_parts) {
      return false;
    }
    part = claim(*job);
  }
  job->m_run(part, thread);
  job->m_left.fetch_sub(1, std::memory_order_release);
  return true;
}

void host_workers::finish(host_job& job) {
  if (!job.m_started) return;
  while (run_part(&job, 0)) {
  }
  for (unsigned look = 0; job.m_left.load(std::memory_order_acquire) != 0;
       ++look) {
    relax(look);
  }
  job.m_started = false;
  job.m_touched.clear();
  m_under_way.erase(std::find(m_under_way.begin(), m_under_way.end(), &job));
}

void host_workers::settle() {
  while (!m_under_way.empty()) finish(*m_under_way.front());
}

void host_workers::settle_conflicts(const host_job::range& with) {
  for (std::size_t i = m_under_way.size(); i-- > 0;) {
    if (m_under_way[i]->conflicts(with)) finish(*m_under_way[i]);
  }
}

void host_workers::work(unsigned thread) {
  while (wait_for_work()) run_part(nullptr, thread);
}

/// False when it is time to go.
bool host_workers::wait_for_work() {
  for (unsigned look = 0; look < looks_before_sleep; ++look) {
    if (m_ends.load(std::memory_order_relaxed)) return false;
    if (m_waiting.load(std::memory_order_relaxed) != 0) return true;
    relax(look);
  }
  std::unique_lock<std::mutex> lock(m_mutex);
  ++m_asleep;
  m_wake.wait(lock, [this] { return m_ends || !m_open.empty(); });
  --m_asleep;
  return !m_ends;
}

}  // namespace vitvp::models
