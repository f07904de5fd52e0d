// Values, DMI rights and faults of the memory port.
#include "models/common/memory_port.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "models/common/tlm_checker.hpp"
#include "test/models/common/test_memory.hpp"

namespace {

using namespace vitvp::models;
using vitvp::test::test_memory;

constexpr std::uint64_t base = 0x1000;

struct bench : sc_core::sc_module {
  memory_port port;
  tlm_checker checker;
  test_memory memory;

  explicit bench(const sc_core::sc_module_name& name)
      : sc_module(name),
        port("port"),
        checker("checker"),
        memory("memory", base, 0x1000) {
    port.socket.bind(checker.in);
    checker.out.bind(memory.in);
    std::iota(memory.bytes.begin(), memory.bytes.end(), std::uint8_t{0});
  }
};

/// Ends elaboration: sockets may be used.
void elaborate() {
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
}

template <typename action>
command_fault fault_of_action(action act) {
  try {
    act();
  } catch (const command_fault& fault) {
    return fault;
  }
  return {fault_code::none, 0};
}

void check_fault(const command_fault& fault, fault_code code,
                 std::uint64_t address) {
  CHECK(fault.code() == code);
  CHECK(fault.address() == address);
}

}  // namespace

TEST_CASE("reads are pointers into memory where DMI is granted") {
  bench b("bench");
  elaborate();
  CHECK(b.port.read(base + 5, 3) == &b.memory.bytes[5]);
  CHECK(b.memory.accesses == 0);
  CHECK(b.port.dmi_ranges() == 1);
  b.port.use_dmi(false);
  const std::uint8_t* copy = b.port.read(base + 5, 3);
  CHECK(copy != &b.memory.bytes[5]);
  CHECK(copy[2] == 7);
  CHECK(b.memory.accesses == 1);
}

TEST_CASE("regions are the same through DMI and through transport") {
  bench b("bench");
  elaborate();
  std::vector<std::uint8_t> scratch;
  const region rows{base + 3, 4, 10, 100};
  for (const bool use_dmi : {true, false}) {
    b.port.use_dmi(use_dmi);
    const const_view view = b.port.read(rows, scratch);
    for (std::uint64_t r = 0; r < 4; ++r) {
      for (std::uint64_t i = 0; i < 10; ++i) {
        CHECK(view.data[r * view.stride + i] ==
              b.memory.bytes[3 + r * 100 + i]);
      }
    }
  }
  const const_view copy = b.port.read(rows, scratch, true);
  CHECK(copy.data == scratch.data());
}

TEST_CASE("rows that overlap are read once") {
  bench b("bench");
  elaborate();
  b.port.use_dmi(false);
  std::vector<std::uint8_t> scratch;
  const const_view view = b.port.read({base, 1000, 50, 1}, scratch);
  CHECK(view.stride == 1);
  CHECK(scratch.size() == 1049);
  CHECK(view.data[999 + 49] == b.memory.bytes[1048]);
}

TEST_CASE("written regions change nothing between their rows") {
  bench b("bench");
  elaborate();
  std::vector<std::uint8_t> scratch;
  const region rows{base + 3, 4, 10, 100};
  for (const bool use_dmi : {true, false}) {
    b.port.use_dmi(use_dmi);
    std::fill(b.memory.bytes.begin(), b.memory.bytes.end(), std::uint8_t{9});
    const view to = b.port.begin_write(rows, scratch);
    CHECK(to.in_memory == use_dmi);
    for (std::uint64_t r = 0; r < 4; ++r) {
      std::fill_n(to.data + r * to.stride, 10, std::uint8_t{1});
    }
    b.port.end_write(rows, to);
    for (std::uint64_t i = 0; i < 0x1000; ++i) {
      const bool inside = i >= 3 && i < 313 && (i - 3) % 100 < 10;
      CHECK(b.memory.bytes[i] == (inside ? 1 : 9));
    }
  }
}

