#include "models/sram/ledger.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace vitvp::models {
namespace {

constexpr double rounding_cycles = 1e-3;

}  // namespace

stream_ledger::stream_ledger(unsigned banks)
    : m_banks(banks),
      m_pieces(most_pieces),
      m_rates(banks),
      m_load(banks),
      m_lost(banks) {
  reset();
}

void stream_ledger::reset() {
  m_count = 0;
  tally();
}

void stream_ledger::drop(std::size_t i) {
  --m_count;
  std::swap(m_pieces[i], m_pieces[m_count]);
}

void stream_ledger::tally() {
  m_first_end = std::numeric_limits<double>::infinity();
  m_peaks = 0;
  for (std::size_t i = 0; i < m_count; ++i) {
    m_first_end = std::min(m_first_end, m_pieces[i].end);
    m_peaks += m_pieces[i].peak;
  }
}

void stream_ledger::forget(double now) {
  if (now < m_first_end) return;
  for (std::size_t i = m_count; i-- > 0;) {
    if (m_pieces[i].end <= now) drop(i);
  }
  tally();
}

// m_load at `time`.
void stream_ledger::add_up(double time) {
  std::fill(m_load.begin(), m_load.end(), 0.0);
  for (std::size_t i = 0; i < m_count; ++i) {
    const piece& p = m_pieces[i];
    if (time < p.begin || p.end <= time) continue;
    for (unsigned bank = 0; bank < m_banks; ++bank) {
      m_load[bank] += p.rate(bank);
    }
  }
}

double stream_ledger::load(unsigned bank, double time) const {
  double sum = 0;
  for (std::size_t i = 0; i < m_count; ++i) {
    const piece& p = m_pieces[i];
    if (p.begin <= time && time < p.end) sum += p.rate(bank);
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
  for (std::size_t i = 0; i < m_count; ++i) {
    const piece& p = m_pieces[i];
    if (p.begin > time) next = std::min(next, p.begin);
    if (p.end > time) next = std::min(next, p.end);
  }
  return next;
}

// Fills m_spans and m_lost; returns the end.
double stream_ledger::advance(double from, const newcomer& stream) {
  for (unsigned bank = 0; bank < m_banks; ++bank) {
    m_rates[bank] = static_cast<double>(stream.beats[bank]) / stream.duration;
  }
  std::fill(m_lost.begin(), m_lost.end(), 0.0);
  m_spans.clear();
  double time = from;
  double left = stream.duration;  // at nominal pace
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

void stream_ledger::remember(const span& s, const newcomer& stream) {
  if (s.share <= 0) return;
  if (m_count == most_pieces) {
    const auto first = std::min_element(
        m_pieces.begin(), m_pieces.end(),
        [](const piece& a, const piece& b) { return a.end < b.end; });
    drop(static_cast<std::size_t>(first - m_pieces.begin()));
    tally();
  }
  piece& added = m_pieces[m_count++];
  added.begin = s.begin;
  added.end = s.end;
  added.duration = stream.duration;
  added.share = s.share;
  added.peak = stream.peak * s.share;
  added.beats.assign(stream.beats, stream.beats + m_banks);
  m_first_end = std::min(m_first_end, added.end);
  m_peaks += added.peak;
}

stream_ledger::answer stream_ledger::book(double now, double from,
                                          double duration,
                                          const std::uint64_t* beats) {
  forget(now);
  const std::uint64_t most = *std::max_element(beats, beats + m_banks);
  const newcomer stream{duration, static_cast<double>(most) / duration, beats};
  answer result;
  // If even a bank on which all others were at their busiest at once has room,
  // it goes at its nominal pace throughout.
  if (stream.peak <= 1.0 - m_peaks) {
    remember({from, from + duration, 1}, stream);
    return result;
  }
  const double end = advance(from, stream);
  for (const span& s : m_spans) remember(s, stream);
  const double conflict = end - from - duration - rounding_cycles;
  if (conflict > 0) {
    result.conflict_cycles = static_cast<std::uint64_t>(std::ceil(conflict));
  }
  result.bank = static_cast<unsigned>(
      std::max_element(m_lost.begin(), m_lost.end()) - m_lost.begin());
  return result;
}

}  // namespace vitvp::models
