#include "models/dram/channel.hpp"

#include <algorithm>

#include "models/common/log2.hpp"

namespace vitvp::models {

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

// Moves `units` units in one row, counted through all banks, that are issued
// together; returns the end of the last one. `free` is when the channel is.
std::uint64_t dram_channel::move_in_row(std::uint64_t row_number,
                                        std::uint64_t units,
                                        std::uint64_t issue,
                                        std::uint64_t free) {
  bank& b = m_banks[row_number & (m_timing.banks - 1)];
  const std::uint64_t row = row_number >> m_bank_shift;
  std::uint64_t ready = issue + m_timing.row_hit_ticks;
  std::uint64_t misses = 0;
  if (b.row != row) {
    misses = 1;
    b.row = row;
    // A bank that is used later than this (by an initiator that runs ahead) is
    // no reason to wait.
    ready = std::max(issue, std::min(b.end, free)) + m_timing.row_miss_ticks;
  }
  m_counters.bursts += units;
  m_counters.row_hits += units - misses;
  m_counters.row_misses += misses;
  // Behind the first unit the others follow without a gap.
  b.end = std::max(free, ready) + units * m_timing.burst_ticks;
  return b.end;
}

// Units of [begin, end).
std::uint64_t dram_channel::units(std::uint64_t begin,
                                  std::uint64_t end) const {
  return ((end - 1) >> m_unit_shift) - (begin >> m_unit_shift) + 1;
}

// Moves the units of [begin, end) as one burst; returns the end of the last
// one.
std::uint64_t dram_channel::move(std::uint64_t begin, std::uint64_t end,
                                 std::uint64_t issue, std::uint64_t free) {
  std::uint64_t unit = begin >> m_unit_shift;
  for (std::uint64_t left = units(begin, end); left > 0;) {
    const std::uint64_t row_number = unit >> m_row_shift;
    const std::uint64_t next_row = (row_number + 1) << m_row_shift;
    const std::uint64_t count = std::min(left, next_row - unit);
    free = move_in_row(row_number, count, issue, free);
    unit += count;
    left -= count;
  }
  return free;
}

std::uint64_t dram_channel::access(std::uint64_t time, std::uint64_t address,
                                   std::uint64_t bytes) {
  std::uint64_t free = m_accesses.next_free(time);
  if (m_transfer_begin <= free && free < m_transfer_end) {
    free += std::min(m_transfer_end - free, m_in_flight_ticks);
    m_transfer_end += units(address, address + bytes) * m_timing.burst_ticks;
  }
  const std::uint64_t end = move(address, address + bytes, time, free);
  m_accesses.occupy(time, free, end);
  return end + m_timing.latency_ticks;
}

// Whether no burst of `what` is ever held up for want of room: by the time that
// one makes room, those behind it keep the channel busy for longer than it
// takes to open a row for the next. So all might as well be issued at once.
bool dram_channel::is_wide(const channel_transfer& what) const {
  const std::uint64_t others = what.outstanding - std::uint64_t{1};
  return others * m_timing.burst_ticks >=
         m_timing.latency_ticks + m_timing.row_miss_ticks;
}

// Whether the rows of `what` begin at the same place in a unit, share none, and
// skip no row of a bank.
bool dram_channel::is_even(const channel_transfer& what) const {
  if (what.index != nullptr) return false;
  if (what.rows == 1) return true;
  const std::uint64_t begin = what.row(0);
  const std::uint64_t used = units(begin, begin + what.row_bytes);
  return what.stride % m_timing.burst_bytes == 0 &&
         used * m_timing.burst_bytes <= what.stride &&
         what.stride <= m_timing.row_bytes;
}

// Moves what is behind the first `moved` units of a transfer that is wide and
// even; returns the end of the last one.
std::uint64_t dram_channel::move_evenly(std::uint64_t time,
                                        const channel_transfer& what,
                                        std::uint64_t moved,
                                        std::uint64_t free) {
  const std::uint64_t begin = what.row(0);
  const std::uint64_t used = units(begin, begin + what.row_bytes);
  const std::uint64_t all = what.rows * used;
  const std::uint64_t stride = std::max(used, what.stride >> m_unit_shift);
  const std::uint64_t row_units = std::uint64_t{1} << m_row_shift;
  const std::uint64_t first = begin >> m_unit_shift;
  std::uint64_t row_number = first >> m_row_shift;
  // From the first unit to the end of that row: in whole strides, and the rest.
  const std::uint64_t way = row_units - (first & (row_units - 1));
  std::uint64_t strides = way / stride;
  std::uint64_t rest = way % stride;
  const std::uint64_t row_strides = row_units / stride;
  const std::uint64_t row_rest = row_units % stride;
  for (; moved < all; ++row_number) {
    const std::uint64_t upto =
        std::min(all, strides * used + std::min(rest, used));
    if (upto > moved) {
      free = move_in_row(row_number, upto - moved, time, free);
      moved = upto;
    }
    strides += row_strides;
    rest += row_rest;
    if (rest >= stride) {
      rest -= stride;
      ++strides;
    }
  }
  return free;
}

// Moves what is behind the first burst, which ends at byte `moved`, of any
// transfer that is wide; returns the end of the last one.
std::uint64_t dram_channel::move_rows(std::uint64_t time,
                                      const channel_transfer& what,
                                      std::uint64_t moved, std::uint64_t free) {
  const unsigned shift = m_unit_shift + m_row_shift;
  std::uint64_t row_number = 0;
  std::uint64_t waiting = 0;  // units of that row
  const auto move_waiting = [&] {
    if (waiting > 0) free = move_in_row(row_number, waiting, time, free);
    waiting = 0;
  };
  for (std::uint64_t i = 0; i < what.rows; ++i) {
    const std::uint64_t begin = i == 0 ? moved : what.row(i);
    const std::uint64_t end = what.row(i) + what.row_bytes;
    if (begin == end) continue;
    if (begin >> shift != row_number) move_waiting();
    row_number = begin >> shift;
    if ((end - 1) >> shift == row_number) {
      waiting += units(begin, end);
    } else {
      move_waiting();
      free = move(begin, end, time, free);
    }
  }
  move_waiting();
  return free;
}

// Moves what is behind the first burst of `first_bytes`, which ends at `free`,
// each burst when there is room for it; returns the end of the last one.
std::uint64_t dram_channel::move_bursts(std::uint64_t time,
                                        const channel_transfer& what,
                                        std::uint64_t first_bytes,
                                        std::uint64_t free) {
  // What the loop needs, where nothing that it writes can change it.
  const channel_timing timing = m_timing;
  const unsigned unit_shift = m_unit_shift;
  const unsigned row_shift = m_row_shift;
  std::uint64_t hits = 0;
  m_done.assign(what.outstanding, time);
  std::uint64_t* const end_of_done = m_done.data() + m_done.size();
  std::uint64_t* done = m_done.data();  // of the burst that makes room
  const auto is_done = [&] {
    *done = free + timing.latency_ticks;
    if (++done == end_of_done) done = m_done.data();
  };
  is_done();
  std::uint64_t open_row = no_row;  // that the last burst left open, and
  bank* open_bank = nullptr;        // in which bank
  std::uint64_t skip = first_bytes;
  for (std::uint64_t i = 0; i < what.rows; ++i) {
    std::uint64_t at = what.row(i);
    const std::uint64_t row_end = at + what.row_bytes;
    at += skip;
    skip = 0;
    while (at < row_end) {
      const std::uint64_t next = std::min(row_end, what.cut(at));
      const std::uint64_t first = at >> unit_shift;
      const std::uint64_t last = (next - 1) >> unit_shift;
      if (first >> row_shift == open_row && last >> row_shift == open_row) {
        const std::uint64_t count = last - first + 1;
        free = std::max(free, *done + timing.row_hit_ticks) +
               count * timing.burst_ticks;
        hits += count;
      } else {
        if (open_bank != nullptr) open_bank->end = free;
        free = move(at, next, *done, free);
        open_row = last >> row_shift;
        open_bank = &m_banks[open_row & (timing.banks - 1)];
      }
      is_done();
      at = next;
    }
  }
  if (open_bank != nullptr) open_bank->end = free;
  m_counters.bursts += hits;
  m_counters.row_hits += hits;
  return free;
}

channel_answer dram_channel::transfer(std::uint64_t time,
                                      const channel_transfer& what) {
  const std::uint64_t bursts_before = m_counters.bursts;
  const std::uint64_t begin = what.row(0);
  const std::uint64_t cut = std::min(begin + what.row_bytes, what.cut(begin));
  std::uint64_t free =
      std::max(m_accesses.next_free(time), std::max(time, m_transfer_end));
  free = move(begin, cut, time, free);
  channel_answer answer;
  answer.first = free + m_timing.latency_ticks;
  if (!is_wide(what)) {
    free = move_bursts(time, what, cut - begin, free);
  } else if (is_even(what)) {
    free = move_evenly(time, what, units(begin, cut), free);
  } else {
    free = move_rows(time, what, cut, free);
  }
  m_transfer_begin = time;
  m_transfer_end = free;
  m_in_flight_ticks = what.outstanding * (what.burst_bytes >> m_unit_shift) *
                      m_timing.burst_ticks;
  answer.last = free + m_timing.latency_ticks;
  answer.moving = (m_counters.bursts - bursts_before) * m_timing.burst_ticks;
  return answer;
}

}  // namespace vitvp::models
