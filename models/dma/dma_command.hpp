// What a command of the DMA means.
#pragma once

#include <cstdint>

#include "models/common/command_engine.hpp"

namespace vitvp::models {

/// A checked command. `source.stride` is also the unit of the index list.
struct dma_command {
  region source;  ///< without meaning for a fill
  region destination;
  std::uint64_t index_address = 0;
  bool gather = false;
  bool fill = false;
  std::uint8_t value = 0;  ///< of a fill

  std::uint64_t bytes() const {
    return destination.rows * destination.row_bytes;
  }
};

/// Throws command_fault: PARAMETER with the offset of ROW_BYTES (0 or above
/// 16 MiB), ROWS (0, above 65536, or more than 16 MiB in all) or MODE (both
/// GATHER and FILL); BURST with the list's address if that is odd.
dma_command decode_dma(const command& c);

/// The region as one row if its rows follow each other without a gap.
region coalesced(const region& rows);

}  // namespace vitvp::models
