#include "models/cosim/pruning_unit_rtl.hpp"

namespace vitvp::models {
namespace {

bool is_conflict(const pruning_unit_cycle& seen) {
  return seen.cycle_class == 3;
}

}  // namespace

pruning_unit_rtl::pruning_unit_rtl(const sc_core::sc_module_name& name,
                                   const pruning_unit_config& config,
                                   const rtl_engine_config& rtl)
    : pruning_unit(name, config),
      m_device(rtl.plugin, config),
      m_runner(rtl, m_device, mem, [this] {
        wait_until(sc_core::sc_time_stamp() + cycles(1));
        return !is_cut_off();
      }) {}

void pruning_unit_rtl::reset() {
  pruning_unit::reset();
  m_device.reset();
}

execution pruning_unit_rtl::execute(const command& c) {
  return m_runner.execute(c, [&] { return pruning_unit::execute(c); });
}

pruning_unit::outcome pruning_unit_rtl::perform(const decision& d) {
  refusable requests = refusable_requests(d);
  refusals conflicts(d.planned.cycles.bank_conflict, requests.left);
  outcome o;
  o.cycles = m_runner.run(d.planned.cycles,
                          [&] { return cycle(conflicts, requests); });
  o.after = {m_device.live_count(), m_device.kept_count()};
  return o;
}

pruning_unit_rtl::refusable pruning_unit_rtl::refusable_requests(
    const decision& d) const {
  if (!d.operand) return {false, d.list.size()};
  const std::uint64_t bytes = config().bytes_per_cycle;
  return {true, d.operand->rows * ((d.operand->row_bytes + bytes - 1) / bytes)};
}

rtl_cycle pruning_unit_rtl::cycle(refusals& conflicts, refusable& requests) {
  const pruning_unit_cycle& seen = m_device.settle(true);
  const bool asks = requests.reads ? seen.read.valid : seen.write.valid;
  const bool last = requests.left == 1;
  if (asks && (requests.reads ? refuse_read(conflicts, last)
                              : refuse_write(conflicts, last))) {
    return m_device.serve(mem);
  }
  if (asks) {
    conflicts.served();
    --requests.left;
  }
  return m_device.serve(mem);
}

bool pruning_unit_rtl::refuse_read(refusals& conflicts, bool last) {
  if (!conflicts.wanted(last)) return false;
  m_device.settle(false);
  conflicts.refused();
  return true;
}

bool pruning_unit_rtl::refuse_write(refusals& conflicts, bool last) {
  const bool is_late = is_conflict(m_device.settle(true));
  if (is_late) conflicts.refused();
  if (!conflicts.wanted(last)) return false;
  const bool costs = is_conflict(m_device.settle(false));
  if (costs && !is_late) conflicts.refused();
  if (costs || last) return true;
  m_device.settle(true);
  return false;
}

}  // namespace vitvp::models
