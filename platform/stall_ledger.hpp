// Accounts every cycle of every engine to exactly one class.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <vector>

#include "models/common/observer.hpp"

namespace vitvp::platform {

/// Cycles of one engine by class; they sum to the elapsed cycles.
struct engine_cycles {
  models::cycle_breakdown busy;  ///< while a command executed
  std::uint64_t waiting_operands =
      0;                          ///< idle, another engine computes its input
  std::uint64_t waiting_dma = 0;  ///< idle, only the DMA moves
  std::uint64_t idle = 0;
  std::uint64_t commands = 0;
  std::uint64_t work = 0;

  std::uint64_t total() const {
    return busy.total() + waiting_operands + waiting_dma + idle;
  }
};

/// Between commands an engine is idle, unless
/// - no compute engine is busy and the DMA is: everybody waits for the DMA;
/// - it is the row engine and another compute engine is busy: it waits for an
/// operand. Commands themselves say where their cycles went.
class stall_ledger final : public models::command_observer {
 public:
  /// `dma` and `row_engine` are the names under which these engines report;
  /// all others are compute engines.
  stall_ledger(std::vector<std::string> engines, std::string dma,
               std::string row_engine, const sc_core::sc_time& clock_period);

  void command_started(const std::string& engine,
                       const models::command_report& report) override;
  void command_finished(const std::string& engine,
                        const models::command_report& report) override;

  /// Cycles of an engine up to now. They sum to `total_cycles`, the time that
  /// has elapsed, unless more is accounted for than elapsed: a bug of a model
  /// that the caller has to report.
  engine_cycles cycles(const std::string& engine,
                       std::uint64_t total_cycles) const;
  /// Empty, or what does not add up: commands of one engine that overlap, or
  /// that account for another time than they took.
  const std::vector<std::string>& violations() const { return m_violations; }

 private:
  struct engine_state {
    bool busy = false;
    engine_cycles cycles;
  };

  void advance();
  void set_busy(engine_state& engine, bool busy);

  std::map<std::string, engine_state> m_engines;
  unsigned m_busy_engines = 0;
  std::string m_dma;
  std::string m_row_engine;
  const engine_state& m_dma_state;
  const engine_state& m_row_engine_state;
  sc_core::sc_time m_clock_period;
  sc_core::sc_time m_last = sc_core::SC_ZERO_TIME;
  sc_core::sc_time m_only_dma = sc_core::SC_ZERO_TIME;
  sc_core::sc_time m_row_engine_waits = sc_core::SC_ZERO_TIME;
  std::vector<std::string> m_violations;
};

}  // namespace vitvp::platform
