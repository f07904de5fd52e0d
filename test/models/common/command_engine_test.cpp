// The command interface, on an engine whose commands do nothing for a while.
#include "models/common/command_engine.hpp"

#include <iterator>
#include <registers/dma.hpp>
#include <vector>

#include "test/models/common/engine_bench.hpp"

namespace {

using namespace vitvp::models;
using namespace vitvp::test;
namespace dma = vitvp::registers::dma;
namespace regs = interface_regs;

/// Takes ROW_BYTES cycles, half of them control; faults with SOURCE nonzero, a
/// burst fault if that is above 1.
class idle_engine : public command_engine {
 public:
  idle_engine(const sc_core::sc_module_name& name,
              const command_engine_config& config)
      : command_engine(name, config,
                       {dma::table, std::size(dma::table), 1, dma::MODE}) {}

  unsigned commits = 0;

 protected:
  execution execute(const command& c) override {
    if (c.get(dma::SOURCE) > 1) {
      throw command_fault(fault_code::burst, c.get(dma::SOURCE));
    }
    require(c.get(dma::SOURCE) == 0, dma::SOURCE);
    execution done;
    done.cycles.control = c.get(dma::ROW_BYTES) / 2;
    done.cycles.compute = c.get(dma::ROW_BYTES) - done.cycles.control;
    done.work = c.get(dma::ROWS);
    return done;
  }
  void commit() override { ++commits; }
};

using bench = engine_bench<idle_engine, command_engine_config>;

constexpr std::uint32_t busy = 1;
constexpr std::uint32_t full = 2;
constexpr std::uint32_t faulted = 4;
constexpr std::uint32_t clear = 1;
constexpr std::uint32_t reached = 4;  // cause
constexpr std::uint32_t clear_counters = 2;

sc_core::sc_time ns(double n) {
  return {n, sc_core::SC_NS};
}

void stage(bench& b, std::uint32_t cycles_taken, bool bad = false) {
  b.write(dma::ROW_BYTES, cycles_taken);
  b.write(dma::ROWS, 3);
  b.write(dma::SOURCE, bad ? 1 : 0);
}

std::uint32_t level(std::uint32_t status) {
  return status >> 8 & 0xff;
}

}  // namespace

TEST_CASE("a command runs for its cycles and completes") {
  bench b("bench");
  CHECK(b.read(regs::STATUS) == 4U << 16);
  CHECK(b.engine.waiting_for().empty());
  stage(b, 100);
  b.write(regs::ORIGIN, 0x00020001);
  b.write(dma::MODE, 2);
  b.submit(0xabcd);
  CHECK(b.read(regs::STATUS) == (busy | 1U << 8 | 4U << 16));
  sc_core::sc_start(ns(50));
  CHECK(b.read(regs::STATUS) == (busy | 4U << 16));
  CHECK(b.read(regs::COMPLETED) == 0);
  CHECK(b.engine.waiting_for() ==
        "bench.engine: executes command with tag 0xabcd until 101 ns");
  sc_core::sc_start(ns(52));
  CHECK(b.read(regs::STATUS) == 4U << 16);
  CHECK(b.read(regs::COMPLETED) == 1);
  REQUIRE(b.reports.finished.size() == 1);
  const command_report& report = b.reports.finished[0];
  CHECK(report.tag == 0xabcd);
  CHECK(report.origin == 0x00020001);
  CHECK(report.operation == 2);
  // The access that submits takes a cycle.
  CHECK(report.start == ns(1));
  CHECK(report.end == ns(101));
  CHECK(report.work == 3);
  CHECK(b.engine.commits == 1);
  CHECK(b.engine.waiting_for().empty());
  b.check_counters();
}

TEST_CASE("a command does not start before its submission's local time") {
  bench b("bench");
  stage(b, 10);
  b.write(regs::SUBMIT, 1, ns(500.25));
  CHECK((b.read(regs::STATUS) & busy) == busy);
  sc_core::sc_start(ns(400));
  CHECK(b.reports.started.empty());
  sc_core::sc_start(ns(200));
  REQUIRE(b.reports.finished.size() == 1);
  CHECK(b.reports.finished[0].start == ns(502));  // the next clock edge
}

