// How long a command of the DMA takes. Pure arithmetic, in cycles.
#pragma once

#include <cstdint>

#include "models/common/memory_port.hpp"
#include "models/common/observer.hpp"

namespace vitvp::models {

/// What a memory says about its part of a transfer.
struct dma_side {
  /// The memory sets the pace (a DRAM channel); otherwise it takes or gives
  /// `width_bytes` in every cycle.
  bool paced = false;
  std::uint64_t latency = 0;  ///< from a request to its data, or back
  // Of a memory that sets the pace, counted from its first request on:
  std::uint64_t first = 0;   ///< the first burst is done
  std::uint64_t last = 0;    ///< the last burst is done
  std::uint64_t moving = 0;  ///< its data moves in so many of these cycles
};

/// Cycles in which the data path of `width_bytes` moves the rows: each row
/// begins in a cycle of its own.
std::uint64_t dma_beats(const region& rows, std::uint64_t width_bytes);

/// When the source has delivered its first data, counted from its first
/// request: from then on the destination is written.
std::uint64_t dma_first_data(const dma_side& source);

/// Cycles of the data phase, bank conflicts not included.
///
///     first   = dma_first_data(source)
///     through = max(last data of the source, first + beats - 1)
///     end     = through + latency of the destination, and not before a
///               destination that sets the pace, asked at `first`, is done
///     compute = beats, or what the slowest memory needs to move its data
///
/// What is left of `end` is operand_wait: latency that nothing hides, opened
/// rows, a channel busy with others. Two memories that set the pace are taken
/// for one channel, whose times add up.
cycle_breakdown dma_data_phase(std::uint64_t beats, const dma_side& source,
                               const dma_side& destination);

}  // namespace vitvp::models
