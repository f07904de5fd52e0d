#include "models/cosim/rtl_trace.hpp"

#include <algorithm>

namespace vitvp::models {

void rtl_trace::open(const rtl_plugin& plugin, void* block) {
  m_functions = &plugin.functions();
  if (m_functions->trace_open == nullptr) {
    plugin.fail("cannot trace signals: it was built without");
  }
  if (m_functions->trace_open(block, m_config.path.c_str()) != 0) {
    throw rtl_error(m_config.path + ": cannot be written");
  }
  m_block = block;
}

void rtl_trace::close() {
  if (m_block == nullptr) return;
  m_is_whole = m_functions->trace_close(m_block) == 0;
  m_block = nullptr;
}

void rtl_trace::before_edge() {
  if (!records()) return;
  sample(m_next_ps - std::min(m_next_ps, m_config.period_ps / 2));
}

void rtl_trace::after_edge() {
  if (records()) {
    sample(m_next_ps);
    ++m_edges;
  }
  m_next_ps += m_config.period_ps;
}

/// Whether the next edge is in the window, which the first one may begin. The
/// edge that ends the last cycle is.
bool rtl_trace::records() {
  if (m_block == nullptr) return false;
  const std::uint64_t cycle = m_next_ps / m_config.period_ps;
  if (!m_config.first_cycle) m_config.first_cycle = cycle;
  if (cycle < *m_config.first_cycle) return false;
  if (cycle - *m_config.first_cycle <= m_config.cycles) return true;
  close();
  return false;
}

void rtl_trace::sample(std::uint64_t ps) {
  if (m_last_ps) ps = std::max(ps, *m_last_ps + 1);
  m_last_ps = ps;
  m_functions->trace_sample(m_block, ps);
}

rtl_trace_summary rtl_trace::summary() const {
  return {m_config.path, m_config.first_cycle.value_or(0), m_config.cycles,
          m_edges, m_is_whole};
}

}  // namespace vitvp::models
