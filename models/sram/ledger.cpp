#include "models/sram/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitvp::models {
namespace {

constexpr double rounding_cycles = 1e-3;

}  // namespace

stream_ledger::stream_ledger(unsigned banks)
    : m_banks(banks), m_load(banks), m_lost(banks) {}

void stream_ledger::forget(double now) {
  const auto drop = [&](std::size_t i) {
    m_spare.push_back(std::move(m_streams[i].rates));
    if (i + 1 != m_streams.size()) m_streams[i] = std::move(m_streams.back());
    m_streams.pop_back();
  };
  for (std::size_t i = m_streams.size(); i-- > 0;) {
    if (m_streams[i].end <= now) drop(i);
  }
  if (m_streams.size() < most_streams) return;
  const auto first = std::min_element(
      m_streams.begin(), m_streams.end(),
      [](const stream& a, const stream& b) { return a.end < b.end; });
  drop(static_cast<std::size_t>(first - m_streams.begin()));
}

// m_load at `time`.
void stream_ledger::add_up(double time) {
  std::fill(m_load.begin(), m_load.end(), 0.0);
  for (const stream& s : m_streams) {
    if (time < s.begin || s.end <= time) continue;
    for (unsigned bank = 0; bank < m_banks; ++bank) {
      m_load[bank] += s.rates[bank];
    }
  }
}

double stream_ledger::load(unsigned bank, double time) const {
  double sum = 0;
  for (const stream& s : m_streams) {
    if (s.begin <= time && time < s.end) sum += s.rates[bank];
  }
  return sum;
}

stream_ledger::pace stream_ledger::pace_at(
    const std::vector<double>& rates) const {
  pace result;
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    const double left = std::max(0.0, 1.0 - m_load[bank]);
    if (rates[bank] <= left) continue;
    const double share = left / rates[bank];
    if (share < result.share) result = {share, bank};
  }
  return result;
}

double stream_ledger::next_change(double time) const {
  double next = std::numeric_limits<double>::infinity();
  for (const stream& s : m_streams) {
    if (s.begin > time) next = std::min(next, s.begin);
    if (s.end > time) next = std::min(next, s.end);
  }
  return next;
}

stream_ledger::stream& stream_ledger::append(double begin) {
  stream added;
  added.begin = begin;
  if (!m_spare.empty()) {
    added.rates = std::move(m_spare.back());
    m_spare.pop_back();
  }
  added.rates.resize(m_banks);
  m_streams.push_back(std::move(added));
  return m_streams.back();
}

stream_ledger::answer stream_ledger::book(
    double now, double from, double duration,
    const std::vector<std::uint64_t>& beats) {
  forget(now);
  stream& mine = append(from);  // without an end: nobody's load yet
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    mine.rates[bank] = static_cast<double>(beats[bank]) / duration;
  }
  std::fill(m_lost.begin(), m_lost.end(), 0.0);
  double time = from;
  double left = duration;  // at nominal pace
  while (left > 0) {
    add_up(time);
    const pace p = pace_at(mine.rates);
    const double next = next_change(time);
    const double span = std::min(next - time, left / p.share);
    m_lost[p.bank] += (1.0 - p.share) * span;
    left = next - time < left / p.share ? left - p.share * span : 0.0;
    time += span;
  }
  const double stretched = time - from;
  for (double& rate : mine.rates) rate *= duration / stretched;
  mine.end = time;
  answer result;
  const double conflict = stretched - duration - rounding_cycles;
  if (conflict > 0) {
    result.conflict_cycles = static_cast<std::uint64_t>(std::ceil(conflict));
  }
  result.bank = static_cast<unsigned>(
      std::max_element(m_lost.begin(), m_lost.end()) - m_lost.begin());
  return result;
}

}  // namespace vitvp::models
