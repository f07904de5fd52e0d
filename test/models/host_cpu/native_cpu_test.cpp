// The core that runs host code.
#include "models/host_cpu/native_cpu.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

#include "test/models/host_cpu/test_system.hpp"

namespace {

using sc_core::SC_MS;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using vitvp::models::native_cpu;
using vitvp::models::native_cpu_config;
using vitvp::test::device_base;
using vitvp::test::set_quantum;
using vitvp::test::test_system;

// A stand-in for the firmware's side of the interface.
const native_backend* selected = nullptr;
std::vector<std::uint32_t> causes;
std::vector<bool> results;
unsigned nesting = 0;
unsigned deepest = 0;

constexpr std::uint32_t all_sources = 0x888;

void write(std::uint32_t offset, std::uint32_t value) {
  results.push_back(
      selected->write(selected->context, device_base + offset, &value, 4));
}

std::uint32_t read(std::uint32_t offset) {
  std::uint32_t value = 0;
  results.push_back(
      selected->read(selected->context, device_base + offset, &value, 4));
  return value;
}

void interrupt(std::uint32_t cause) {
  deepest = std::max(deepest, ++nesting);
  causes.push_back(cause);
  const std::uint32_t bit = cause == 11 ? 1U : cause == 7 ? 2U : 4U;
  write(0x00, cause);
  write(0x14, read(0x14) & ~bit);
  --nesting;
}

native_cpu_config make_config(int (*application)()) {
  native_cpu_config config;
  config.application = application;
  config.backend_select = [](const native_backend* b) { selected = b; };
  config.interrupt = interrupt;
  return config;
}

int accesses() {
  write(0x00, 0x1234);
  write(0x08, 0xcafe);
  write(0x00, read(0x08));
  write(0x10, 1);
  read(0x10);
  return 42;
}

int interrupts() {
  const void* context = selected->context;
  selected->set_interrupt_sources(selected->context, all_sources);
  write(0x14, 7);
  write(0x00, 0xaaaa);
  selected->set_interrupts(selected->context, true);
  for (int i = 0; i < 1000; ++i) {
    read(0x20);
  }
  write(0x00, 0xbbbb);
  return context == selected->context ? 0 : 1;
}

int sleeps() {
  selected->set_interrupt_sources(selected->context, 0x80);
  write(0x18, 5000);
  selected->wait_for_interrupt(selected->context);  // masked: no handler
  write(0x00, 1);
  selected->set_interrupts(selected->context, true);
  write(0x18, 7000);
  selected->wait_for_interrupt(selected->context);
  write(0x00, 2);
  selected->set_interrupt_sources(selected->context, 0);
  selected->wait_for_interrupt(selected->context);
  return 0;
}

int halts() {
  write(0x00, 1);
  selected->halt(selected->context);
  return 0;
}

int polls() {
  while (true) {
    read(0x20);
  }
}

int counts_down() {
  for (std::uint32_t i = 0; i < 100; ++i) {
    write(0x00, i);
  }
  return 0;
}

}  // namespace

TEST_CASE("native_accesses_the_bus_and_reports_errors") {
  set_quantum(sc_time(1, SC_US));
  test_system system("system");
  int exit_code = 0;
  native_cpu_config config = make_config(accesses);
  config.on_exit = [&](int code) { exit_code = code; };
  native_cpu cpu("cpu", config);
  system.connect(cpu);
  sc_core::sc_start(sc_time(1, SC_MS));
  CHECK(system.log == std::vector<std::uint32_t>{0x1234, 0xcafe});
  CHECK(results == std::vector<bool>{true, true, true, true, false, false});
  CHECK(cpu.finished());
  CHECK(cpu.halted());
  CHECK(cpu.exit_code() == 42);
  CHECK(exit_code == 42);
  CHECK(cpu.last_trap().cause == 5);
  CHECK(cpu.last_trap().mtval == device_base + 0x10);
  CHECK(cpu.counters().loads == 2);
  CHECK(cpu.counters().stores == 4);
  CHECK(cpu.counters().cycles_executing == 24);
  CHECK(cpu.counters().cycles_bus_wait == 60);
}

TEST_CASE("native_takes_each_interrupt_once_by_priority") {
  set_quantum(sc_time(1, SC_US));
  test_system system("system");
  native_cpu cpu("cpu", make_config(interrupts));
  system.connect(cpu);
  sc_core::sc_start(sc_time(1, SC_MS));
  CHECK(causes == std::vector<std::uint32_t>{11, 3, 7});
  CHECK(deepest == 1);
  CHECK(system.log == std::vector<std::uint32_t>{0xaaaa, 11, 3, 7, 0xbbbb});
  CHECK(cpu.counters().interrupts == 3);
  CHECK(cpu.exit_code() == 0);
}

TEST_CASE("native_sleeps_until_an_enabled_wire_is_up") {
  set_quantum(sc_time(1, SC_US));
  test_system system("system");
  native_cpu cpu("cpu", make_config(sleeps));
  system.connect(cpu);
  sc_core::sc_start(sc_time(1, SC_MS));
  CHECK(system.log == std::vector<std::uint32_t>{1, 7, 7, 2});
  CHECK_FALSE(cpu.finished());
  CHECK_THAT(cpu.waiting_for(), Catch::StartsWith("cpu: in wfi at "));
}

TEST_CASE("native_halts_for_ever") {
  set_quantum(sc_time(1, SC_US));
  test_system system("system");
  std::string reason;
  native_cpu_config config = make_config(halts);
  config.on_halt = [&](const std::string& text) { reason = text; };
  native_cpu cpu("cpu", config);
  system.connect(cpu);
  sc_core::sc_start(sc_time(1, SC_MS));
  CHECK(cpu.halted());
  CHECK_FALSE(cpu.finished());
  CHECK(reason == "halted by the firmware");
  CHECK(cpu.waiting_for() == "cpu: core halted: halted by the firmware");
}

TEST_CASE("native_yields_simulated_time_while_it_polls_and_stops") {
  set_quantum(sc_time(1, SC_US));
  test_system system("system");
  native_cpu cpu("cpu", make_config(polls));
  system.connect(cpu);
  sc_core::sc_start(sc_time(100, SC_US));
  CHECK(sc_core::sc_time_stamp() == sc_time(100, SC_US));
  CHECK_FALSE(cpu.halted());
  cpu.stop();
  sc_core::sc_start(sc_time(10, SC_US));
  CHECK(cpu.halted());
}

TEST_CASE("two_native_cores_coexist") {
  set_quantum(sc_time(100, SC_NS));
  test_system first("first");
  test_system second("second");
  native_cpu first_cpu("first_cpu", make_config(counts_down));
  native_cpu second_cpu("second_cpu", make_config(counts_down));
  first.connect(first_cpu);
  second.connect(second_cpu);
  sc_core::sc_start(sc_time(1, SC_MS));
  std::vector<std::uint32_t> expected(100);
  for (std::uint32_t i = 0; i < 100; ++i) {
    expected[i] = i;
  }
  CHECK(first.log == expected);
  CHECK(second.log == expected);
}

TEST_CASE("native_refuses_a_config_out_of_range") {
  native_cpu_config config = make_config(accesses);
  config.application = nullptr;
  CHECK_THROWS_AS(native_cpu("cpu", config), std::invalid_argument);
  config = make_config(accesses);
  config.cycles_per_access = 0;
  CHECK_THROWS_WITH(native_cpu("cpu", config),
                    Catch::Contains("cycles_per_access"));
}
