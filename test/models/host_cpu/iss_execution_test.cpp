// What the RISC-V core computes and what the bus sees of it.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "test/models/host_cpu/guests/workload.h"
#include "test/models/host_cpu/test_system.hpp"

namespace {

using sc_core::SC_MS;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using vitvp::models::iss_cpu;
using vitvp::models::iss_cpu_config;
using vitvp::test::guest_run;
using vitvp::test::recorded_access;
using vitvp::test::set_quantum;

const std::vector<std::uint32_t> mmio_log = {
    0x80f0a0c1, 0xffffa0c1, 0x0000a0c1, 0xffffffc1, 0x00000080, 0,
    1,          2,          0x88112233, 0x11223344, 0x11223349, 0x11223350};

std::vector<std::uint32_t> expected_workload() {
  std::vector<std::uint32_t> result;
  std::array<std::uint8_t, 1024> bytes{};
  for (std::uint32_t i = 0; i < 8; ++i) {
    result.push_back(workload(i, bytes.data(), 1024));
  }
  return result;
}

void without_dmi(iss_cpu_config& config) {
  config.use_dmi = false;
}

}  // namespace

TEST_CASE("iss_computes_what_the_host_computes") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("compute");
  run.run(sc_time(50, SC_MS));
  CHECK(run.system.finished);
  CHECK(run.system.log == expected_workload());
  CHECK(run.cpu.last_trap().valid == false);
}

TEST_CASE("iss_computes_the_same_without_dmi") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("compute", without_dmi);
  run.run(sc_time(50, SC_MS));
  CHECK(run.system.log == expected_workload());
  // 8 runs of: 1024 stores, 1023 x (load of the pair and perhaps a store),
  // 1024 loads.
  CHECK(run.system.memory_accesses > 24000);
}

TEST_CASE("iss_falls_back_to_transactions_when_dmi_is_refused") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("compute");
  run.system.grant_bytes = 0;
  run.run(sc_time(50, SC_MS));
  CHECK(run.system.log == expected_workload());
  CHECK(run.system.memory_accesses > 24000);
}

TEST_CASE("iss_puts_the_memory_together_from_several_dmi_ranges") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("compute");
  run.system.grant_bytes = 64U << 10;
  run.run(sc_time(50, SC_MS));
  CHECK(run.system.log == expected_workload());
  CHECK(run.system.memory_accesses == 0);
}

TEST_CASE("iss_accesses_devices_in_order_with_the_width_of_the_instruction") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("mmio");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == mmio_log);
  std::vector<recorded_access> scratch;
  for (const recorded_access& access : run.system.accesses) {
    if (access.offset >= 8 && access.offset < 16) {
      scratch.push_back(access);
    }
  }
  const std::vector<recorded_access> expected = {
      {true, 8, 4, 0x80f0a0c1},  {true, 12, 2, 0xa0c1}, {true, 14, 1, 0xc1},
      {false, 8, 4, 0x80f0a0c1}, {false, 8, 2, 0xa0c1}, {false, 8, 2, 0xa0c1},
      {false, 8, 1, 0xc1},       {false, 11, 1, 0x80}};
  CHECK(scratch == expected);
}

TEST_CASE("iss_accesses_devices_the_same_without_dmi") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("mmio", without_dmi);
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == mmio_log);
}

TEST_CASE("iss_survives_that_dmi_is_taken_back") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("revoke");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == std::vector<std::uint32_t>{0x1234, 0x1235});
  CHECK(run.system.revoked == 2);
}

TEST_CASE("iss_executes_rewritten_code_after_fence_i") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("fence");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == std::vector<std::uint32_t>{40, 41, 42});
}

TEST_CASE("iss_executes_rewritten_code_after_fence_i_without_dmi") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("fence", without_dmi);
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == std::vector<std::uint32_t>{40, 41, 42});
}

