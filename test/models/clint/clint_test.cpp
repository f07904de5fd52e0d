#include "models/clint/clint.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <registers/clint.hpp>
#include <registers/memory_map.hpp>
#include <stdexcept>

#include "test/registers/register_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

using namespace sc_core;
namespace regs = vitvp::registers::clint;
using vitvp::models::clint;
using vitvp::models::clint_config;
using vitvp::test::run_for;
using vitvp::test::settle;

struct clint_bench {
  vitvp::test::register_bench cpu{"cpu"};
  clint dut;
  sc_signal<bool> timer{"timer"};
  sc_signal<bool> software{"software"};

  explicit clint_bench(const clint_config& config = clint_config())
      : dut("dut", config) {
    cpu.checker.out.bind(dut.in);
    dut.timer_irq(timer);
    dut.software_irq(software);
    sc_start(SC_ZERO_TIME);
    settle();
  }

  void compare(std::uint64_t value) {
    cpu.write(regs::MTIMECMP_HI, 0xffffffff);
    cpu.write(regs::MTIMECMP_LO, static_cast<std::uint32_t>(value));
    cpu.write(regs::MTIMECMP_HI, static_cast<std::uint32_t>(value >> 32));
    settle();
  }
};

}  // namespace

TEST_CASE("its registers do what the table says") {
  clint_bench bench;
  auto walk = vitvp::test::walk_over(bench.cpu.out, regs::table);
  walk.size = vitvp::registers::clint_size;
  vitvp::test::check_registers(walk);
}

TEST_CASE("an access takes its latency") {
  clint_config config;
  config.access_cycles = 3;
  config.clock_period = sc_time(2, SC_NS);
  clint_bench bench(config);
  bench.cpu.read(regs::MSIP, 4, sc_time(10, SC_NS));
  CHECK(bench.cpu.last_delay() == sc_time(16, SC_NS));
}

TEST_CASE("mtime counts at 10 MHz and sees the initiator's local time") {
  clint_bench bench;
  CHECK(bench.cpu.read(regs::MTIME_LO) == 0);
  run_for(sc_time(1, SC_US));
  CHECK(bench.cpu.read(regs::MTIME_LO) == 10);
  CHECK(bench.cpu.read(regs::MTIME_LO, 4, sc_time(98, SC_NS)) == 10);
  CHECK(bench.cpu.read(regs::MTIME_LO, 4, sc_time(99, SC_NS)) == 11);
  CHECK(bench.cpu.read(regs::MTIME_LO, 4, sc_time(1, SC_SEC)) == 10000010);
  CHECK(bench.cpu.peek(regs::MTIME_LO) == 10);
  CHECK(bench.dut.mtime() == 10);
}

TEST_CASE("the timer interrupts when mtime reaches mtimecmp") {
  clint_bench bench;
  run_for(sc_time(130, SC_NS));
  CHECK_FALSE(bench.timer.read());
  bench.compare(5);
  CHECK(bench.dut.waiting_for() == "dut: timer at 1, compares with 5");
  run_for(sc_time(369, SC_NS));
  CHECK_FALSE(bench.timer.read());
  run_for(sc_time(1, SC_NS));
  CHECK(bench.timer.read());
  CHECK(bench.dut.waiting_for().empty());
  bench.compare(6);
  CHECK_FALSE(bench.timer.read());
  bench.compare(0);
  CHECK(bench.timer.read());
}

TEST_CASE("a compare value that moves to an earlier time takes effect") {
  clint_bench bench;
  bench.compare(1000);
  bench.compare(2);
  run_for(sc_time(200, SC_NS));
  CHECK(bench.timer.read());
}

TEST_CASE("compare values that never come set no event") {
  clint_bench bench;
  bench.compare(0xffffffffffffffffU);
  CHECK_FALSE(sc_pending_activity());
  bench.compare(0x7fffffffffffffffU);
  CHECK_FALSE(sc_pending_activity());
  CHECK_FALSE(bench.timer.read());
}

TEST_CASE("mtime can be written and counts on from there") {
  clint_bench bench;
  bench.compare(0x100000002U);
  run_for(sc_time(500, SC_NS));
  bench.cpu.write(regs::MTIME_HI, 1);
  CHECK(bench.dut.mtime() == 0x100000005U);
  bench.cpu.write(regs::MTIME_LO, 0);
  CHECK(bench.dut.mtime() == 0x100000000U);
  settle();
  CHECK_FALSE(bench.timer.read());
  run_for(sc_time(200, SC_NS));
  CHECK(bench.timer.read());
  CHECK(bench.cpu.read(regs::MTIME_HI) == 1);
}

TEST_CASE("msip drives the software interrupt") {
  clint_bench bench;
  bench.cpu.write(regs::MSIP, 0xffffffff);
  settle();
  CHECK(bench.software.read());
  bench.cpu.write(regs::MSIP, 0);
  settle();
  CHECK_FALSE(bench.software.read());
}

TEST_CASE("reset takes everything back") {
  clint_bench bench;
  bench.compare(3);
  bench.cpu.write(regs::MSIP, 1);
  run_for(sc_time(1, SC_US));
  CHECK(bench.timer.read());
  bench.dut.reset();
  settle();
  CHECK_FALSE(bench.timer.read());
  CHECK_FALSE(bench.software.read());
  CHECK(bench.dut.mtime() == 0);
  CHECK(bench.dut.mtimecmp() == 0xffffffffffffffffU);
}

TEST_CASE("bad configurations are refused by the name of their key") {
  clint_config config;
  config.access_cycles = 1001;
  CHECK_THROWS_WITH(config.validate(), Catch::Contains("access_cycles"));
  config = clint_config();
  config.tick = SC_ZERO_TIME;
  CHECK_THROWS_WITH(config.validate(), Catch::Contains("tick"));
  config = clint_config();
  config.clock_period = SC_ZERO_TIME;
  CHECK_THROWS_WITH(clint("dut", config), Catch::Contains("clock_period"));
}
