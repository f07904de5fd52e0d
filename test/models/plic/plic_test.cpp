#include "models/plic/plic.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <registers/memory_map.hpp>
#include <registers/plic.hpp>

#include "test/registers/register_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

using namespace sc_core;
namespace regs = vitvp::registers::plic;
using vitvp::models::plic;
using vitvp::test::settle;

// Drives a line as an engine does: a delta after it is told to.
struct line_driver : sc_module {
  sc_event rise;
  sc_event fall;
  sc_signal<bool>& line;

  SC_HAS_PROCESS(line_driver);
  line_driver(const sc_module_name& name, sc_signal<bool>& to)
      : sc_module(name), line(to) {
    SC_METHOD(drive);
    sensitive << rise << fall;
    dont_initialize();
  }
  void drive() { line.write(!line.read()); }
};

// Sources 1 to 15 are wired, the others are not; 15 is the device's.
struct plic_bench {
  static constexpr unsigned wired = 16;

  vitvp::test::register_bench cpu{"cpu"};
  plic dut{"dut"};
  sc_vector<sc_signal<bool>> lines{"lines", wired};
  line_driver device{"device", lines[wired - 1]};
  sc_signal<bool> external{"external"};

  plic_bench() {
    cpu.checker.out.bind(dut.in);
    for (unsigned source = 1; source < wired; ++source) {
      dut.sources[source](lines[source]);
    }
    dut.external_irq(external);
    sc_start(SC_ZERO_TIME);
    settle();
  }

  void enable(std::uint32_t sources, std::uint32_t priority = 1) {
    for (unsigned source = 1; source < plic::source_count; ++source) {
      if ((sources >> source & 1) == 0) continue;
      cpu.write(regs::PRIORITY + 4 * source, priority);
    }
    cpu.write(regs::ENABLE, cpu.read(regs::ENABLE) | sources);
    settle();
  }

  void set(unsigned source, bool level) {
    lines[source].write(level);
    settle();
  }

  std::uint32_t claim() {
    const std::uint32_t source = cpu.read(regs::CLAIM);
    settle();
    return source;
  }

  void complete(std::uint32_t source) {
    cpu.write(regs::CLAIM, source);
    settle();
  }
};

}  // namespace

TEST_CASE("its registers do what the table says") {
  plic_bench bench;
  auto walk = vitvp::test::walk_over(bench.cpu.out, regs::table);
  walk.size = vitvp::registers::plic_size;
  walk.special = {regs::PRIORITY};
  vitvp::test::check_registers(walk);
}

TEST_CASE("source 0 has no priority and no enable bit") {
  plic_bench bench;
  bench.cpu.write(regs::PRIORITY, 7);
  CHECK(bench.cpu.read(regs::PRIORITY) == 0);
  bench.cpu.write(regs::ENABLE, 0xffffffff);
  CHECK(bench.cpu.read(regs::ENABLE) == 0xfffffffe);
}

TEST_CASE("a high source is pending, and interrupts when enabled") {
  plic_bench bench;
  bench.set(11, true);
  CHECK(bench.cpu.read(regs::PENDING) == 1U << 11);
  CHECK_FALSE(bench.external.read());
  CHECK(bench.claim() == 0);
  bench.enable(1U << 11);
  CHECK(bench.external.read());
}

TEST_CASE("priority 0 never interrupts") {
  plic_bench bench;
  bench.enable(1U << 3, 0);
  bench.set(3, true);
  CHECK_FALSE(bench.external.read());
  CHECK(bench.claim() == 0);
  CHECK(bench.dut.pending() == 1U << 3);
}

TEST_CASE("a source is forwarded again only after it was completed") {
  plic_bench bench;
  bench.enable(1U << 12);
  bench.set(12, true);
  CHECK(bench.claim() == 12);
  CHECK_FALSE(bench.external.read());
  CHECK(bench.dut.pending() == 0);
  CHECK(bench.dut.waiting_for() == "dut: completion of claimed source 12");
  CHECK(bench.claim() == 0);
  bench.complete(12);
  CHECK(bench.external.read());
  CHECK(bench.claim() == 12);
  bench.set(12, false);
  bench.complete(12);
  CHECK_FALSE(bench.external.read());
  CHECK(bench.dut.waiting_for().empty());
}

