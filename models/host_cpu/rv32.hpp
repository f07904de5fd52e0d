// What the core needs to know about RV32IMAC instructions beyond executing
// them: lengths, memory operands, written registers.
#pragma once

#include <cstdint>

namespace vitvp::models::rv32 {

constexpr std::uint32_t wfi = 0x10500073;
constexpr std::uint32_t mret = 0x30200073;
constexpr std::uint32_t ebreak = 0x00100073;
constexpr std::uint32_t compressed_ebreak = 0x9002;

// 2 or 4 bytes; `bits` needs its lower half only.
constexpr std::uint32_t length_bytes(std::uint32_t bits) {
  return (bits & 3U) == 3U ? 4 : 2;
}

bool is_fence_i(std::uint32_t bits);

// csrrw, csrrs, csrrc and their immediate forms.
struct csr_access {
  bool valid = false;
  std::uint32_t csr = 0;
  std::uint32_t destination = 0;
};
csr_access decode_csr(std::uint32_t bits);

enum class memory_kind { none, load, store, atomic };

// address = x[base] + offset. An atomic reads, then writes.
struct memory_operand {
  memory_kind kind = memory_kind::none;
  std::uint32_t bytes = 0;
  std::uint32_t base = 0;
  std::int32_t offset = 0;
  bool is_load_reserved = false;
};
memory_operand decode_memory(std::uint32_t bits);

// Register that the instruction writes; 0: none.
std::uint32_t destination(std::uint32_t bits);

// `addi rd, rd, offset` in any encoding.
struct increment {
  bool valid = false;
  std::uint32_t reg = 0;
  std::int32_t offset = 0;
};
increment decode_increment(std::uint32_t bits);

}  // namespace vitvp::models::rv32
