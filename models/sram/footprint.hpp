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

/// Remembers the beats of the footprints that it was asked for lately: engines
/// ask for the same few over and over. A fixed number of entries.
class footprint_cache {
 public:
  explicit footprint_cache(const bank_layout& layout);

  /// As beats_of(); valid until the next call.
  const std::vector<std::uint64_t>& beats(const bank_footprint& footprint);

 private:
  struct entry {
    bank_footprint key;
    std::vector<std::uint64_t> beats;
  };
  static constexpr std::size_t entries = 1024;

  bank_layout m_layout;
  std::vector<entry> m_entries;
};

}  // namespace vitvp::models
