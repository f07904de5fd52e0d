// Which banks a strided footprint touches, and how often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

/// Byte a lies in line a / line_bytes, line l in bank l % banks.
struct bank_layout {
  unsigned banks = 8;
  std::uint64_t line_bytes = 64;

  std::uint64_t period() const { return banks * line_bytes; }
  /// Where `address` lies in its period.
  std::uint64_t in_period(std::uint64_t address) const {
    const std::uint64_t mask = period() - 1;
    const bool is_power_of_two = (period() & mask) == 0;
    return is_power_of_two ? address & mask : address % period();
  }
};

/// `rows` rows of `row_bytes` bytes; row i begins at address + i*stride, or,
/// with a list, at address + index[i]*stride.
struct bank_footprint {
  std::uint64_t address = 0;
  std::uint64_t rows = 1;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;
  const std::uint16_t* index = nullptr;
};

/// Accesses to each bank, one for each line that a row touches, summed over
/// the rows. Exact, except for footprints whose rows begin in more than 1024
/// different ways: there the first 1024 rows stand for all.
std::vector<std::uint64_t> beats_of(const bank_layout& layout,
                                    const bank_footprint& footprint);

/// `all` beats in the proportions of `beats`, whose sum is not 0: up to and
/// with each bank they are rounded down, so that none gets lost.
std::vector<std::uint64_t> spread(std::uint64_t all,
                                  const std::vector<std::uint64_t>& beats);

/// Remembers the beats of the footprints that it was asked for: engines ask for
/// the same few over and over. When it is full, it begins anew.
class footprint_cache {
 public:
  explicit footprint_cache(const bank_layout& layout);

  /// A number for each bank, valid until the next call: beats_of(), or, with
  /// `bytes` >= 1, the lines of so many bytes, spread() as that. Requires
  /// rows >= 1 and row_bytes >= 1.
  const std::uint64_t* beats(const bank_footprint& footprint,
                             std::uint64_t bytes = 0);

 private:
  // What beats depend on.
  struct key {
    std::uint64_t address = 0;  // from the beginning of a period on
    std::uint64_t rows = 0;
    std::uint64_t row_bytes = 0;
    std::uint64_t stride = 0;
    std::uint64_t bytes = 0;

    bool operator==(const key& other) const;
    std::uint64_t hash() const;
  };
  static constexpr std::size_t most_entries = 2048;
  static constexpr std::size_t slots = 2 * most_entries;

  std::vector<std::uint64_t> count(const bank_footprint& footprint,
                                   std::uint64_t bytes) const;

  bank_layout m_layout;
  // Entries in the order of their first use, which is roughly the order in
  // which they are used again, so that they are close to each other in memory.
  std::vector<key> m_keys;             // by entry
  std::vector<std::uint64_t> m_beats;  // by entry and bank
  std::vector<std::uint16_t> m_slots;  // number of an entry from 1 on, 0: none
  std::vector<std::uint64_t> m_of_list;  // that was asked for last
};

}  // namespace vitvp::models
