#include "models/sim_control/sim_control.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <registers/memory_map.hpp>
#include <registers/sim_control.hpp>
#include <vector>

#include "test/registers/register_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

using namespace sc_core;
namespace regs = vitvp::registers::sim_control;
using vitvp::models::sim_control;
using vitvp::models::sim_control_config;

sim_control_config example() {
  sim_control_config config;
  config.sram_bytes = 232 * 1024;
  config.sram_banks = 8;
  config.sram_line_bytes = 32;
  config.dram_bytes = 0x10000000;
  config.model_address = 0x80100000;
  config.host_ns = [] { return std::uint64_t{0}; };
  return config;
}

struct control_bench {
  vitvp::test::register_bench cpu{"cpu"};
  sim_control dut;

  explicit control_bench(const sim_control_config& config = example())
      : dut("dut", config) {
    cpu.checker.out.bind(dut.in);
    sc_start(SC_ZERO_TIME);
  }
};

// Writes FINISH and says whether the simulation stopped.
bool stops(control_bench& bench, std::uint32_t value) {
  bench.cpu.write(regs::FINISH, value);
  CHECK(bench.dut.finished() == (sc_get_status() == SC_STOPPED));
  return bench.dut.finished();
}

}  // namespace

TEST_CASE("its registers do what the table says") {
  control_bench bench;
  auto walk = vitvp::test::walk_over(bench.cpu.out, regs::table);
  walk.size = vitvp::registers::sim_control_size;
  walk.configured = {
      {regs::SRAM_BYTES, 232 * 1024},    {regs::SRAM_BANKS, 32 << 16 | 8},
      {regs::DRAM_BYTES, 0x10000000},    {regs::CLOCK_HZ, 1000000000},
      {regs::MODEL_ADDRESS, 0x80100000}, {regs::HOST_NS_LO, 0}};
  vitvp::test::check_registers(walk);
  CHECK_FALSE(bench.dut.finished());
}

TEST_CASE("the clock is told to the nearest hertz") {
  sim_control_config config = example();
  config.clock_period = sc_time(3, SC_NS);
  control_bench bench(config);
  CHECK(bench.cpu.read(regs::CLOCK_HZ) == 333333333);
}

TEST_CASE("the model's address can be set later") {
  control_bench bench;
  bench.dut.set_model_address(0x80200000);
  CHECK(bench.cpu.read(regs::MODEL_ADDRESS) == 0x80200000);
}

TEST_CASE("success ends the simulation with 0") {
  std::vector<unsigned> codes;
  sim_control_config config = example();
  config.on_finish = [&](unsigned code) { codes.push_back(code); };
  control_bench bench(config);
  bench.cpu.write(regs::FINISH, 0x5555, 4, sc_time(70, SC_NS));
  CHECK(bench.dut.finish_time() == sc_time(71, SC_NS));
  CHECK(stops(bench, 0x00073333));
  CHECK(bench.dut.exit_code() == 0);
  CHECK(codes == std::vector<unsigned>{0});
}

TEST_CASE("failure ends the simulation with its code") {
  control_bench bench;
  CHECK(stops(bench, 0x002a3333));
  CHECK(bench.dut.exit_code() == 42);
}

TEST_CASE("the first end counts") {
  unsigned calls = 0;
  sim_control_config config = example();
  config.on_finish = [&](unsigned) { ++calls; };
  control_bench bench(config);
  CHECK(stops(bench, 0x00073333));
  bench.cpu.write(regs::FINISH, 0x5555);
  CHECK(bench.dut.exit_code() == 7);
  CHECK(calls == 1);
}

TEST_CASE("failure without code is still a failure") {
  control_bench bench;
  CHECK(stops(bench, 0x3333));
  CHECK(bench.dut.exit_code() == 1);
}

TEST_CASE("a system reset is reported as failure") {
  control_bench bench;
  CHECK(stops(bench, 0x7777));
  CHECK(bench.dut.exit_code() == 1);
}

TEST_CASE("other values do not end the simulation") {
  control_bench bench;
  for (const std::uint32_t value : {0U, 1U, 0x55550000U, 0xffffffffU}) {
    CHECK_FALSE(stops(bench, value));
  }
}

