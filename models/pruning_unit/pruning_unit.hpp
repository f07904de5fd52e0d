// The pruning unit: decides what is not computed (registers/pruning_unit.yaml).
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>
#include <vector>

#include "models/common/command_engine.hpp"

namespace vitvp::models {

struct pruning_unit_config {
  command_engine_config engine;
  unsigned max_tokens = 1024;     ///< importance memory, 1..65535
  unsigned bytes_per_cycle = 64;  ///< that SCAN looks at, 1..256

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// Values by kernel.hpp, time by timing.hpp. A command's list is in memory from
/// its start on; LIVE_COUNT and KEPT_COUNT change at its completion. Work is
/// elements looked at: tokens, or tokens times channels. What carries a command
/// out can be replaced: perform().
class pruning_unit : public command_engine {
 public:
  /// What LIVE_COUNT and KEPT_COUNT show.
  struct counts {
    std::uint32_t live = 0;
    std::uint32_t kept = 0;
  };

  pruning_unit(const sc_core::sc_module_name& name,
               const pruning_unit_config& config = {});

  void reset() override;

  const pruning_unit_config& config() const { return m_config; }
  std::uint32_t live_count() const { return m_counts.live; }
  std::uint32_t kept_count() const { return m_counts.kept; }

 protected:
  struct outcome {
    cycle_breakdown cycles;
    counts after;
  };
  /// What a command will do, when nothing of it is to be seen yet.
  struct decision {
    std::optional<region> operand;    ///< that is read, row by row
    std::uint64_t list_address = 0;   ///< of the first entry that is written
    std::vector<std::uint16_t> list;  ///< entries that are written
    outcome planned;
    std::uint64_t work = 0;
  };

  execution execute(const command& c) override;
  void commit() override { m_counts = m_next_counts; }
  /// Does what was decided: the list gets into memory, which has room for it.
  virtual outcome perform(const decision& d);

 private:
  decision decide(const command& c);
  decision add_head(const command& c);
  decision select(const command& c);
  decision scan(const command& c);
  std::uint32_t tokens_of(const command& c) const;
  std::vector<std::uint16_t> live_channels(const command& c, const region& x);
  void announce(decision& d);

  pruning_unit_config m_config;
  std::vector<std::uint32_t> m_importance;
  counts m_counts;
  counts m_next_counts;
  std::vector<std::uint8_t> m_scratch;
};

}  // namespace vitvp::models
