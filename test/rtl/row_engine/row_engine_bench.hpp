// Pins of the row engine, with memory and clock.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "product_reference.hpp"

namespace vitvp::rtl_test {

/// What a command was seen to take.
struct observed_command {
  std::uint64_t first_cycle = 0;
  std::uint64_t last_cycle = 0;
  std::array<std::uint64_t, 5> classes{};  ///< cycles by cycle_class
  std::uint64_t refused = 0;               ///< cycles that memory held up
  std::uint64_t a_beats = 0;
  std::uint64_t b_beats = 0;
  bool faulted = false;
  std::uint32_t fault_register = 0;

  std::uint64_t cycles() const { return last_cycle - first_cycle + 1; }
};

/// `device` is a Verilated row_engine. Each cycle: inputs, outputs settle,
/// memory is served, the edge.
template <typename device>
class row_engine_bench {
 public:
  explicit row_engine_bench(memory_image& memory) : m_memory(memory) {
    m_dut.reset = 1;
    m_dut.memory_ready = 1;
    tick();
    m_dut.reset = 0;
  }

  /// Memory refuses requests in this share of cycles, in percent.
  void refuse(unsigned percent, unsigned seed) {
    m_percent = percent;
    m_random.seed(seed);
  }

  /// Submits commands as fast as the queue takes them, each after `gap` idle
  /// cycles; runs until all are done or `limit` cycles are over.
  std::vector<observed_command> run(
      const std::vector<product_registers>& commands, unsigned gap,
      std::uint64_t limit) {
    m_observed.clear();
    std::size_t submitted = 0;
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < limit; ++i) {
      const bool valid = submitted < commands.size() && i >= next;
      m_dut.command_valid = valid;
      if (valid) drive(commands[submitted]);
      const bool taken = tick();
      if (taken) ++submitted;
      if (taken) next = i + 1 + gap;
      if (m_observed.size() == commands.size()) break;
    }
    m_dut.command_valid = 0;
    return m_observed;
  }

  device& dut() { return m_dut; }
  bool tick();

 private:
  void drive(const product_registers& p);
  void serve();
  void observe(bool refused);
  void fetch(void* to, std::uint32_t at, std::uint32_t bytes) {
    std::memcpy(to, &m_memory.at(at), bytes);
    (void)m_memory.at(at + bytes - 1);
  }
  bool requests() const {
    return m_dut.index_read || m_dut.a_read || m_dut.b_read ||
           m_dut.partial_read || m_dut.record_read || m_dut.c_write;
  }

  device m_dut;
  memory_image& m_memory;
  std::mt19937 m_random;
  unsigned m_percent = 0;
  std::uint64_t m_cycle = 0;
  bool m_at_work = false;
  observed_command m_command;
  std::vector<observed_command> m_observed;
};

template <typename device>
void row_engine_bench<device>::drive(const product_registers& p) {
  m_dut.a_address = p.a;
  m_dut.a_row_stride = p.a_row_stride;
  m_dut.a_term_stride = p.a_term_stride;
  m_dut.a_index = p.a_index;
  m_dut.b_address = p.b;
  m_dut.b_term_stride = p.b_term_stride;
  m_dut.c_address = p.c;
  m_dut.c_row_stride = p.c_row_stride;
  m_dut.c_column_stride = p.c_column_stride;
  m_dut.partial = p.partial;
  m_dut.partial_row_stride = p.partial_row_stride;
  m_dut.records = p.records;
  m_dut.shape = p.rows | p.columns << 16;
  m_dut.terms = p.terms;
  m_dut.mode = static_cast<std::uint8_t>(p.mode());
}

/// One cycle; whether it took a command.
template <typename device>
bool row_engine_bench<device>::tick() {
  m_dut.clk = 0;
  m_dut.memory_ready = m_random() % 100 >= m_percent;
  m_dut.eval();
  const bool refused = requests() && !m_dut.memory_ready;
  observe(refused);
  const bool taken = m_dut.command_valid && m_dut.command_ready;
  const bool served = requests() && m_dut.memory_ready;
  const device& pins = m_dut;
  struct {
    bool index, a, b, partial, record;
    std::uint32_t index_at, a_at, a_bytes, b_at, b_bytes;
    std::uint32_t partial_at, partial_stride, partial_rows;
    std::uint32_t record_at, record_count;
  } const q{static_cast<bool>(pins.index_read),
            static_cast<bool>(pins.a_read),
            static_cast<bool>(pins.b_read),
            static_cast<bool>(pins.partial_read),
            static_cast<bool>(pins.record_read),
            pins.index_at,
            pins.a_at,
            pins.a_bytes,
            pins.b_at,
            pins.b_bytes,
            pins.partial_at,
            pins.partial_stride,
            pins.partial_rows,
            pins.record_at,
            pins.record_count};
  if (served) serve();
  m_dut.clk = 1;
  m_dut.eval();
  ++m_cycle;
  if (!served) return taken;
  if (q.index) fetch(&m_dut.index_data, q.index_at, 2);
  if (q.a) fetch(&m_dut.a_data, q.a_at, q.a_bytes);
  if (q.b) fetch(&m_dut.b_data, q.b_at, q.b_bytes);
  auto* sums = reinterpret_cast<std::uint8_t*>(&m_dut.partial_data);
  for (std::uint32_t r = 0; q.partial && r < q.partial_rows; ++r) {
    fetch(sums + 4 * r, q.partial_at + r * q.partial_stride, 4);
  }
  if (q.record) fetch(&m_dut.record_data, q.record_at, 8 * q.record_count);
  return taken;
}

/// Writes and counts; reads are answered after the edge.
template <typename device>
void row_engine_bench<device>::serve() {
  if (m_dut.a_read) ++m_command.a_beats;
  if (m_dut.b_read) m_command.b_beats += (m_dut.b_bytes + 63U) / 64U;
  if (!m_dut.c_write) return;
  const auto* from = reinterpret_cast<const std::uint8_t*>(&m_dut.c_data);
  for (std::uint32_t r = 0; r < m_dut.c_rows; ++r) {
    const std::uint32_t at = m_dut.c_at + r * m_dut.c_stride;
    const std::uint32_t bytes = 1U << m_dut.c_size;
    (void)m_memory.at(at + bytes - 1);
    std::memcpy(&m_memory[at], from + 4 * r, bytes);
  }
}

template <typename device>
void row_engine_bench<device>::observe(bool refused) {
  if (!m_dut.busy || m_dut.reset) return;
  if (!m_at_work) {
    m_command = observed_command();
    m_command.first_cycle = m_cycle;
    m_at_work = true;
  }
  ++m_command.classes[m_dut.cycle_class];
  if (refused) ++m_command.refused;
  if (!m_dut.done && !m_dut.fault) return;
  m_command.last_cycle = m_cycle;
  m_command.faulted = m_dut.fault;
  m_command.fault_register = m_dut.fault_register;
  m_observed.push_back(m_command);
  m_at_work = false;
}

}  // namespace vitvp::rtl_test
