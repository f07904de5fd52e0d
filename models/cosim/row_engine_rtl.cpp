#include "models/cosim/row_engine_rtl.hpp"

namespace vitvp::models {

row_engine_rtl::row_engine_rtl(const sc_core::sc_module_name& name,
                               const row_engine_config& config,
                               const rtl_engine_config& rtl)
    : row_engine(name, config),
      m_device(rtl.plugin, config),
      m_runner(rtl, m_device, mem, [this] {
        wait_until(sc_core::sc_time_stamp() + cycles(1));
        return !is_cut_off();
      }) {}

void row_engine_rtl::reset() {
  row_engine::reset();
  m_runner.reset();
}

execution row_engine_rtl::execute(const command& c) {
  return m_runner.execute(c, [&] {
    try {
      return row_engine::execute(c);
    } catch (const command_fault& fault) {
      const bool by_parameter = fault.code() == fault_code::parameter;
      if (by_parameter && m_watcher != nullptr) m_watcher->refused(c);
      throw;
    }
  });
}

cycle_breakdown row_engine_rtl::perform(product_command& d) {
  const operands found = gather(d);
  const cycle_breakdown planned = time(d);
  refusals conflicts(planned.bank_conflict,
                     planned.total() - planned.bank_conflict);
  if (m_watcher != nullptr) {
    m_watcher->begin(m_runner.at_work(), d, found.values, planned);
  }
  const cycle_breakdown seen =
      m_runner.run(planned, [&] { return cycle(conflicts); });
  if (m_watcher != nullptr && !is_cut_off()) m_watcher->end(seen);
  return seen;
}

rtl_cycle row_engine_rtl::cycle(refusals& conflicts) {
  const row_engine_cycle* seen = &m_device.settle(true);
  if (seen->requests() && conflicts.wanted(seen->done)) {
    seen = &m_device.settle(false);
    conflicts.refused();
  } else {
    conflicts.served();
  }
  if (m_watcher != nullptr) m_watcher->cycle(*seen);
  m_device.serve(mem);
  return *seen;
}

}  // namespace vitvp::models