TEST_CASE("a range is never used beyond what was granted") {
  bench b("bench");
  elaborate();
  b.memory.dmi_window_bytes = 0x100;
  CHECK(b.port.direct(tlm::TLM_READ_COMMAND, base + 0x80, 0x80) != nullptr);
  CHECK(b.port.direct(tlm::TLM_READ_COMMAND, base + 0x80, 0x81) == nullptr);
  // Values straddle windows all the same.
  const std::uint8_t* bytes = b.port.read(base + 0xf0, 0x20);
  for (unsigned i = 0; i < 0x20; ++i) {
    CHECK(bytes[i] == b.memory.bytes[0xf0 + i]);
  }
  // Asking again for what is too long does not pile ranges up.
  for (int i = 0; i < 10; ++i) b.port.read(base + 0x80, 0x100);
  CHECK(b.port.dmi_ranges() <= 2);
}

TEST_CASE("read rights are no write rights") {
  bench b("bench");
  elaborate();
  b.memory.read_only_from = base + 0x800;
  CHECK(b.port.direct(tlm::TLM_READ_COMMAND, base + 0x900, 1) != nullptr);
  CHECK(b.port.direct(tlm::TLM_WRITE_COMMAND, base + 0x900, 1) == nullptr);
  CHECK(b.port.direct(tlm::TLM_WRITE_COMMAND, base + 0x7ff, 1) != nullptr);
  CHECK(b.port.direct(tlm::TLM_WRITE_COMMAND, base + 0x7ff, 2) == nullptr);
  const std::uint8_t byte = 1;
  check_fault(fault_of_action([&] { b.port.write(base + 0x900, &byte, 1); }),
              fault_code::command, base + 0x900);
}

TEST_CASE("invalidated ranges are asked for again") {
  bench b("bench");
  elaborate();
  b.port.read(base, 4);
  b.memory.in->invalidate_direct_mem_ptr(base + 0xf00, base + 0xf10);
  CHECK(b.port.dmi_ranges() == 0);
  b.port.read(base, 4);
  CHECK(b.port.dmi_ranges() == 1);
  b.memory.in->invalidate_direct_mem_ptr(0, base - 1);
  CHECK(b.port.dmi_ranges() == 1);
  b.memory.grant_dmi = false;
  b.memory.in->invalidate_direct_mem_ptr(0, ~sc_dt::uint64{0});
  CHECK(b.port.read(base, 4) != b.memory.bytes.data());
}

TEST_CASE("errors become faults with the address of the row") {
  bench b("bench");
  elaborate();
  std::vector<std::uint8_t> scratch;
  for (const bool use_dmi : {true, false}) {
    b.port.use_dmi(use_dmi);
    check_fault(fault_of_action([&] { b.port.read(0x10, 4); }),
                fault_code::address, 0x10);
    const region beyond{base + 0xf00, 8, 16, 0x40};
    check_fault(fault_of_action([&] { b.port.read(beyond, scratch); }),
                fault_code::address, base + 0x1000);
    check_fault(fault_of_action([&] { b.port.begin_write(beyond, scratch); }),
                fault_code::address, base + 0x1000);
    const region huge{base, 65535, 1ULL << 31, 1ULL << 32};
    check_fault(fault_of_action([&] { b.port.read(huge, scratch); }),
                fault_code::address, base);
    CHECK(scratch.capacity() < 1U << 20);
    check_fault(fault_of_action([&] { b.port.begin_write(huge, scratch); }),
                fault_code::address, base);
  }
}

TEST_CASE("timed accesses add the target's delay") {
  bench b("bench");
  elaborate();
  std::uint8_t bytes[4] = {};
  sc_core::sc_time delay(3, sc_core::SC_NS);
  b.port.access(tlm::TLM_READ_COMMAND, base + 1, bytes, 4, delay);
  CHECK(delay == sc_core::sc_time(10, sc_core::SC_NS));
  CHECK(bytes[3] == 4);
}

TEST_CASE("streams carry their footprint and bring the conflicts back") {
  bench b("bench");
  elaborate();
  b.memory.conflict_cycles = 5;
  CHECK(b.port.stream({base + 8, 2, 64, 128}, true, 100, 7) == 5);
  REQUIRE(b.memory.streams.size() == 1);
  CHECK(b.memory.streams[0].address == base + 8);
  CHECK(b.memory.streams[0].rows == 2);
  CHECK(b.memory.streams[0].row_bytes == 64);
  CHECK(b.memory.streams[0].is_write);
  CHECK(b.memory.streams[0].duration_cycles == 100);
  CHECK(b.memory.streams[0].beats == 7);
}
