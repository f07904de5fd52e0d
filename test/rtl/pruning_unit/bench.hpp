// The pins of a verilated pruning unit, with a memory behind them.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/common/observer.hpp"
#include "test/rtl/pruning_unit/reference.hpp"

namespace vitvp::test {

/// `rtl` is the class that Verilator made of pruning_unit.sv. Memory answers a
/// read two cycles after it took it, with noise in the bytes that were not
/// asked for, and refuses `refused_percent` of reads and writes.
template <typename rtl>
class pruning_bench {
 public:
  pruning_bench(std::size_t memory_bytes, unsigned bytes_per_cycle,
                std::uint32_t seed)
      : memory(memory_bytes),
        m_bytes(bytes_per_cycle),
        m_random(seed),
        m_context(std::make_unique<VerilatedContext>()),
        m_rtl(std::make_unique<rtl>(m_context.get())) {
    reset();
  }
  ~pruning_bench() { m_rtl->final(); }

  void reset() {
    m_rtl->reset = 1;
    step();
    m_rtl->reset = 0;
  }

  /// Submits a command in the cycle that begins now.
  void submit(const pruning_command& c, std::uint32_t tag) {
    m_rtl->submit = 1;
    m_rtl->tag = tag;
    m_rtl->x_address = c.x_address;
    m_rtl->x_stride = c.x_stride;
    m_rtl->list_address = c.list_address;
    m_rtl->tokens = static_cast<std::uint16_t>(c.tokens);
    m_rtl->channels = static_cast<std::uint16_t>(c.channels);
    m_rtl->keep = c.keep;
    m_rtl->first_channel = c.first_channel;
    m_rtl->operation = static_cast<std::uint8_t>(c.operation);
    m_rtl->first = c.first;
    m_rtl->threshold = static_cast<std::uint8_t>(c.threshold);
    step();
    m_rtl->submit = 0;
  }

  void clear() {
    m_rtl->clear = 1;
    step();
    m_rtl->clear = 0;
  }

  /// A cycle. Throws if the unit is busy and completes nothing for too long.
  void step() {
    m_rtl->clk = 0;
    m_rtl->read_ready = accepts();
    m_rtl->write_ready = accepts();
    show_operand();
    m_rtl->eval();
    count();
    take_requests();
    m_rtl->clk = 1;
    m_rtl->eval();
    ++m_edges;
    watch();
  }

  /// Steps until nothing is to be done.
  void finish() {
    while (m_rtl->busy && !m_rtl->halted) step();
  }

  /// Clock edges since the beginning.
  std::uint64_t edges() const { return m_edges; }
  /// Cycles of each class since this was asked last.
  models::cycle_breakdown take_cycles() {
    return std::exchange(m_cycles, models::cycle_breakdown());
  }
  const rtl& pins() const { return *m_rtl; }

  std::vector<std::uint8_t> memory;
  unsigned refused_percent = 0;

 private:
  static constexpr std::uint64_t most_cycles = 1 << 18;

  struct request {
    bool valid = false;
    std::uint32_t address = 0;
    std::uint32_t bytes = 0;
  };

  std::uint8_t noise() {
    return static_cast<std::uint8_t>(m_random() >> 8 & 255U);
  }

  void count() {
    switch (m_rtl->cycle_class) {
      case 0:
        break;
      case 1:
        ++m_cycles.compute;
        break;
      case 3:
        ++m_cycles.bank_conflict;
        break;
      case 4:
        ++m_cycles.control;
        break;
      default:
        throw std::runtime_error("no class of cycles: " +
                                 std::to_string(m_rtl->cycle_class));
    }
  }

  void watch() {
    const bool waits = m_rtl->busy && !m_rtl->halted;
    if (!waits || m_rtl->completed != m_completed) m_last_edge = m_edges;
    m_completed = m_rtl->completed;
    if (m_edges - m_last_edge > most_cycles) {
      throw std::runtime_error("the unit is busy and completes nothing");
    }
  }

  bool accepts() { return m_random() % 100 >= refused_percent; }

  void show_operand() {
    const request& r = m_on_their_way[1];
    if (!r.valid) return;
    // Verilator keeps the lowest bits of a signal first.
    auto* pins = reinterpret_cast<std::uint8_t*>(&m_rtl->read_data);
    for (unsigned i = 0; i < m_bytes; ++i) {
      pins[i] = i < r.bytes ? memory.at(r.address + i) : noise();
    }
  }

  void take_requests() {
    m_on_their_way[1] = m_on_their_way[0];
    m_on_their_way[0] = {m_rtl->read_valid && m_rtl->read_ready,
                         m_rtl->read_address, m_rtl->read_bytes};
    if (m_rtl->write_valid && m_rtl->write_ready) {
      const std::uint32_t address = m_rtl->write_address;
      memory.at(address) = static_cast<std::uint8_t>(m_rtl->write_data & 255U);
      memory.at(address + 1) =
          static_cast<std::uint8_t>(m_rtl->write_data >> 8);
    }
  }

  unsigned m_bytes;
  std::minstd_rand m_random;
  std::unique_ptr<VerilatedContext> m_context;
  std::unique_ptr<rtl> m_rtl;
  std::array<request, 2> m_on_their_way;
  std::uint64_t m_edges = 0;
  std::uint64_t m_last_edge = 0;  // at which a command ended or none ran
  std::uint32_t m_completed = 0;
  models::cycle_breakdown m_cycles;
};

}  // namespace vitvp::test
