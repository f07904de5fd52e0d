// Roughly where bytes lie in watched memory: what tells most jobs apart at a
// glance.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// A set of blocks of memory. There is room for two memories, each of up to
/// `most` blocks; others share it with them.
class host_blocks {
 public:
  static constexpr unsigned most = 128;

  /// Adds blocks `first` to `last` < most of the memory with that number.
  void add(std::size_t memory, std::size_t first, std::size_t last) {
    for (std::size_t word = first / 64; word <= last / 64; ++word) {
      const std::size_t from = word == first / 64 ? first % 64 : 0;
      const std::size_t to = word == last / 64 ? last % 64 : 63;
      m_words[memory % 2 * 2 + word] |= ~std::uint64_t{0} >> (63 - to + from)
                                                                 << from;
    }
  }
  /// Whether there is a block in both.
  bool meets(const host_blocks& other) const {
    std::uint64_t both = 0;
    for (std::size_t i = 0; i < m_words.size(); ++i) {
      both |= m_words[i] & other.m_words[i];
    }
    return both != 0;
  }

 private:
  std::array<std::uint64_t, 4> m_words{};
};

}  // namespace vitvp::models
