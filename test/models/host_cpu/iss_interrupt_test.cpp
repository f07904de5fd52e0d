// Interrupts, wfi, and that the quantum changes neither.
#include <catch2/catch.hpp>
#include <sstream>
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

constexpr std::uint32_t flag = 0x80000000;

const std::vector<std::uint32_t> interrupt_log = {
    flag | 11, 1,         // external, taken once
    flag | 7,  1,         // timer
    flag | 3,  1,         // software
    8,                    // MIE is set again
    0xaaaa,    0x888,     // mip shows the three wires
    flag | 11, flag | 3,  // by priority
    flag | 7,  3,         // each once
    0};

void check_interrupts(const sc_time& quantum, bool use_dmi) {
  set_quantum(quantum);
  guest_run run("interrupts",
                [&](iss_cpu_config& config) { config.use_dmi = use_dmi; });
  run.run(sc_time(100, SC_MS));
  CHECK(run.system.log == interrupt_log);
  CHECK(run.cpu.counters().interrupts == 6);
  CHECK(run.cpu.counters().traps == 0);
}

}  // namespace

TEST_CASE("iss_takes_each_interrupt_once_at_quantum_zero") {
  check_interrupts(sc_core::SC_ZERO_TIME, true);
}
TEST_CASE("iss_takes_each_interrupt_once_at_quantum_10_ns") {
  check_interrupts(sc_time(10, SC_NS), true);
}
TEST_CASE("iss_takes_each_interrupt_once_at_quantum_1_us") {
  check_interrupts(sc_time(1, SC_US), true);
}
TEST_CASE("iss_takes_each_interrupt_once_at_quantum_1_ms") {
  check_interrupts(sc_time(1, SC_MS), true);
}
TEST_CASE("iss_takes_each_interrupt_once_without_dmi") {
  check_interrupts(sc_time(1, SC_US), false);
}

TEST_CASE("iss_takes_an_interrupt_within_one_quantum") {
  set_quantum(sc_time(200, SC_NS));
  guest_run run("loop", [](iss_cpu_config&) {});
  run.run(sc_time(10, SC_US));
  // The guest has not enabled any: the wire alone does nothing.
  run.system.external.write(true);
  run.run(sc_time(10, SC_US));
  CHECK(run.cpu.counters().interrupts == 0);
  CHECK(run.cpu.pc() == run.address("endless"));
}

TEST_CASE("iss_enters_a_vectored_handler") {
  set_quantum(sc_time(100, SC_NS));
  guest_run run("vectored");
  run.run(sc_time(1, SC_MS));
  CHECK(run.system.log == std::vector<std::uint32_t>{flag | 7, 11});
  CHECK(run.system.finished);
}

TEST_CASE("iss_sleeps_in_wfi_until_an_enabled_wire_is_up") {
  set_quantum(sc_time(1, SC_MS));
  guest_run run("wfi");
  const sc_time end = run.run(sc_time(1, SC_MS));
  CHECK(end == sc_time(1, SC_MS));
  CHECK(run.system.log == std::vector<std::uint32_t>{1, flag | 7, 0, 2});
  CHECK(run.cpu.counters().interrupts == 1);
  // The timer comes 5 and 7 us after it was set, a few cycles before the wfi;
  // after that it sleeps to the end. All cycles are in one of three classes.
  const auto counters = run.cpu.counters();
  const auto busy = counters.cycles_executing + counters.cycles_bus_wait;
  CHECK(busy > 50);
  CHECK(busy < 250);
  CHECK(busy + counters.cycles_sleeping == 1000000);
  CHECK(run.cpu.waiting_for() == "system_cpu: in wfi at 0x" + [&] {
    std::ostringstream text;
    text << std::hex << run.address("forever");
    return text.str();
  }() + " (forever), no interrupt pending and enabled");
  CHECK(run.cpu.pc() == run.address("forever"));
}

TEST_CASE("iss_stops_in_wfi") {
  set_quantum(sc_time(1, SC_US));
  guest_run run("wfi");
  run.run(sc_time(1, SC_MS));
  run.cpu.stop();
  run.run(sc_time(1, SC_US));
  CHECK(run.cpu.halted());
}