TEST_CASE("a pending source stays when its line falls") {
  plic_bench bench;
  bench.enable(1U << 5);
  bench.set(5, true);
  bench.set(5, false);
  CHECK(bench.external.read());
  CHECK(bench.claim() == 5);
  bench.complete(5);
  CHECK(bench.claim() == 0);
}

TEST_CASE("a line that falls before its completion interrupts once") {
  plic_bench bench;
  bench.enable(1U << 15);
  bench.device.rise.notify(SC_ZERO_TIME);
  settle();
  CHECK(bench.cpu.read(regs::CLAIM) == 15);
  bench.device.fall.notify(SC_ZERO_TIME);
  bench.cpu.write(regs::CLAIM, 15);
  settle();
  CHECK_FALSE(bench.external.read());
  CHECK(bench.dut.pending() == 0);
}

TEST_CASE("claims take the highest priority, then the lowest number") {
  plic_bench bench;
  bench.enable(1U << 4 | 1U << 9 | 1U << 10, 2);
  bench.enable(1U << 7, 5);
  for (const unsigned source : {4U, 7U, 9U, 10U}) bench.set(source, true);
  CHECK(bench.claim() == 7);
  CHECK(bench.claim() == 4);
  CHECK(bench.claim() == 9);
  bench.complete(7);
  CHECK(bench.claim() == 7);
  CHECK(bench.claim() == 10);
  CHECK(bench.claim() == 0);
  CHECK(bench.dut.claimed() == (1U << 4 | 1U << 7 | 1U << 9 | 1U << 10));
}

TEST_CASE("the threshold masks the line, not the claim") {
  plic_bench bench;
  bench.enable(1U << 10, 3);
  bench.set(10, true);
  bench.cpu.write(regs::THRESHOLD, 3);
  settle();
  CHECK_FALSE(bench.external.read());
  CHECK(bench.cpu.peek(regs::CLAIM) == 10);
  bench.cpu.write(regs::THRESHOLD, 2);
  settle();
  CHECK(bench.external.read());
  bench.cpu.write(regs::THRESHOLD, 7);
  CHECK(bench.claim() == 10);
}

TEST_CASE("completions of sources not claimed or not enabled are ignored") {
  plic_bench bench;
  bench.enable(1U << 6 | 1U << 8);
  bench.set(6, true);
  CHECK(bench.claim() == 6);
  for (const std::uint32_t source :
       {0U, 8U, 31U, 32U, 38U, 1000U, 0xffffffffU}) {
    bench.complete(source);
  }
  CHECK(bench.dut.claimed() == 1U << 6);
  bench.cpu.write(regs::ENABLE, 1U << 8);
  bench.complete(6);
  CHECK(bench.dut.claimed() == 1U << 6);
  bench.enable(1U << 6);
  bench.complete(6);
  CHECK(bench.dut.claimed() == 0);
  CHECK(bench.external.read());
}

TEST_CASE("looking at the claim register claims nothing") {
  plic_bench bench;
  bench.enable(1U << 14);
  bench.set(14, true);
  CHECK(bench.cpu.peek(regs::CLAIM) == 14);
  CHECK(bench.cpu.peek(regs::CLAIM) == 14);
  CHECK(bench.dut.claimed() == 0);
  CHECK(bench.claim() == 14);
}

TEST_CASE("reset forgets all but the levels of the lines") {
  plic_bench bench;
  bench.enable(1U << 2 | 1U << 3);
  bench.set(2, true);
  bench.set(3, true);
  bench.set(3, false);
  CHECK(bench.claim() == 2);
  bench.dut.reset();
  settle();
  CHECK(bench.dut.claimed() == 0);
  CHECK(bench.dut.pending() == 1U << 2);
  CHECK(bench.cpu.read(regs::ENABLE) == 0);
  CHECK_FALSE(bench.external.read());
}

TEST_CASE("bad configurations are refused by the name of their key") {
  vitvp::models::plic_config config;
  config.access_cycles = 1001;
  CHECK_THROWS_WITH(plic("dut", config), Catch::Contains("access_cycles"));
  config = {};
  config.clock_period = SC_ZERO_TIME;
  CHECK_THROWS_WITH(config.validate(), Catch::Contains("clock_period"));
}