TEST_CASE("iss_counts_instructions_and_cycles") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("counters", [](iss_cpu_config& config) {
    config.hart_id = 3;
    config.cycles_per_instruction = 2;
  });
  run.run(sc_time(1, SC_MS));
  // li, 1000 times two instructions, and the second csrr itself.
  const std::uint32_t instructions = 1 + 2000 + 1;
  CHECK(run.system.log == std::vector<std::uint32_t>{instructions,
                                                     2 * instructions, 3, 0,
                                                     0x40101105});
  const auto counters = run.cpu.counters();
  CHECK(counters.cycles_executing == 2 * counters.instructions);
  CHECK(counters.loads == 0);
  CHECK(counters.stores == 6);
  CHECK(counters.cycles_bus_wait == 60);
}

TEST_CASE("iss_works_with_a_target_that_waits") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("slow");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log ==
        std::vector<std::uint32_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1});
  // 10 times: 50 + 10 (write), 100 + 10 (read), 10 (log); 10 for the end.
  CHECK(run.cpu.counters().cycles_bus_wait == 1810);
}

TEST_CASE("two_iss_cores_coexist") {
  set_quantum(sc_time(100, SC_NS));
  guest_run first("compute", {}, "first");
  guest_run second("slow", {}, "second");
  guest_run third("compute", without_dmi, "third");
  first.run(sc_time(50, SC_MS));
  CHECK(first.system.log == expected_workload());
  CHECK(second.system.log.size() == 10);
  CHECK(third.system.log == expected_workload());
}

TEST_CASE("iss_yields_simulated_time_in_an_endless_loop") {
  set_quantum(sc_time(10, SC_US));
  guest_run run("loop");
  CHECK(run.run(sc_time(1, SC_MS)) == sc_time(1, SC_MS));
  CHECK(run.cpu.pc() == run.address("endless"));
  CHECK(run.cpu.halted() == false);
  CHECK(run.cpu.waiting_for().empty());
  const auto executed = run.cpu.counters().instructions;
  CHECK(executed > 950000);
  CHECK(executed < 1050000);
}

TEST_CASE("iss_stops_when_asked_and_does_not_report_it") {
  set_quantum(sc_time(10, SC_US));
  guest_run run("loop");
  run.run(sc_time(100, SC_US));
  run.cpu.stop();
  run.run(sc_time(100, SC_US));
  CHECK(run.cpu.halted());
  CHECK(run.halt_reason.empty());
  const auto executed = run.cpu.counters().instructions;
  run.run(sc_time(100, SC_US));
  CHECK(run.cpu.counters().instructions == executed);
}

TEST_CASE("iss_refuses_a_config_out_of_range") {
  const auto refuses = [](const std::function<void(iss_cpu_config&)>& change,
                          const std::string& key) {
    iss_cpu_config config;
    change(config);
    const auto name = sc_core::sc_gen_unique_name("cpu");
    CHECK_THROWS_WITH(iss_cpu(name, config), Catch::Contains(key));
    CHECK_THROWS_AS(iss_cpu(name, config), std::invalid_argument);
  };
  refuses([](auto& c) { c.clock_period = sc_core::SC_ZERO_TIME; },
          "clock_period");
  refuses([](auto& c) { c.memory_base = 0x80000001; }, "memory_base");
  refuses([](auto& c) { c.memory_bytes = 0; }, "memory_bytes");
  refuses([](auto& c) { c.memory_bytes = 0x80001000; }, "memory_bytes");
  refuses([](auto& c) { c.entry = 0x1000; }, "entry");
  refuses([](auto& c) { c.entry = 0x80000001; }, "entry");
  refuses([](auto& c) { c.cycles_per_instruction = 0; },
          "cycles_per_instruction");
}

// Hidden: prints a figure, checks none.
TEST_CASE("iss_speed", "[.]") {
  set_quantum(sc_time(10, SC_US));
  guest_run run("speed");
  const auto start = std::chrono::steady_clock::now();
  while (run.system.log.empty()) {
    run.run(sc_time(1, SC_MS));
  }
  const auto middle = std::chrono::steady_clock::now();
  while (!run.system.finished) {
    run.run(sc_time(1, SC_MS));
  }
  const auto end = std::chrono::steady_clock::now();
  const std::chrono::duration<double> loop = middle - start;
  const std::chrono::duration<double> reads = end - middle;
  WARN("MIPS: " << 32.0 / loop.count()
                << "; million register reads/s: " << 1.0 / reads.count());
}
