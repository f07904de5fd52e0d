// When the data of a DRAM access moves: banks with open rows behind one data
// channel. Knows no SystemC; times are integer ticks.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/busy_window.hpp"

namespace vitvp::models {

/// All times in ticks. burst_bytes, banks and row_bytes are powers of two,
/// row_bytes not below burst_bytes, row_miss_ticks not below row_hit_ticks.
struct channel_timing {
  std::uint64_t burst_bytes = 64;    ///< smallest unit that the channel moves
  std::uint64_t burst_ticks = 5000;  ///< the channel is busy with one
  std::uint64_t row_hit_ticks = 15000;   ///< command to data, row open
  std::uint64_t row_miss_ticks = 45000;  ///< close, open, command to data
  std::uint64_t latency_ticks = 40000;   ///< of controller and PHY, each access
  unsigned banks = 8;
  std::uint64_t row_bytes = 2048;  ///< of one bank; rows interleave the banks
};

struct channel_counters {
  std::uint64_t bursts = 0;  ///< units of burst_bytes that the channel moved
  std::uint64_t row_hits = 0;
  std::uint64_t row_misses = 0;
};

/// A transfer in bursts, see burst_extension; addresses are offsets.
struct channel_transfer {
  std::uint64_t address = 0;
  std::uint64_t rows = 1;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;
  const std::uint16_t* index = nullptr;
  std::uint64_t burst_bytes = 64;
  unsigned outstanding = 1;

  /// Where row i begins.
  std::uint64_t row(std::uint64_t i) const {
    return address + (index == nullptr ? i : index[i]) * stride;
  }
  /// Where the burst that begins at `at` ends, unless its row ends before.
  std::uint64_t cut(std::uint64_t at) const {
    return (at | (burst_bytes - 1)) + 1;
  }
};

/// Absolute times, in ticks.
struct channel_answer {
  std::uint64_t first = 0;   ///< the first burst is done
  std::uint64_t last = 0;    ///< the last burst is done
  std::uint64_t moving = 0;  ///< ticks in which the channel moved its data
};

/// One channel. Byte a lies in row a / (row_bytes * banks) of bank
/// a / row_bytes % banks; each bank keeps the row open that it used last.
///
/// Data moves in units of burst_bytes, in the order of the requests, each at
///
///     begin = max(end of the unit before it, issue + row_hit)       row open
///     begin = max(end of the unit before it,
///                 max(issue, end of the bank's last unit) + row_miss)   else
///     end   = begin + burst
///
/// so that opening a row in one bank hides behind data of the others. A burst
/// is done `latency` after the end of its last unit. Refresh is not modelled.
///
/// Transfers are served one after the other. A single access that finds one
/// waits for what is in flight (at most outstanding * burst_bytes; a bank that
/// it has to open is busy until then) and postpones the transfers behind it by
/// its own units.
class dram_channel {
 public:
  explicit dram_channel(const channel_timing& timing);

  /// Row counters are cleared, all rows closed, the channel is free.
  void reset();

  /// Reads or writes `bytes` >= 1 at once; returns when that is done.
  std::uint64_t access(std::uint64_t time, std::uint64_t address,
                       std::uint64_t bytes);
  /// Requires rows >= 1, row_bytes >= 1, burst_bytes a power of two not below
  /// timing's, outstanding >= 1.
  channel_answer transfer(std::uint64_t time, const channel_transfer& what);

  const channel_timing& timing() const { return m_timing; }
  const channel_counters& counters() const { return m_counters; }

 private:
  struct bank {
    std::uint64_t row = no_row;
    std::uint64_t end = 0;
  };
  static constexpr std::uint64_t no_row = ~std::uint64_t{0};

  std::uint64_t move_in_row(std::uint64_t row_number, std::uint64_t units,
                            std::uint64_t issue, std::uint64_t free);
  std::uint64_t units(std::uint64_t begin, std::uint64_t end) const;
  std::uint64_t move(std::uint64_t begin, std::uint64_t end,
                     std::uint64_t issue, std::uint64_t free);
  bool is_wide(const channel_transfer& what) const;
  bool is_even(const channel_transfer& what) const;
  std::uint64_t move_evenly(std::uint64_t time, const channel_transfer& what,
                            std::uint64_t moved, std::uint64_t free);
  std::uint64_t move_rows(std::uint64_t time, const channel_transfer& what,
                          std::uint64_t moved, std::uint64_t free);
  std::uint64_t move_bursts(std::uint64_t time, const channel_transfer& what,
                            std::uint64_t first_bytes, std::uint64_t free);

  channel_timing m_timing;
  unsigned m_unit_shift = 0;  // log2 of burst_bytes
  unsigned m_row_shift = 0;   // log2 of units per row
  unsigned m_bank_shift = 0;  // log2 of banks
  std::vector<bank> m_banks;
  channel_counters m_counters;

  busy_window m_accesses;
  std::uint64_t m_transfer_begin = 0;  // of the transfer booked last
  std::uint64_t m_transfer_end = 0;
  std::uint64_t m_in_flight_ticks = 0;  // of that transfer
  std::vector<std::uint64_t> m_done;    // ring of the bursts in flight
};

}  // namespace vitvp::models
