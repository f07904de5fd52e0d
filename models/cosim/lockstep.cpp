#include "models/cosim/lockstep.hpp"

#include <utility>

#include "models/cosim/picoseconds.hpp"

namespace vitvp::models {
namespace {

constexpr std::size_t history_beats = 16;

}  // namespace

lockstep_log::lockstep_log(std::string block, std::vector<std::string> ports,
                           const rtl_block& pins, const lockstep_config& config)
    : m_block(std::move(block)),
      m_ports(std::move(ports)),
      m_config(config),
      m_window(pins, config.window_cycles) {
  for (const std::string& port : m_ports) m_counts.beats.emplace_back(port, 0);
}

void lockstep_log::begin(const command& c) {
  ++m_command;
  m_tag = c.tag;
  m_cycle = 0;
  m_refused = 0;
  m_last = {};
  m_expected.clear();
  m_seen.clear();
}

void lockstep_log::begin_cycle() {
  const std::uint64_t now_ps = picoseconds(sc_core::sc_time_stamp());
  m_last = {m_cycle, m_refused, now_ps};
  m_window.sample(now_ps, m_command, m_cycle);
}

void lockstep_log::end_cycle(bool refused) {
  ++m_cycle;
  if (refused) ++m_refused;
  ++m_counts.cycles;
}

void lockstep_log::expect(std::size_t port, const rtl_request& request) {
  remember(m_expected, port, request);
}

void lockstep_log::see(std::size_t port, const rtl_request& request,
                       bool served) {
  remember(m_seen, port, request);
  if (served) ++m_counts.beats[port].second;
}

void lockstep_log::remember(history& beats, std::size_t port,
                            const rtl_request& request) {
  const lockstep_beat beat{m_ports[port], served(), request.address,
                           request.count, request.stride};
  // What was refused is asked for again.
  for (auto last = beats.rbegin(); last != beats.rend(); ++last) {
    if (last->cycle != beat.cycle) break;
    if (last->port != beat.port) continue;
    *last = beat;
    return;
  }
  if (beats.size() == history_beats) beats.pop_front();
  beats.push_back(beat);
}

void lockstep_log::differ(lockstep_divergence found) {
  fill_in(found);
  m_divergence = std::move(found);
  throw rtl_error(m_block + ": command " + std::to_string(m_command) +
                  ", cycle " + std::to_string(m_last.cycle) + ": " +
                  m_divergence->port + " " + m_divergence->field +
                  " is not the model's");
}

void lockstep_log::fail(const std::string& what) {
  if (m_divergence) return;
  lockstep_divergence found;
  found.what = what;
  fill_in(found);
  m_divergence = std::move(found);
}

void lockstep_log::fill_in(lockstep_divergence& found) const {
  found.block = m_block;
  found.command = m_command;
  found.tag = m_tag;
  found.cycle = m_last.cycle;
  found.refused = m_last.refused;
  found.start_ps = m_last.start_ps;
  found.expected_beats.assign(m_expected.begin(), m_expected.end());
  found.got_beats.assign(m_seen.begin(), m_seen.end());
}

void lockstep::differ(const std::string& port, const std::string& field,
                      std::int64_t expected, std::int64_t got,
                      named_numbers place, const std::string& what) {
  lockstep_divergence found;
  found.port = port;
  found.field = field;
  found.expected = expected;
  found.got = got;
  found.what = what;
  found.place = std::move(place);
  m_log.differ(std::move(found));
}

void lockstep::differ_in_asking(const std::string& port, bool asks,
                                named_numbers place) {
  differ(port, "valid", asks ? 0 : 1, asks ? 1 : 0, std::move(place),
         asks ? "a beat comes too early, or is extra" : "a beat is missing");
}

void lockstep::compare_cycles(const cycle_breakdown& planned,
                              const cycle_breakdown& seen) {
  const auto compare = [this](const char* name, std::uint64_t expected,
                              std::uint64_t got) {
    if (expected == got) return;
    differ("cycle_class", name, static_cast<std::int64_t>(expected),
           static_cast<std::int64_t>(got), {},
           "cycles of this class in the command");
  };
  compare("compute", planned.compute, seen.compute);
  compare("operand_wait", planned.operand_wait, seen.operand_wait);
  compare("bank_conflict", planned.bank_conflict, seen.bank_conflict);
  compare("control", planned.control, seen.control);
}

}  // namespace vitvp::models