TEST_CASE("the queue keeps what was staged at submission") {
  bench b("bench");
  for (std::uint32_t i = 1; i <= 4; ++i) {
    stage(b, 10 * i);
    b.submit(i);
  }
  stage(b, 1000);
  CHECK((b.read(regs::STATUS) & full) == full);
  CHECK(level(b.read(regs::STATUS)) == 4);
  sc_core::sc_start(ns(5));
  CHECK((b.read(regs::STATUS) & full) == 0);
  CHECK(level(b.read(regs::STATUS)) == 3);
  b.finish();
  REQUIRE(b.reports.finished.size() == 4);
  for (std::uint32_t i = 1; i <= 4; ++i) {
    CHECK(b.reports.finished[i - 1].tag == i);
    CHECK(b.reports.finished[i - 1].cycles.total() == 10ULL * i);
  }
  // Back to back, without a cycle between them.
  CHECK(b.reports.finished[3].end == ns(101));
  b.check_counters();
}

TEST_CASE("a submission to a full queue is dropped and latched") {
  command_engine_config config;
  config.queue_depth = 2;
  bench b("bench", config);
  stage(b, 100);
  b.submit(1);
  sc_core::sc_start(ns(5));
  b.submit(2);
  b.submit(3);
  CHECK(b.fault_code() == 0);
  b.submit(4);
  CHECK(b.fault_code() == 7);
  CHECK(b.fault_address() == regs::SUBMIT);
  CHECK(b.read(regs::ERROR_TAG) == 4);
  b.submit(5);
  CHECK(b.read(regs::ERROR_TAG) == 4);  // the first fault stays
  sc_core::sc_start(ns(1000));
  // The running command completes, those that wait do not start.
  CHECK(b.read(regs::COMPLETED) == 1);
  CHECK(level(b.read(regs::STATUS)) == 2);
  CHECK(b.engine.waiting_for() ==
        "bench.engine: halted by fault QUEUE_OVERFLOW at 0x8, tag 0x4, 2 "
        "commands in the queue");
  b.write(regs::CONTROL, clear);
  CHECK(b.read(regs::STATUS) == 2U << 16);
  b.submit(6);
  b.finish();
  CHECK(b.read(regs::COMPLETED) == 2);
  CHECK(b.reports.finished.back().tag == 6);
}

TEST_CASE("a fault halts the engine until it is cleared") {
  bench b("bench");
  stage(b, 100, true);
  b.submit(7);
  stage(b, 100);
  b.submit(8);
  sc_core::sc_start(ns(4));
  CHECK(b.fault_code() == 0);  // not before its cycles
  sc_core::sc_start(ns(500));
  CHECK((b.read(regs::STATUS) & (busy | faulted)) == (busy | faulted));
  CHECK(b.fault_code() == 6);
  CHECK(b.fault_address() == dma::SOURCE);
  CHECK(b.read(regs::ERROR_TAG) == 7);
  CHECK(b.read(regs::COMPLETED) == 0);
  CHECK(b.read(regs::INTERRUPT_STATUS) == 2);
  CHECK(b.engine.waiting_for() ==
        "bench.engine: halted by fault PARAMETER at 0x80, tag 0x7, 1 commands "
        "in the queue");
  REQUIRE(b.reports.finished.size() == 1);
  CHECK(b.reports.finished[0].cycles.control == command_engine::fault_cycles);
  CHECK(b.reports.finished[0].work == 0);
  b.write(regs::CONTROL, clear);
  CHECK(b.read(regs::STATUS) == 4U << 16);
  sc_core::sc_start(ns(500));
  CHECK(b.reports.finished.size() == 1);
  b.submit(9);
  b.finish();
  CHECK(b.read(regs::COMPLETED) == 1);
  b.check_counters();
}

TEST_CASE("engines that fault at the same time keep their faults apart") {
  bench first("first");
  bench second("second");
  bench third("third");
  stage(first, 10, true);
  stage(second, 10);
  second.write(dma::SOURCE, 0x1234);
  stage(third, 10);
  third.write(dma::SOURCE, 0x5678);
  // The second faults before the first has halted, the third between the two.
  first.submit(1);
  sc_core::sc_start(ns(3));
  second.submit(2);
  sc_core::sc_start(ns(2));
  third.submit(3);
  sc_core::sc_start(ns(20));
  CHECK(first.fault_code() == static_cast<unsigned>(fault_code::parameter));
  CHECK(first.fault_address() == dma::SOURCE);
  CHECK(second.fault_code() == static_cast<unsigned>(fault_code::burst));
  CHECK(second.fault_address() == 0x1234);
  CHECK(third.fault_address() == 0x5678);
  CHECK(first.reports.finished[0].end < second.reports.finished[0].end);
}

