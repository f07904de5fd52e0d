// Random commands of the pruning unit on a memory of their own.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "test/rtl/pruning_unit/reference.hpp"

namespace vitvp::test {

/// Operands lie in the lower half of memory, lists in the upper one.
constexpr std::size_t pruning_memory_bytes = 1 << 17;

class random_pruning_commands {
 public:
  random_pruning_commands(std::uint32_t seed, std::uint32_t max_tokens)
      : m_random(seed), m_max_tokens(max_tokens) {}

  std::uint32_t between(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(m_random);
  }
  bool chance(unsigned percent) { return between(1, 100) <= percent; }

  /// A new operand half: anything, few distinct values, all equal, nearly all
  /// zero, or negative.
  void fill(std::vector<std::uint8_t>& memory) {
    const std::uint32_t kind = between(0, 4);
    const std::uint32_t constant = between(0, 255);
    for (std::size_t i = 0; i < memory.size() / 2; ++i) {
      std::uint32_t byte = constant;
      if (kind == 0) byte = between(0, 255);
      if (kind == 1) byte = between(0, 2);
      if (kind == 3) byte = between(0, 300) == 0 ? between(0, 255) : 0;
      if (kind == 4) byte = between(120, 255);
      memory[i] = static_cast<std::uint8_t>(byte);
    }
  }

  /// A valid command. SCAN lists that are appended to get no longer than
  /// `list_room` entries; a longer one is begun anew.
  pruning_command next() {
    pruning_command c;
    c.operation = static_cast<pruning_operation>(between(0, 2));
    c.tokens = tokens();
    c.first = chance(40);
    c.threshold = chance(30) ? between(0, 1) * 127 : between(0, 127);
    c.x_address = between(0, 2000);
    c.list_address = pruning_memory_bytes / 2 + 2 * between(0, 1000);
    c.keep = keep(c.tokens);
    if (c.operation != pruning_operation::scan) return c;
    c.channels = between(1, chance(80) ? 12 : 40);
    c.x_stride = chance(10) ? between(0, c.tokens) : c.tokens + between(0, 99);
    c.first_channel = chance(10) ? 65536 - c.channels : between(0, 60000);
    if (m_listed + c.channels > list_room) c.first = true;
    m_listed = (c.first ? 0 : m_listed) + c.channels;
    return c;
  }

 private:
  static constexpr std::uint32_t list_room = 10000;

  std::uint32_t tokens() {
    const std::uint32_t limit = chance(15) ? m_max_tokens : 200;
    const std::uint32_t n = between(1, std::min(limit, m_max_tokens));
    return chance(10) ? std::min(m_max_tokens, 1 + (n - 1) % 9) : n;
  }

  std::uint32_t keep(std::uint32_t tokens) {
    switch (between(0, 9)) {
      case 0:
        return 0;
      case 1:
        return 1;
      case 2:
        return tokens - 1;
      case 3:
        return between(0, 1) == 0 ? 0xffffffffU : 0x10000U;
      default:
        return between(0, tokens);
    }
  }

  std::mt19937 m_random;
  std::uint32_t m_max_tokens;
  std::uint32_t m_listed = 0;
};

}  // namespace vitvp::test
