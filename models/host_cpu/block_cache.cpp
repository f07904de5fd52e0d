#include "models/host_cpu/block_cache.hpp"

#include <cstddef>

#include "models/host_cpu/rv32.hpp"

namespace vitvp::models {

block_info decode_block(std::uint32_t address,
                        const std::vector<std::uint8_t>& code) {
  block_info block;
  block.address = address;
  block.bytes = static_cast<std::uint32_t>(code.size());
  std::size_t at = 0;
  while (at + 2 <= code.size()) {
    const std::uint32_t length = rv32::length_bytes(code[at]);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < length && at + i < code.size(); ++i) {
      bits |= static_cast<std::uint32_t>(code[at + i]) << (8 * i);
    }
    const rv32::csr_access access = rv32::decode_csr(bits);
    block.accesses_csr = access.valid;
    block.csr = access.csr;
    block.csr_destination = access.destination;
    block.returns_from_trap = bits == rv32::mret;
    block.is_fence_i = rv32::is_fence_i(bits);
    ++block.instructions;
    at += length;
  }
  return block;
}

}  // namespace vitvp::models
