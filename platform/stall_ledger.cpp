#include "platform/stall_ledger.hpp"

#include <utility>

namespace vitvp::platform {
namespace {

void add(models::cycle_breakdown& sum, const models::cycle_breakdown& term) {
  sum.compute += term.compute;
  sum.operand_wait += term.operand_wait;
  sum.dma_wait += term.dma_wait;
  sum.bank_conflict += term.bank_conflict;
  sum.control += term.control;
}

}  // namespace

stall_ledger::stall_ledger(std::vector<std::string> engines, std::string dma,
                           std::string row_engine,
                           const sc_core::sc_time& clock_period)
    : m_dma(std::move(dma)),
      m_row_engine(std::move(row_engine)),
      m_dma_state(m_engines[m_dma]),
      m_row_engine_state(m_engines[m_row_engine]),
      m_clock_period(clock_period) {
  for (std::string& name : engines) m_engines[std::move(name)];
}

void stall_ledger::advance() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const sc_core::sc_time elapsed = now - m_last;
  m_last = now;
  const bool computing = m_busy_engines > (m_dma_state.busy ? 1U : 0U);
  if (!computing && m_dma_state.busy) m_only_dma += elapsed;
  if (computing && !m_row_engine_state.busy) m_row_engine_waits += elapsed;
}

void stall_ledger::set_busy(engine_state& engine, bool busy) {
  if (engine.busy == busy) return;
  engine.busy = busy;
  m_busy_engines += busy ? 1U : ~0U;
}

void stall_ledger::command_started(const std::string& engine,
                                   const models::command_report& report) {
  advance();
  engine_state& state = m_engines.at(engine);
  if (state.busy) {
    m_violations.push_back(engine + ": a command started at " +
                           report.start.to_string() +
                           " while another executed");
  }
  set_busy(state, true);
}

void stall_ledger::command_finished(const std::string& engine,
                                    const models::command_report& report) {
  advance();
  engine_state& state = m_engines.at(engine);
  set_busy(state, false);
  add(state.cycles.busy, report.cycles);
  ++state.cycles.commands;
  state.cycles.work += report.work;
  const sc_core::sc_time accounted = sc_core::sc_time::from_value(
      m_clock_period.value() * report.cycles.total());
  if (accounted != report.end - report.start) {
    m_violations.push_back(engine + ": a command took " +
                           (report.end - report.start).to_string() +
                           " but accounts for " + accounted.to_string());
  }
}

engine_cycles stall_ledger::cycles(const std::string& engine,
                                   std::uint64_t total_cycles) const {
  const auto whole = [this](const sc_core::sc_time& time) {
    return static_cast<std::uint64_t>(time / m_clock_period);
  };
  engine_cycles result = m_engines.at(engine).cycles;
  if (engine != m_dma) result.waiting_dma = whole(m_only_dma);
  if (engine == m_row_engine) {
    result.waiting_operands = whole(m_row_engine_waits);
  }
  const std::uint64_t accounted = result.total();
  result.idle = total_cycles > accounted ? total_cycles - accounted : 0;
  return result;
}

}  // namespace vitvp::platform
