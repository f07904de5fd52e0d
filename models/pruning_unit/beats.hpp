// What the pruning unit asks for in each cycle of a command: the cycle rule of
// docs/timing.md, request by request (docs/rtl_pruning_unit.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/common/memory_port.hpp"

namespace vitvp::models {

/// What a command is, and what it decides.
struct pruning_plan {
  enum kind { importance, select, scan };

  kind operation = importance;
  std::uint64_t tokens = 1;
  std::uint64_t bytes_per_cycle = 64;
  region operand;                   ///< read row by row; not by select
  std::uint64_t first_channel = 0;  ///< of scan: that of the first row
  std::uint64_t list_address = 0;   ///< where the first entry goes
  std::vector<std::uint16_t> list;  ///< ascending: channels, or tokens
};

struct pruning_read {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
};

struct pruning_write {
  std::uint32_t address = 0;
  std::uint16_t entry = 0;
};

/// Walks through the cycles of a command. Memory may refuse the requests of a
/// cycle, on both ports.
class pruning_schedule {
 public:
  explicit pruning_schedule(pruning_plan plan);

  const pruning_plan& plan() const { return m_plan; }
  std::uint64_t cycle() const { return m_cycle; }

  /// What is asked for in this cycle. While a write is refused nothing is read.
  std::optional<pruning_read> read(bool refused) const;
  std::optional<pruning_write> write() const;
  /// Where the next read is: row of the operand, and its first token.
  std::uint64_t read_row() const;
  std::uint64_t read_token() const;
  /// Entries so far.
  std::uint64_t written() const { return m_written; }
  /// What this cycle is: docs/rtl.md, `cycle_class`.
  std::uint32_t cycle_class(bool refused) const;
  /// Whether it is the last one.
  bool ends() const;
  void next(bool refused);

 private:
  /// What comes from memory, two cycles after it was asked for.
  struct operand_beat {
    bool valid = false;
    bool missing = false;
    std::uint64_t number = 0;
  };
  struct entry {
    std::uint64_t from;  ///< the cycle in which it is asked to be written
    std::uint16_t value;
  };

  std::uint64_t row_beats() const;
  std::uint64_t beats() const;
  bool reads() const;
  bool ranks() const;
  bool lists() const;
  bool updates() const;
  bool holds(bool refused) const { return refused && write().has_value(); }
  bool is_listed(std::uint64_t value) const;
  void take_operand(const operand_beat& beat);
  void list_token();

  pruning_plan m_plan;
  std::uint64_t m_cycle = 0;
  std::uint64_t m_asked = 0;  // beats of the operand
  operand_beat m_coming, m_here;
  std::uint64_t m_token = 0;  // to be listed next
  std::deque<entry> m_entries;
  std::uint64_t m_written = 0;
  std::optional<std::uint64_t> m_last_value;  // cycle of the last operand
};

}  // namespace vitvp::models
