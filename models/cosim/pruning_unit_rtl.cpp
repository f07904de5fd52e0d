#include "models/cosim/pruning_unit_rtl.hpp"

#include <registers/pruning_unit.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::pruning_unit;

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
  m_runner.reset();
}

execution pruning_unit_rtl::execute(const command& c) {
  return m_runner.execute(c, [&] {
    try {
      return pruning_unit::execute(c);
    } catch (const command_fault& fault) {
      const bool by_parameter = fault.code() == fault_code::parameter;
      if (by_parameter && m_watcher != nullptr) m_watcher->refused(c);
      throw;
    }
  });
}

pruning_unit::outcome pruning_unit_rtl::perform(const decision& d) {
  refusable requests = refusable_requests(d);
  refusals conflicts(d.planned.cycles.bank_conflict, requests.left);
  if (m_watcher != nullptr) {
    m_watcher->begin(m_runner.at_work(), plan_of(d), d.planned.cycles,
                     d.planned.after);
  }
  outcome o;
  o.cycles = m_runner.run(d.planned.cycles,
                          [&] { return cycle(conflicts, requests); });
  o.after = {m_device.live_count(), m_device.kept_count()};
  if (m_watcher != nullptr && !is_cut_off()) m_watcher->end(o.cycles, o.after);
  return o;
}

pruning_plan pruning_unit_rtl::plan_of(const decision& d) const {
  const command& c = m_runner.at_work();
  pruning_plan plan;
  plan.operation = static_cast<pruning_plan::kind>(
      regs::MODE_OPERATION.get(c.get(regs::MODE)));
  plan.tokens = regs::SHAPE_TOKENS.get(c.get(regs::SHAPE));
  plan.bytes_per_cycle = config().bytes_per_cycle;
  if (d.operand) plan.operand = *d.operand;
  plan.first_channel = c.get(regs::FIRST_CHANNEL);
  plan.list_address = d.list_address;
  plan.list = d.list;
  return plan;
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
  const bool refused = asks && (requests.reads ? refuse_read(conflicts, last)
                                               : refuse_write(conflicts, last));
  if (asks && !refused) {
    conflicts.served();
    --requests.left;
  }
  if (m_watcher != nullptr) m_watcher->cycle(seen);
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
