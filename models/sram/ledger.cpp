#include "models/sram/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitvp::models {
namespace {

constexpr double rounding_cycles = 1e-3;

}  // namespace

stream_ledger::stream_ledger(unsigned banks)
    : m_banks(banks), m_rates(banks), m_load(banks), m_lost(banks) {}

void stream_ledger::drop(std::size_t i) {
  m_spare.push_back(std::move(m_pieces[i].rates));
  if (i + 1 != m_pieces.size()) m_pieces[i] = std::move(m_pieces.back());
  m_pieces.pop_back();
}

void stream_ledger::forget(double now) {
  for (std::size_t i = m_pieces.size(); i-- > 0;) {
    if (m_pieces[i].end <= now) drop(i);
  }
}

// m_load at `time`.
void stream_ledger::add_up(double time) {
  std::fill(m_load.begin(), m_load.end(), 0.0);
  for (const piece& p : m_pieces) {
    if (time < p.begin || p.end <= time) continue;
    for (unsigned bank = 0; bank < m_banks; ++bank) {
      m_load[bank] += p.rates[bank];
    }
  }
}

double stream_ledger::load(unsigned bank, double time) const {
  double sum = 0;
  for (const piece& p : m_pieces) {
    if (p.begin <= time && time < p.end) sum += p.rates[bank];
  }
  return sum;
}

stream_ledger::pace stream_ledger::pace_now() const {
  pace result;
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    const double left = std::max(0.0, 1.0 - m_load[bank]);
    if (m_rates[bank] <= left) continue;
    const double share = left / m_rates[bank];
    if (share < result.share) result = {share, bank};
  }
  return result;
}

double stream_ledger::next_change(double time) const {
  double next = std::numeric_limits<double>::infinity();
  for (const piece& p : m_pieces) {
    if (p.begin > time) next = std::min(next, p.begin);
    if (p.end > time) next = std::min(next, p.end);
  }
  return next;
}

// Fills m_spans and m_lost; returns the end.
double stream_ledger::advance(double from, double duration) {
  std::fill(m_lost.begin(), m_lost.end(), 0.0);
  m_spans.clear();
  double time = from;
  double left = duration;  // at nominal pace
  while (left > 0) {
    add_up(time);
    const pace p = pace_now();
    const double next = next_change(time);
    const double needed = left / p.share;  // infinite when there is no room
    const bool finishes = time + needed <= next;
    const double end = finishes ? time + needed : next;
    m_lost[p.bank] += (1.0 - p.share) * (end - time);
    left = finishes ? 0.0 : left - p.share * (end - time);
    if (!m_spans.empty() && m_spans.back().share == p.share) {
      m_spans.back().end = end;
    } else {
      m_spans.push_back({time, end, p.share});
    }
    time = end;
  }
  return time;
}

void stream_ledger::remember(const span& s) {
  if (s.share <= 0) return;
  if (m_pieces.size() >= most_pieces) {
    const auto first = std::min_element(
        m_pieces.begin(), m_pieces.end(),
        [](const piece& a, const piece& b) { return a.end < b.end; });
    drop(static_cast<std::size_t>(first - m_pieces.begin()));
  }
  piece added;
  added.begin = s.begin;
  added.end = s.end;
  if (!m_spare.empty()) {
    added.rates = std::move(m_spare.back());
    m_spare.pop_back();
  }
  added.rates.resize(m_banks);
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    added.rates[bank] = m_rates[bank] * s.share;
  }
  m_pieces.push_back(std::move(added));
}

stream_ledger::answer stream_ledger::book(
    double now, double from, double duration,
    const std::vector<std::uint64_t>& beats) {
  forget(now);
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    m_rates[bank] = static_cast<double>(beats[bank]) / duration;
  }
  const double end = advance(from, duration);
  for (const span& s : m_spans) remember(s);
  answer result;
  const double conflict = end - from - duration - rounding_cycles;
  if (conflict > 0) {
    result.conflict_cycles = static_cast<std::uint64_t>(std::ceil(conflict));
  }
  result.bank = static_cast<unsigned>(
      std::max_element(m_lost.begin(), m_lost.end()) - m_lost.begin());
  return result;
}

}  // namespace vitvp::models
