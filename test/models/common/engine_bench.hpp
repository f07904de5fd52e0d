// An engine alone over its sockets, a protocol checker at each.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <registers/command_interface.hpp>
#include <string>
#include <systemc>
#include <vector>

#include "models/common/memory_port.hpp"
#include "models/common/observer.hpp"
#include "models/common/tlm_checker.hpp"
#include "test/models/common/test_memory.hpp"

namespace vitvp::test {

namespace interface_regs = vitvp::registers::command_interface;

/// Keeps what an engine reports.
class report_recorder : public models::command_observer {
 public:
  void command_started(const std::string&,
                       const models::command_report& report) override {
    started.push_back(report);
  }
  void command_finished(const std::string&,
                        const models::command_report& report) override {
    finished.push_back(report);
  }

  std::vector<models::command_report> started;
  std::vector<models::command_report> finished;
};

/// `engine_type` with its configuration on a memory, and a port that drives its
/// registers. The memory begins at 0x1000.
template <typename engine_type, typename config_type>
class engine_bench : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t memory_base = 0x1000;

  test_memory memory;
  models::tlm_checker memory_checker;
  models::tlm_checker register_checker;
  engine_type engine;
  models::memory_port driver;
  sc_core::sc_signal<bool> irq;
  report_recorder reports;

  explicit engine_bench(const sc_core::sc_module_name& name,
                        const config_type& config = {},
                        std::size_t memory_bytes = 1 << 18)
      : sc_module(name),
        memory("memory", memory_base, memory_bytes),
        memory_checker("memory_checker"),
        register_checker("register_checker"),
        engine("engine", config),
        driver("driver", false),
        irq("irq") {
    driver.socket.bind(register_checker.in);
    register_checker.out.bind(engine.in);
    engine.out.bind(memory_checker.in);
    memory_checker.out.bind(memory.in);
    engine.irq.bind(irq);
    engine.add_observer(reports);
  }

  void write(std::uint32_t offset, std::uint32_t value,
             sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    driver.access(tlm::TLM_WRITE_COMMAND, offset,
                  reinterpret_cast<std::uint8_t*>(&value), sizeof value, delay);
  }

  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    sc_core::sc_time delay;
    driver.access(tlm::TLM_READ_COMMAND, offset,
                  reinterpret_cast<std::uint8_t*>(&value), sizeof value, delay);
    return value;
  }

  std::uint64_t read_counter(std::uint32_t low) {
    return read(low) | std::uint64_t{read(low + 4)} << 32;
  }

  void submit(std::uint32_t tag) { write(interface_regs::SUBMIT, tag); }

  /// Simulates until the engine has nothing to do; its last report.
  models::command_report finish() {
    while (engine.busy() && !engine.halted()) {
      sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    }
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
    REQUIRE_FALSE(reports.finished.empty());
    return reports.finished.back();
  }

  std::uint32_t fault_code() { return read(interface_regs::ERROR_CODE); }
  std::uint32_t fault_address() { return read(interface_regs::ERROR_ADDRESS); }

  /// The counters are the sums of the reports.
  void check_counters() {
    models::cycle_breakdown sum;
    std::uint64_t work = 0;
    for (const models::command_report& r : reports.finished) {
      sum.compute += r.cycles.compute;
      sum.operand_wait += r.cycles.operand_wait;
      sum.bank_conflict += r.cycles.bank_conflict;
      sum.control += r.cycles.control;
      work += r.work;
      const sc_core::sc_time duration = engine.engine_config().clock_period *
                                        static_cast<double>(r.cycles.total());
      CHECK(r.end - r.start == duration);
    }
    CHECK(read_counter(interface_regs::COMPUTE_CYCLES_LO) == sum.compute);
    CHECK(read_counter(interface_regs::OPERAND_WAIT_CYCLES_LO) ==
          sum.operand_wait);
    CHECK(read_counter(interface_regs::BANK_CONFLICT_CYCLES_LO) ==
          sum.bank_conflict);
    CHECK(read_counter(interface_regs::CONTROL_CYCLES_LO) == sum.control);
    CHECK(read_counter(interface_regs::BUSY_CYCLES_LO) == sum.total());
    CHECK(read_counter(interface_regs::WORK_LO) == work);
  }
};

/// Seeded numbers; the seed is printed when a check fails (INFO).
class random_source {
 public:
  explicit random_source(std::uint32_t seed) : m_engine(seed) {}

  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(m_engine);
  }
  bool chance(unsigned percent) { return between(1, 100) <= percent; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(between(0, 255)); }
  /// Full range, with a good share of the extremes.
  std::uint8_t extreme_byte() {
    constexpr std::uint8_t extremes[] = {0x80, 0x7f, 0xff, 0x00, 0x81};
    return chance(30) ? extremes[between(0, 4)] : byte();
  }

 private:
  std::mt19937_64 m_engine;
};

/// Hands out addresses, one behind the other with odd gaps.
class allocator {
 public:
  allocator(std::uint64_t first, random_source& random)
      : m_next(first), m_random(random) {}

  std::uint32_t take(std::uint64_t bytes, std::uint64_t alignment) {
    m_next += m_random.between(0, 70);
    m_next = (m_next + alignment - 1) / alignment * alignment;
    const std::uint64_t address = m_next;
    m_next += bytes;
    return static_cast<std::uint32_t>(address);
  }

 private:
  std::uint64_t m_next;
  random_source& m_random;
};

}  // namespace vitvp::test
