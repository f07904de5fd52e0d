#include "models/cosim/pruning_unit_lockstep.hpp"

#include <utility>

namespace vitvp::models {
namespace {

rtl_request request_of(const pruning_read& read) {
  return {true, read.address, read.bytes, 0};
}

rtl_request request_of(const pruning_write& write) {
  return {true, write.address, 1, 0};
}

}  // namespace

pruning_unit_lockstep::pruning_unit_lockstep(pruning_unit_rtl& unit,
                                             const lockstep_config& config,
                                             memory_reader read)
    : lockstep("pruning_unit", {"read", "write"}, unit.block(), config),
      m_read(std::move(read)) {
  unit.watch(*this);
}

void pruning_unit_lockstep::begin(const command& c, const pruning_plan& plan,
                                  const cycle_breakdown& planned,
                                  const pruning_unit::counts& after) {
  log().begin(c);
  m_schedule.emplace(plan);
  m_ended = false;
  m_planned = planned;
  m_after = after;
}

void pruning_unit_lockstep::refused(const command& c) {
  log().begin(c);
  log().end();
}

void pruning_unit_lockstep::cycle(const pruning_unit_cycle& seen) {
  log().begin_cycle();
  remember(seen);
  if (level() == lockstep_level::beats) compare_cycle(seen);
  log().end_cycle(seen.refused);
}

void pruning_unit_lockstep::remember(const pruning_unit_cycle& seen) {
  if (level() == lockstep_level::beats) {
    const auto read = m_schedule->read(seen.refused);
    const auto write = m_schedule->write();
    if (read) log().expect(read_port, request_of(*read));
    if (write) log().expect(write_port, request_of(*write));
  }
  if (seen.read.valid) log().see(read_port, seen.read, !seen.refused);
  if (seen.write.valid) log().see(write_port, seen.write, !seen.refused);
}

void pruning_unit_lockstep::compare_cycle(const pruning_unit_cycle& seen) {
  if (m_ended) differ("completed", "value", 1, 0);
  // A list that is held up holds up reads: it comes first.
  compare_write(seen);
  compare_read(seen);
  const std::uint32_t expected = m_schedule->cycle_class(seen.refused);
  if (seen.cycle_class != expected) {
    differ("cycle_class", "value", expected, seen.cycle_class);
  }
  m_ended = m_schedule->ends();
  m_schedule->next(seen.refused);
}

void pruning_unit_lockstep::compare_read(const pruning_unit_cycle& seen) {
  const auto due = m_schedule->read(seen.refused);
  const auto place = [this] {
    return named_numbers{{"row", m_schedule->read_row()},
                         {"token", m_schedule->read_token()}};
  };
  if (seen.read.valid != due.has_value()) {
    differ_in_asking("read", seen.read.valid, place());
  }
  if (!due) return;
  if (seen.read.address != due->address) {
    differ("read", "address", due->address, seen.read.address, place());
  }
  if (seen.read.count != due->bytes) {
    differ("read", "count", due->bytes, seen.read.count, place());
  }
}

void pruning_unit_lockstep::compare_write(const pruning_unit_cycle& seen) {
  const auto due = m_schedule->write();
  const named_numbers place{{"entry", m_schedule->written()}};
  if (seen.write.valid != due.has_value()) {
    differ_in_asking("write", seen.write.valid, place);
  }
  if (!due) return;
  if (seen.write.address != due->address) {
    differ("write", "address", due->address, seen.write.address, place);
  }
  if (seen.entry != due->entry) {
    differ("write", "data", due->entry, seen.entry, place);
  }
}

void pruning_unit_lockstep::end(const cycle_breakdown& seen,
                                const pruning_unit::counts& after) {
  if (level() == lockstep_level::beats && !m_ended) {
    differ("completed", "value", 0, 1);
  }
  if (level() == lockstep_level::cycles) compare_cycles(m_planned, seen);
  if (level() != lockstep_level::beats) compare_list();
  if (after.live != m_after.live) {
    differ("live_count", "value", m_after.live, after.live);
  }
  if (after.kept != m_after.kept) {
    differ("kept_count", "value", m_after.kept, after.kept);
  }
  log().end();
}

void pruning_unit_lockstep::compare_list() {
  const pruning_plan& plan = m_schedule->plan();
  for (std::size_t i = 0; i < plan.list.size(); ++i) {
    std::uint16_t got = 0;
    if (m_read(plan.list_address + 2 * i, &got, sizeof got) &&
        got == plan.list[i]) {
      continue;
    }
    differ("write", "data", plan.list[i], got, {{"entry", i}});
  }
}

}  // namespace vitvp::models