TEST_CASE("the interrupt line follows status and enable") {
  bench b("bench");
  stage(b, 10);
  b.submit(1);
  sc_core::sc_start(ns(100));
  CHECK(b.read(regs::INTERRUPT_STATUS) == (1 | reached));
  CHECK_FALSE(b.irq.read());
  b.write(regs::INTERRUPT_ENABLE, 1);
  sc_core::sc_start(ns(1));
  CHECK(b.irq.read());
  b.write(regs::INTERRUPT_STATUS, 2);
  sc_core::sc_start(ns(1));
  CHECK(b.irq.read());
  b.write(regs::INTERRUPT_STATUS, 1);
  sc_core::sc_start(ns(1));
  CHECK_FALSE(b.irq.read());
  CHECK(b.read(regs::INTERRUPT_STATUS) == reached);
  stage(b, 10, true);
  b.submit(2);
  sc_core::sc_start(ns(100));
  CHECK_FALSE(b.irq.read());
  b.write(regs::INTERRUPT_ENABLE, 3);
  sc_core::sc_start(ns(1));
  CHECK(b.irq.read());
}

TEST_CASE("the interrupt line tells that a command is completed") {
  bench b("bench");
  CHECK(b.read(regs::INTERRUPT_STATUS) == 0);
  b.write(regs::INTERRUPT_ENABLE, reached);
  b.write(regs::TARGET, 2);
  for (const std::uint32_t tag : {1U, 2U, 3U}) {
    stage(b, 100);
    b.submit(tag);
  }
  sc_core::sc_start(ns(50));
  while (b.read(regs::COMPLETED) < 2) {
    CHECK_FALSE(b.irq.read());
    sc_core::sc_start(ns(1));
  }
  sc_core::sc_start(ns(1));
  CHECK(b.read(regs::COMPLETED) == 2);
  CHECK(b.irq.read());
  b.write(regs::INTERRUPT_STATUS, 7);  // lasts while it is so
  sc_core::sc_start(ns(1));
  CHECK(b.irq.read());
  b.write(regs::TARGET, 3);
  sc_core::sc_start(ns(1));
  CHECK_FALSE(b.irq.read());
  sc_core::sc_start(ns(500));
  CHECK(b.irq.read());
  // Across the wrap of the counter: 3 is behind -1, and far before 2^31 + 3.
  b.write(regs::TARGET, 0xffffffff);
  sc_core::sc_start(ns(1));
  CHECK(b.irq.read());
  b.write(regs::TARGET, 0x80000003);
  sc_core::sc_start(ns(1));
  CHECK_FALSE(b.irq.read());
}

TEST_CASE("counters add up and can be cleared") {
  bench b("bench");
  for (std::uint32_t i = 0; i < 3; ++i) {
    stage(b, 31);
    b.submit(i);
  }
  b.finish();
  CHECK(b.read_counter(regs::BUSY_CYCLES_LO) == 93);
  CHECK(b.read_counter(regs::WORK_LO) == 9);
  b.check_counters();
  b.write(regs::CONTROL, clear_counters);
  CHECK(b.read_counter(regs::BUSY_CYCLES_LO) == 0);
  CHECK(b.read_counter(regs::COMPUTE_CYCLES_LO) == 0);
  CHECK(b.read_counter(regs::CONTROL_CYCLES_LO) == 0);
  CHECK(b.read_counter(regs::WORK_LO) == 0);
  CHECK(b.read(regs::COMPLETED) == 3);
}

TEST_CASE("reset cuts a running command off") {
  bench b("bench");
  stage(b, 1000);
  b.submit(1);
  b.submit(2);
  sc_core::sc_start(ns(100.5));
  b.engine.reset();
  CHECK(b.read(regs::STATUS) == 4U << 16);
  CHECK(b.read(dma::ROW_BYTES) == 0);
  sc_core::sc_start(ns(2000));
  REQUIRE(b.reports.finished.size() == 1);
  CHECK(b.reports.finished[0].end == ns(101));
  CHECK(b.reports.finished[0].cycles.control == 100);
  CHECK(b.read(regs::COMPLETED) == 0);
  CHECK(b.engine.commits == 0);
  stage(b, 10);
  b.submit(3);
  b.finish();
  CHECK(b.read(regs::COMPLETED) == 1);
}

TEST_CASE("configurations of engines are checked by name") {
  command_engine_config config;
  config.queue_depth = 1;
  CHECK_THROWS_WITH(idle_engine("a", config),
                    "queue_depth: 1 is not in 2..255");
  config = command_engine_config();
  config.clock_period = sc_core::SC_ZERO_TIME;
  CHECK_THROWS_WITH(idle_engine("b", config), "clock_period: must be positive");
}
