#include "test/rtl/pruning_unit/reference.hpp"

namespace vitvp::test {

void pruning_reference::execute(const pruning_command& c) {
  if (c.operation == pruning_operation::importance) add_head(c);
  if (c.operation == pruning_operation::select) select(c);
  if (c.operation == pruning_operation::scan) scan(c);
}

void pruning_reference::store(std::uint32_t address, std::uint32_t index) {
  memory.at(address) = static_cast<std::uint8_t>(index & 255U);
  memory.at(address + 1) = static_cast<std::uint8_t>(index >> 8);
}

void pruning_reference::add_head(const pruning_command& c) {
  std::uint64_t sum = 0;
  for (std::uint32_t j = 0; j < c.tokens; ++j)
    sum += memory.at(c.x_address + j);
  const std::uint64_t factor = 16777216 / (sum == 0 ? 1 : sum);
  for (std::uint32_t j = 0; j < c.tokens; ++j) {
    const std::uint64_t before = c.first ? 0 : m_importance.at(j);
    m_importance.at(j) = static_cast<std::uint32_t>(
        before + memory.at(c.x_address + j) * factor);
  }
}

// Takes the best of those that are left again and again.
void pruning_reference::select(const pruning_command& c) {
  std::vector<bool> kept(c.tokens, false);
  kept[0] = true;
  for (std::uint32_t k = 0; k < c.keep && k + 1 < c.tokens; ++k) {
    std::uint32_t best = 0;
    for (std::uint32_t j = 1; j < c.tokens; ++j) {
      if (kept[j]) continue;
      if (best == 0 || m_importance[j] > m_importance[best]) best = j;
    }
    kept[best] = true;
  }
  kept_count = 0;
  for (std::uint32_t j = 0; j < c.tokens; ++j) {
    if (kept[j]) store(c.list_address + 2 * kept_count++, j);
  }
}

void pruning_reference::scan(const pruning_command& c) {
  if (c.first) live_count = 0;
  for (std::uint32_t f = 0; f < c.channels; ++f) {
    bool live = false;
    for (std::uint32_t t = 0; t < c.tokens; ++t) {
      const int value = memory.at(c.x_address + f * c.x_stride + t);
      const int as_signed = value < 128 ? value : value - 256;
      if (as_signed > static_cast<int>(c.threshold)) live = true;
    }
    if (live) store(c.list_address + 2 * live_count++, c.first_channel + f);
  }
}

}  // namespace vitvp::test