TEST_CASE("cycles count to the local time, the upper half is latched") {
  sim_control_config config = example();
  config.clock_period = sc_time(2, SC_NS);
  config.access_cycles = 0;
  control_bench bench(config);
  sc_start(sc_time(10, SC_NS));
  CHECK(bench.cpu.read(regs::CYCLES_LO) == 5);
  CHECK(bench.cpu.read(regs::CYCLES_LO, 4, sc_time(5, SC_NS)) == 7);
  const sc_time later = sc_time(2, SC_NS) * 4294967296.0;
  CHECK(bench.cpu.read(regs::CYCLES_LO, 4, later) == 5);
  CHECK(bench.cpu.peek(regs::CYCLES_HI) == 1);
  CHECK(bench.cpu.peek(regs::CYCLES_LO) == 5);
  CHECK(bench.cpu.read(regs::CYCLES_HI) == 1);
  CHECK(bench.cpu.read(regs::CYCLES_LO) == 5);
  CHECK(bench.cpu.read(regs::CYCLES_HI) == 0);
  bench.dut.reset();
  CHECK(bench.cpu.read(regs::CYCLES_LO) == 0);
}

TEST_CASE("wall-clock time counts from the start, both halves of one moment") {
  std::uint64_t now = 5000;
  sim_control_config config = example();
  config.host_ns = [&now] { return now; };
  control_bench bench(config);
  CHECK(bench.cpu.read(regs::HOST_NS_LO) == 0);
  now += 0x2ffffffffU;
  CHECK(bench.cpu.read(regs::HOST_NS_LO) == 0xffffffff);
  now += 1;
  CHECK(bench.cpu.peek(regs::HOST_NS_LO) == 0);
  CHECK(bench.cpu.read(regs::HOST_NS_HI) == 2);
}

TEST_CASE("the halves of wall-clock time belong together") {
  std::uint64_t now = 0;
  sim_control_config config = example();
  config.host_ns = [&now] { return now += 0x60000000U; };
  control_bench bench(config);
  std::uint64_t expected = 0;
  for (int i = 0; i < 10; ++i) {
    expected += 0x60000000U;
    const std::uint64_t low = bench.cpu.read(regs::HOST_NS_LO);
    const std::uint64_t high = bench.cpu.read(regs::HOST_NS_HI);
    CHECK((high << 32 | low) == expected);
  }
}

TEST_CASE("wall-clock time advances by itself") {
  sim_control_config config = example();
  config.host_ns = nullptr;
  control_bench bench(config);
  const std::uint32_t first = bench.cpu.read(regs::HOST_NS_LO);
  std::uint32_t second = first;
  while (second == first) second = bench.cpu.read(regs::HOST_NS_LO);
  CHECK(second > first);
}

TEST_CASE("progress is told to whoever listens") {
  std::vector<std::uint32_t> seen;
  sim_control_config config = example();
  config.on_progress = [&](std::uint32_t images) { seen.push_back(images); };
  control_bench bench(config);
  bench.cpu.write(regs::PROGRESS, 1);
  bench.cpu.write(regs::PROGRESS, 2);
  CHECK(seen == std::vector<std::uint32_t>{1, 2});
  CHECK(bench.dut.progress() == 2);
}

TEST_CASE("bad configurations are refused by the name of their key") {
  const auto refused = [](auto change, const char* key) {
    sim_control_config config = example();
    change(config);
    CHECK_THROWS_WITH(config.validate(), Catch::Contains(key));
  };
  refused([](auto& c) { c.clock_period = SC_ZERO_TIME; }, "clock_period");
  refused([](auto& c) { c.clock_period = sc_time(2, SC_SEC); }, "clock_period");
  refused([](auto& c) { c.access_cycles = 1001; }, "access_cycles");
  refused([](auto& c) { c.sram_banks = 0; }, "sram_banks");
  refused([](auto& c) { c.sram_banks = 0x10000; }, "sram_banks");
  refused([](auto& c) { c.sram_line_bytes = 0; }, "sram_line_bytes");
}
