#include "models/pruning_unit/beats.hpp"

#include <algorithm>
#include <utility>

#include "models/pruning_unit/timing.hpp"

namespace vitvp::models {
namespace {

constexpr std::uint64_t ranking_passes = 32;
/// From a value to the cycle in which its entry is written.
constexpr std::uint64_t to_write = 3;
constexpr std::uint64_t setup = pruning_unit_latency::setup;

enum cycle_class : std::uint32_t {
  compute = 1,
  bank_conflict = 3,
  control = 4
};

std::uint64_t divide_up(std::uint64_t n, std::uint64_t d) {
  return (n + d - 1) / d;
}

std::uint64_t groups(const pruning_plan& plan) {
  return divide_up(plan.tokens, importance_entries_per_cycle);
}

}  // namespace

pruning_schedule::pruning_schedule(pruning_plan plan)
    : m_plan(std::move(plan)) {}

std::uint64_t pruning_schedule::row_beats() const {
  return divide_up(m_plan.operand.row_bytes, m_plan.bytes_per_cycle);
}

std::uint64_t pruning_schedule::beats() const {
  if (m_plan.operation == pruning_plan::select) return 0;
  return m_plan.operand.rows * row_beats();
}

/// Beats of the operand are left to be asked for.
bool pruning_schedule::reads() const {
  return m_cycle >= setup && m_asked < beats();
}

/// SELECT looks for the last importance that survives.
bool pruning_schedule::ranks() const {
  return m_plan.operation == pruning_plan::select && m_cycle >= setup &&
         m_cycle < setup + ranking_passes * groups(m_plan);
}

/// SELECT lists the survivors.
bool pruning_schedule::lists() const {
  return m_plan.operation == pruning_plan::select && m_cycle >= setup &&
         !ranks() && m_token < m_plan.tokens;
}

/// IMPORTANCE updates its memory.
bool pruning_schedule::updates() const {
  return m_plan.operation == pruning_plan::importance && m_last_value &&
         m_cycle > *m_last_value + pruning_unit_latency::divide;
}

std::optional<pruning_read> pruning_schedule::read(bool refused) const {
  if (!reads() || holds(refused)) return std::nullopt;
  const region& x = m_plan.operand;
  const std::uint64_t bytes =
      std::min(m_plan.bytes_per_cycle, x.row_bytes - read_token());
  return pruning_read{static_cast<std::uint32_t>(
                          x.address + read_row() * x.stride + read_token()),
                      static_cast<std::uint32_t>(bytes)};
}

std::uint64_t pruning_schedule::read_row() const {
  return beats() == 0 ? 0 : m_asked / row_beats();
}

std::uint64_t pruning_schedule::read_token() const {
  return beats() == 0 ? 0 : m_asked % row_beats() * m_plan.bytes_per_cycle;
}

std::optional<pruning_write> pruning_schedule::write() const {
  if (m_entries.empty() || m_entries.front().from > m_cycle) {
    return std::nullopt;
  }
  return pruning_write{
      static_cast<std::uint32_t>(m_plan.list_address + 2 * m_written),
      m_entries.front().value};
}

std::uint32_t pruning_schedule::cycle_class(bool refused) const {
  const bool waits = lists() && holds(refused);
  if (m_here.valid || ranks() || (lists() && !waits) || updates()) {
    return compute;
  }
  const bool drains = m_plan.operation != pruning_plan::importance &&
                      m_last_value &&
                      m_cycle >= *m_last_value + pruning_unit_latency::write;
  if (m_here.missing || waits || (drains && write())) return bank_conflict;
  return control;
}

bool pruning_schedule::ends() const {
  if (!m_last_value) return false;
  if (m_plan.operation == pruning_plan::importance) {
    return m_cycle ==
           *m_last_value + pruning_unit_latency::divide + groups(m_plan);
  }
  return m_cycle >= *m_last_value + pruning_unit_latency::write && !write();
}

void pruning_schedule::next(bool refused) {
  if (m_here.valid) take_operand(m_here);
  if (lists() && !holds(refused)) list_token();
  operand_beat asked;
  if (reads()) {
    const bool issues = read(refused).has_value() && !refused;
    asked = {issues, !issues, m_asked};
    if (issues) ++m_asked;
  }
  m_here = m_coming;
  m_coming = asked;
  if (write() && !refused) {
    m_entries.pop_front();
    ++m_written;
  }
  ++m_cycle;
}

void pruning_schedule::take_operand(const operand_beat& beat) {
  if (beat.number + 1 == beats()) m_last_value = m_cycle;
  if (m_plan.operation != pruning_plan::scan) return;
  if ((beat.number + 1) % row_beats() != 0) return;
  const std::uint64_t channel =
      m_plan.first_channel + beat.number / row_beats();
  if (is_listed(channel)) {
    m_entries.push_back(
        {m_cycle + to_write, static_cast<std::uint16_t>(channel)});
  }
}

void pruning_schedule::list_token() {
  if (is_listed(m_token)) {
    m_entries.push_back(
        {m_cycle + to_write, static_cast<std::uint16_t>(m_token)});
  }
  if (++m_token == m_plan.tokens) m_last_value = m_cycle;
}

bool pruning_schedule::is_listed(std::uint64_t value) const {
  return std::binary_search(m_plan.list.begin(), m_plan.list.end(), value);
}

}  // namespace vitvp::models
