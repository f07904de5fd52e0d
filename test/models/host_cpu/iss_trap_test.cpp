// Exceptions: delivered to the firmware, precise, and never the end of the
// simulator.
#include <catch2/catch.hpp>
#include <vector>

#include "test/models/host_cpu/test_system.hpp"

namespace {

using sc_core::SC_MS;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using vitvp::models::iss_cpu_config;
using vitvp::test::guest_run;
using vitvp::test::set_quantum;

constexpr std::uint32_t fault = 0x10000010;

std::vector<std::uint32_t> expected_faults(const guest_run& run) {
  const auto at = [&](const char* symbol) { return run.address(symbol); };
  return {5, at("fault_1"), fault,           // the load is not done
          2, 0x1111,                         // and what follows is, once
          7, at("fault_2"), fault,      77,  //
          5, at("fault_3"), fault,      1,   // COUNT was read twice: 0, 1
          5, at("fault_4"), fault,      0,   // SCRATCH+0... see below
          7, at("fault_5"), fault,           //
          7, at("fault_6"), 0x00f00002,      //
          7, at("fault_7"), fault,           // atomic: a store fault
          5, at("fault_8"), 0x90000004, fault};
}

void check_faults(const guest_run& run) {
  std::vector<std::uint32_t> expected = expected_faults(run);
  // fault_4: the load before it read SCRATCH, which holds 77.
  expected[16] = 77;
  CHECK(run.system.log == expected);
  CHECK(run.system.finished);
  CHECK(run.cpu.counters().traps == 8);
  CHECK(run.cpu.last_trap().cause == 5);
  CHECK(run.cpu.last_trap().mepc == run.address("fault_8"));
  CHECK(run.cpu.last_trap().mtval == 0x90000004);
}

std::vector<std::uint32_t> expected_traps(const guest_run& run) {
  const auto at = [&](const char* symbol) { return run.address(symbol); };
  return {11, at("trap_1"), 0, 3, at("trap_2"), at("trap_2"),
          // The handler steps over two halves of an illegal word of zeros.
          2, at("trap_3"), 0, 2, at("trap_3") + 2, 0, 2, at("trap_4"),
          0xffffffff, 2, at("trap_5"), 0x7ff022f3, 6, at("trap_7"),
          at("data") + 2, 2, at("trap_8"), 0x00007007, 1, 0x20000000,
          0x20000000, 0x600d, 1, 0x80100000, 0x80100000, 0x600d};
}

}  // namespace

TEST_CASE("iss_takes_a_precise_access_fault_on_a_bus_error") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("faults");
  run.run(sc_time(1, SC_MS));
  check_faults(run);
}

TEST_CASE("iss_takes_a_precise_access_fault_without_dmi") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("faults", [](iss_cpu_config& c) { c.use_dmi = false; });
  run.run(sc_time(1, SC_MS));
  check_faults(run);
}

TEST_CASE("iss_takes_the_other_synchronous_exceptions") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("traps");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == expected_traps(run));
  CHECK(run.system.finished);
}

TEST_CASE("iss_takes_the_other_synchronous_exceptions_without_dmi") {
  set_quantum(sc_time(10, SC_NS));
  guest_run run("traps", [](iss_cpu_config& c) { c.use_dmi = false; });
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == expected_traps(run));
}

TEST_CASE("iss_stays_in_machine_mode") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("user_mode");
  run.run(sc_time(1, SC_MS));
  REQUIRE(run.system.log.size() == 3);
  CHECK(run.system.log[0] == 11);  // ecall from machine mode
  CHECK(run.system.finished);
}

TEST_CASE("iss_halts_when_there_is_no_trap_handler") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("no_handler");
  run.run(sc_time(1, SC_MS));
  CHECK(run.cpu.halted());
  CHECK_THAT(run.halt_reason, Catch::Contains("trap loop at pc 0x8000") &&
                                  Catch::Contains("(_start+0x") &&
                                  Catch::Contains("cause 5") &&
                                  Catch::Contains("mtvec 0x00000000"));
  CHECK_THAT(run.cpu.waiting_for(),
             Catch::StartsWith("system_cpu: core halted: trap loop at pc "));
}

TEST_CASE("iss_halts_when_the_trap_handler_traps_for_ever") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("broken_handler");
  run.run(sc_time(1, SC_MS));
  CHECK(run.cpu.halted());
  CHECK_THAT(run.halt_reason,
             Catch::Contains("(broken+0x") && Catch::Contains("cause 5"));
}
