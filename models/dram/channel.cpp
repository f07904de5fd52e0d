#include "models/dram/channel.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

unsigned log2_of(std::uint64_t power_of_two) {
  unsigned exponent = 0;
  while ((std::uint64_t{1} << exponent) < power_of_two) ++exponent;
  return exponent;
}

}  // namespace

dram_channel::dram_channel(const channel_timing& timing)
    : m_timing(timing),
      m_unit_shift(log2_of(timing.burst_bytes)),
      m_row_shift(log2_of(timing.row_bytes / timing.burst_bytes)),
      m_bank_shift(log2_of(timing.banks)),
      m_banks(timing.banks) {}

void dram_channel::reset() {
  std::fill(m_banks.begin(), m_banks.end(), bank());
  m_counters = channel_counters();
  m_accesses = busy_window();
  m_transfer_begin = m_transfer_end = m_in_flight_ticks = 0;
}

// When the data of a unit can move at the earliest; opens its row. `free` is
// when the channel is.
std::uint64_t dram_channel::ready(std::uint64_t unit, std::uint64_t issue,
                                  std::uint64_t free) {
  const std::uint64_t row_number = unit >> m_row_shift;
  bank& b = m_banks[row_number & (m_timing.banks - 1)];
  const std::uint64_t row = row_number >> m_bank_shift;
  if (b.row == row) {
    ++m_counters.row_hits;
    return issue + m_timing.row_hit_ticks;
  }
  ++m_counters.row_misses;
  b.row = row;
  // A bank that is used later than this (by an initiator that runs ahead) is
  // no reason to wait.
  return std::max(issue, std::min(b.end, free)) + m_timing.row_miss_ticks;
}

// Moves units `first` to `last`; returns the end of the last one.
std::uint64_t dram_channel::move(std::uint64_t first, std::uint64_t last,
                                 std::uint64_t issue, std::uint64_t free) {
  m_counters.bursts += last - first + 1;
  for (std::uint64_t unit = first; unit <= last;) {
    const std::uint64_t row_number = unit >> m_row_shift;
    const std::uint64_t end_of_row = (row_number + 1) << m_row_shift;
    const std::uint64_t count = std::min(last + 1, end_of_row) - unit;
    // The units of one burst are issued together: behind the first one in a
    // row, the others follow without a gap.
    free =
        std::max(free, ready(unit, issue, free)) + count * m_timing.burst_ticks;
    m_counters.row_hits += count - 1;
    m_banks[row_number & (m_timing.banks - 1)].end = free;
    unit += count;
  }
  return free;
}

std::uint64_t dram_channel::access(std::uint64_t time, std::uint64_t address,
                                   std::uint64_t bytes) {
  const std::uint64_t first = address >> m_unit_shift;
  const std::uint64_t last = (address + bytes - 1) >> m_unit_shift;
  const std::uint64_t ticks = (last - first + 1) * m_timing.burst_ticks;
  std::uint64_t free = m_accesses.next_free(time);
  if (m_transfer_begin <= free && free < m_transfer_end) {
    free += std::min(m_transfer_end - free, m_in_flight_ticks);
    m_transfer_end += ticks;
  }
  const std::uint64_t end = move(first, last, time, free);
  m_accesses.occupy(time, free, end);
  return end + m_timing.latency_ticks;
}

channel_answer dram_channel::transfer(std::uint64_t time,
                                      const channel_transfer& what) {
  // What the loop needs, where nothing that it writes can change it.
  const channel_timing timing = m_timing;
  const unsigned unit_shift = m_unit_shift;
  const unsigned row_shift = m_row_shift;
  std::uint64_t free =
      std::max(m_accesses.next_free(time), std::max(time, m_transfer_end));
  const std::uint64_t bursts_before = m_counters.bursts;
  std::uint64_t hits = 0;
  m_done.assign(what.outstanding, time);
  std::uint64_t* const end_of_done = m_done.data() + m_done.size();
  std::uint64_t* done = m_done.data();  // of the burst that makes room
  std::uint64_t open_row = no_row;      // that the last burst left open, and
  bank* open_bank = nullptr;            // in which bank
  channel_answer answer;
  for (std::uint64_t i = 0; i < what.rows; ++i) {
    const std::uint64_t row = what.index == nullptr ? i : what.index[i];
    std::uint64_t at = what.address + row * what.stride;
    const std::uint64_t row_end = at + what.row_bytes;
    while (at < row_end) {
      const std::uint64_t cut = (at | (what.burst_bytes - 1)) + 1;
      const std::uint64_t next = std::min(row_end, cut);
      const std::uint64_t first = at >> unit_shift;
      const std::uint64_t last = (next - 1) >> unit_shift;
      if (first >> row_shift == open_row && last >> row_shift == open_row) {
        const std::uint64_t count = last - first + 1;
        free = std::max(free, *done + timing.row_hit_ticks) +
               count * timing.burst_ticks;
        hits += count;
      } else {
        if (open_bank != nullptr) open_bank->end = free;
        free = move(first, last, *done, free);
        open_row = last >> row_shift;
        open_bank = &m_banks[open_row & (timing.banks - 1)];
      }
      *done = free + timing.latency_ticks;
      if (answer.first == 0) answer.first = *done;
      if (++done == end_of_done) done = m_done.data();
      at = next;
    }
  }
  if (open_bank != nullptr) open_bank->end = free;
  m_counters.bursts += hits;
  m_counters.row_hits += hits;
  m_transfer_begin = time;
  m_transfer_end = free;
  m_in_flight_ticks = what.outstanding * (what.burst_bytes >> m_unit_shift) *
                      m_timing.burst_ticks;
  answer.last = free + m_timing.latency_ticks;
  answer.moving = (m_counters.bursts - bursts_before) * m_timing.burst_ticks;
  return answer;
}

}  // namespace vitvp::models
