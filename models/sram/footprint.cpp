#include "models/sram/footprint.hpp"

#include <algorithm>
#include <numeric>

namespace vitvp::models {
namespace {

constexpr std::uint64_t most_rows = 1024;

// Adds up rows; knows in one step what a row of many lines does.
class bank_counter {
 public:
  explicit bank_counter(const bank_layout& layout)
      : m_layout(layout), m_steps(layout.banks) {}

  void add_row(std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t first = address / m_layout.line_bytes;
    const std::uint64_t lines =
        (address + bytes - 1) / m_layout.line_bytes - first + 1;
    m_everywhere += lines / m_layout.banks;
    const std::uint64_t begin = first % m_layout.banks;
    const std::uint64_t end = begin + lines % m_layout.banks;
    ++m_steps[begin];
    if (end < m_layout.banks) {
      --m_steps[end];
    } else {
      ++m_steps[0];
      --m_steps[end - m_layout.banks];
    }
  }

  std::vector<std::uint64_t> beats() const {
    std::vector<std::uint64_t> result(m_layout.banks);
    std::int64_t level = 0;
    for (std::size_t bank = 0; bank < result.size(); ++bank) {
      level += m_steps[bank];
      result[bank] = m_everywhere + static_cast<std::uint64_t>(level);
    }
    return result;
  }

 private:
  bank_layout m_layout;
  std::uint64_t m_everywhere = 0;
  std::vector<std::int64_t> m_steps;  // changes from bank to bank
};

std::uint64_t row_address(const bank_footprint& footprint, std::uint64_t row) {
  const std::uint64_t number =
      footprint.index == nullptr ? row : footprint.index[row];
  return footprint.address + number * footprint.stride;
}

std::vector<std::uint64_t> enumerate(const bank_layout& layout,
                                     const bank_footprint& footprint,
                                     std::uint64_t rows) {
  bank_counter counter(layout);
  for (std::uint64_t row = 0; row < rows; ++row) {
    counter.add_row(row_address(footprint, row), footprint.row_bytes);
  }
  return counter.beats();
}

// Rows after which the banks repeat.
std::uint64_t repeat_of(const bank_layout& layout,
                        const bank_footprint& footprint) {
  if (footprint.index != nullptr) return footprint.rows;
  return layout.period() / std::gcd(footprint.stride, layout.period());
}

}  // namespace

std::vector<std::uint64_t> beats_of(const bank_layout& layout,
                                    const bank_footprint& footprint) {
  std::vector<std::uint64_t> beats(layout.banks);
  if (footprint.rows == 0 || footprint.row_bytes == 0) return beats;
  std::uint64_t repeat = repeat_of(layout, footprint);
  if (footprint.index == nullptr) {
    repeat = std::clamp<std::uint64_t>(repeat, 1, most_rows);
  }
  const std::uint64_t whole = footprint.rows / repeat;
  const auto add = [&](std::uint64_t rows, std::uint64_t times) {
    if (rows == 0 || times == 0) return;
    const std::vector<std::uint64_t> part = enumerate(layout, footprint, rows);
    for (std::size_t i = 0; i < beats.size(); ++i) beats[i] += times * part[i];
  };
  add(repeat, whole);
  add(footprint.rows % repeat, 1);
  return beats;
}

footprint_cache::footprint_cache(const bank_layout& layout)
    : m_layout(layout), m_entries(entries) {}

const std::vector<std::uint64_t>& footprint_cache::beats(
    const bank_footprint& footprint) {
  bank_footprint key = footprint;
  key.address %= m_layout.period();
  // The upper half of a product is a good hash (Fibonacci).
  const std::uint64_t hash = (key.address + (key.rows << 12) +
                              (key.row_bytes << 24) + (key.stride << 40)) *
                             0x9e3779b97f4a7c15U;
  entry& place = m_entries[(hash >> 32) % entries];
  const bool known = key.index == nullptr && place.key.index == nullptr &&
                     place.key.address == key.address &&
                     place.key.rows == key.rows &&
                     place.key.row_bytes == key.row_bytes &&
                     place.key.stride == key.stride && !place.beats.empty();
  if (!known) {
    place.beats = beats_of(m_layout, key);
    place.key = key;
  }
  return place.beats;
}

}  // namespace vitvp::models
