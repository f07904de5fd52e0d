// The pruning unit's values, written down plainly from docs/arithmetic.md
// sections 7 and 8: the judge of the RTL, with nothing in common with it.
#pragma once

#include <cstdint>
#include <vector>

namespace vitvp::test {

enum class pruning_operation { importance, select, scan, none };

/// The parameters of a command, as registers/pruning_unit.yaml has them.
struct pruning_command {
  pruning_operation operation = pruning_operation::importance;
  bool first = false;
  unsigned threshold = 0;
  std::uint32_t x_address = 0;
  std::uint32_t x_stride = 0;
  std::uint32_t list_address = 0;
  std::uint32_t tokens = 0;
  std::uint32_t channels = 0;
  std::uint32_t keep = 0;
  std::uint32_t first_channel = 0;
};

class pruning_reference {
 public:
  pruning_reference(std::size_t memory_bytes, std::size_t max_tokens)
      : memory(memory_bytes), m_importance(max_tokens) {}

  /// Executes a valid command on `memory`.
  void execute(const pruning_command& c);

  std::vector<std::uint8_t> memory;
  std::uint32_t live_count = 0;
  std::uint32_t kept_count = 0;

 private:
  void add_head(const pruning_command& c);
  void select(const pruning_command& c);
  void scan(const pruning_command& c);
  void store(std::uint32_t address, std::uint32_t index);

  std::vector<std::uint32_t> m_importance;
};

}  // namespace vitvp::test
