#include "models/pruning_unit/kernel.hpp"

#include <algorithm>
#include <numeric>

#include "models/common/byte_rows.hpp"

namespace vitvp::models {

void add_importance(const std::uint8_t* x, std::size_t n,
                    std::uint32_t* importance) {
  const std::uint32_t sum = sum_u8(x, n);
  const std::uint32_t reciprocal = (1U << 24) / std::max(sum, 1U);
  for (std::size_t j = 0; j < n; ++j) importance[j] += x[j] * reciprocal;
}

std::vector<std::uint16_t> select_tokens(const std::uint32_t* importance,
                                         std::size_t tokens, std::size_t keep) {
  std::vector<std::uint16_t> survivors(tokens);
  std::iota(survivors.begin(), survivors.end(), std::uint16_t{0});
  if (keep + 1 >= tokens) return survivors;
  const auto ranks_before = [=](std::uint16_t i, std::uint16_t j) {
    return importance[i] != importance[j] ? importance[i] > importance[j]
                                          : i < j;
  };
  const auto end = survivors.begin() + 1 + static_cast<std::ptrdiff_t>(keep);
  std::nth_element(survivors.begin() + 1, end, survivors.end(), ranks_before);
  survivors.erase(end, survivors.end());
  std::sort(survivors.begin(), survivors.end());
  return survivors;
}

bool is_live(const std::uint8_t* x, std::size_t n, std::int8_t threshold) {
  return largest_i8(x, n) > threshold;
}

}  // namespace vitvp::models
