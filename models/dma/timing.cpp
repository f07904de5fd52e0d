#include "models/dma/timing.hpp"

#include <algorithm>

namespace vitvp::models {

std::uint64_t dma_beats(const region& rows, std::uint64_t width_bytes) {
  return rows.rows * ((rows.row_bytes + width_bytes - 1) / width_bytes);
}

std::uint64_t dma_first_data(const dma_side& source) {
  return source.paced ? source.first : source.latency;
}

cycle_breakdown dma_data_phase(std::uint64_t beats, const dma_side& source,
                               const dma_side& destination) {
  const std::uint64_t first = dma_first_data(source);
  std::uint64_t through = first + beats - 1;
  if (source.paced) through = std::max(through, source.last);
  std::uint64_t end = through + destination.latency;
  if (destination.paced) end = std::max(end, first + destination.last);
  // The last beat ends a cycle after it begins.
  end = std::max(end, beats);
  cycle_breakdown cycles;
  cycles.compute =
      std::min(end, std::max(beats, source.moving + destination.moving));
  cycles.operand_wait = end - cycles.compute;
  return cycles;
}

}  // namespace vitvp::models
