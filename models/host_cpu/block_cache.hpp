// What the core needs to know about a block of instructions at its entry,
// decoded once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

struct block_info {
  std::uint32_t address = 1;  // odd: none
  std::uint32_t bytes = 0;
  std::uint32_t instructions = 0;
  // A CSR instruction ends its block.
  bool accesses_csr = false;
  bool returns_from_trap = false;
  bool is_fence_i = false;
  std::uint32_t csr = 0;
  std::uint32_t csr_destination = 0;
};

block_info decode_block(std::uint32_t address,
                        const std::vector<std::uint8_t>& code);

// Direct-mapped: a block that falls on the place of another replaces it.
class block_cache {
 public:
  block_cache() : m_blocks(places) {}

  // Null when the block is not there.
  const block_info* find(std::uint32_t address, std::uint32_t bytes) const {
    const block_info& block = m_blocks[place(address)];
    return block.address == address && block.bytes == bytes ? &block : nullptr;
  }
  const block_info& insert(const block_info& block) {
    return m_blocks[place(block.address)] = block;
  }
  void clear() { m_blocks.assign(places, block_info{}); }

 private:
  static constexpr std::size_t places = 4096;
  static std::size_t place(std::uint32_t address) {
    return (address >> 1) % places;
  }

  std::vector<block_info> m_blocks;
};

}  // namespace vitvp::models
