#include "models/dram/dram.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "models/common/tlm_checker.hpp"
#include "test/models/bus/initiator.hpp"

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)
using namespace vitvp::test;    // NOLINT(google-build-using-namespace)
using sc_core::SC_ZERO_TIME;

namespace {

struct system_under_test {
  initiator driver{"driver"};
  tlm_checker checker{"checker"};
  dram memory;

  explicit system_under_test(const dram_config& config = {})
      : memory("dram", config) {
    driver.out.bind(checker.in);
    checker.out.bind(memory.in);
    sc_core::sc_start(SC_ZERO_TIME);
  }
};

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::vector<std::uint8_t> counting(std::size_t bytes) {
  std::vector<std::uint8_t> data(bytes);
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  return data;
}

}  // namespace

TEST_CASE("what is written is read back, and the rest is zero") {
  system_under_test s;
  CHECK(s.driver.write(1000, counting(200)).status == tlm::TLM_OK_RESPONSE);
  std::vector<std::uint8_t> data(202, 0xee);
  CHECK(s.driver.read(999, data).status == tlm::TLM_OK_RESPONSE);
  CHECK(data.front() == 0);
  CHECK(data.back() == 0);
  CHECK(std::vector<std::uint8_t>(data.begin() + 1, data.end() - 1) ==
        counting(200));
  CHECK(s.memory.data()[1000] == 1);
}

TEST_CASE("a gigabyte costs nothing until it is used") {
  const std::uint64_t before = resident_bytes();
  dram_config config;
  config.size_bytes = 1ULL << 30;
  system_under_test s(config);
  s.driver.write(config.size_bytes - 4, {1, 2, 3, 4});
  CHECK(resident_bytes() - before < (8U << 20));
}

TEST_CASE("faults of DRAM accesses") {
  dram_config config;
  config.size_bytes = 1 << 20;
  system_under_test s(config);
  CHECK(s.driver.touch((1 << 20) - 4, 4).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.driver.touch((1 << 20) - 3, 4).status ==
        tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(s.driver.touch(~0ULL, 4).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  tlm::tlm_generic_payload payload;
  std::vector<std::uint8_t> data(8);
  std::vector<std::uint8_t> enables(8, TLM_BYTE_ENABLED);
  initiator::fill(payload, tlm::TLM_READ_COMMAND, 0, data.data(), 8);
  payload.set_streaming_width(4);
  CHECK(s.driver.send(payload, SC_ZERO_TIME).status ==
        tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_streaming_width(8);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(8);
  CHECK(s.driver.send(payload, SC_ZERO_TIME).status ==
        tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  CHECK(s.memory.counters().accesses == 1);
}

TEST_CASE("an access adds the time of the channel to its delay") {
  system_under_test s;
  // A closed row: 45 + 5 + 40 ns; the same row: 15 + 5 + 40 ns.
  CHECK(s.driver.touch(0, 4, ns(7)).delay == ns(97));
  CHECK(s.driver.touch(4, 4, ns(200)).delay == ns(260));
  const dram_counters counters = s.memory.counters();
  CHECK(counters.read_bytes == 8);
  CHECK(counters.moved_bytes == 128);
  CHECK(counters.row_hits == 1);
  CHECK(counters.row_misses == 1);
}

TEST_CASE("bandwidth sets the time of a unit") {
  dram_config config;
  config.bandwidth_gbps = 3.2;  // 64 bytes in 20 ns
  system_under_test s(config);
  CHECK(s.driver.touch(0, 256).delay == ns(45 + 4 * 20 + 40));
  config.bandwidth_gbps = 7;
  // Rounded to a picosecond.
  CHECK(config.timing().burst_ticks == 9143);
}

TEST_CASE("a burst extension is answered and counted") {
  system_under_test s;
  s.memory.set_purposes({{"weights", 0x10000, 0x10000}});
  burst_extension burst;
  burst.rows = 4;
  burst.row_bytes = 192;
  burst.stride = 384;
  burst.burst_bytes = 256;
  burst.outstanding = 8;
  const outcome result = s.driver.announce(0x10000, burst, ns(50));
  CHECK(result.status == tlm::TLM_OK_RESPONSE);
  CHECK(result.delay == ns(50));
  REQUIRE(burst.answered);
  // Row 0 is one burst of 3 units, all rows lie in one row of the memory.
  CHECK(burst.first == ns(45 + 15 + 40));
  CHECK(burst.last == ns(45 + 60 + 40));
  CHECK(burst.moving == ns(60));
  const dram_counters counters = s.memory.counters();
  CHECK(counters.read_bytes == 768);
  CHECK(counters.moved_bytes == 768);
  CHECK(counters.transfers == 1);
  CHECK(s.memory.traffic()[1].purpose == "weights");
  CHECK(s.memory.traffic()[1].read_bytes == 768);
}

TEST_CASE("gathered rows are counted one by one by purpose") {
  system_under_test s;
  s.memory.set_purposes({{"weights", 0, 1000}, {"images", 1000, 1000}});
  const std::vector<std::uint16_t> list{19, 0, 9, 9};
  burst_extension burst;
  burst.rows = list.size();
  burst.row_bytes = 60;
  burst.stride = 100;
  burst.index = list.data();
  burst.is_write = true;
  // Rows at 1950, 50, 950 and 950: the latter two straddle the border.
  CHECK(s.driver.announce(50, burst).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.memory.traffic()[0].write_bytes == 10);
  CHECK(s.memory.traffic()[1].write_bytes == 60 + 50 + 50);
  CHECK(s.memory.traffic()[2].write_bytes == 50 + 10 + 10);
  CHECK(s.memory.counters().write_bytes == 240);
}

TEST_CASE("a footprint out of range is refused and not counted") {
  dram_config config;
  config.size_bytes = 1 << 16;
  system_under_test s(config);
  burst_extension burst;
  burst.rows = 2;
  burst.row_bytes = 64;
  burst.stride = (1 << 16) - 64;
  CHECK(s.driver.announce(0, burst).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.driver.announce(1, burst).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  const std::uint16_t list[] = {0, 1025};
  burst.stride = 64;
  burst.index = list;
  CHECK(s.driver.announce(0, burst).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(s.memory.counters().transfers == 1);
}

TEST_CASE("a stream that asks for more than the bandwidth is stretched") {
  system_under_test s;
  stream_extension stream;
  stream.row_bytes = 6400;  // 100 units: 500 ns
  stream.duration_cycles = 1000;
  s.driver.announce(0, stream);
  CHECK(stream.conflict_cycles == 0);
  sc_core::sc_start(ns(2000));
  stream.duration_cycles = 300;
  s.driver.announce(0, stream);
  CHECK(stream.conflict_cycles == 15 + 500 + 40 - 300);
  CHECK(s.memory.counters().read_bytes == 12800);
}

TEST_CASE("values alone take no time in DRAM") {
  system_under_test s;
  values_only_extension values_only;
  tlm::tlm_generic_payload payload;
  std::uint8_t byte = 9;
  initiator::fill(payload, tlm::TLM_WRITE_COMMAND, 5, &byte, 1);
  payload.set_extension(&values_only);
  CHECK(s.driver.send(payload, ns(3)).delay == ns(3));
  payload.clear_extension(&values_only);
  CHECK(s.memory.data()[5] == 9);
  CHECK(s.memory.counters().moved_bytes == 0);
  CHECK(s.memory.counters().accesses == 0);
}

TEST_CASE("DMI of DRAM is granted, refused and taken back") {
  system_under_test s;
  tlm::tlm_dmi range;
  REQUIRE(s.driver.dmi(tlm::TLM_READ_COMMAND, 64, range));
  CHECK(range.get_start_address() == 0);
  CHECK(range.get_end_address() == s.memory.config().size_bytes - 1);
  CHECK(range.get_dmi_ptr() == s.memory.data());
  CHECK(range.is_read_write_allowed());
  CHECK(range.get_read_latency() == ns(60));
  CHECK(s.driver.touch(0, 4).dmi_hint);
  CHECK_FALSE(s.driver.dmi(tlm::TLM_READ_COMMAND, 1ULL << 40, range));
  s.memory.allow_dmi(false);
  REQUIRE(s.driver.invalidations.size() == 1);
  CHECK(s.driver.invalidations[0].second == s.memory.config().size_bytes - 1);
  CHECK_FALSE(s.driver.dmi(tlm::TLM_READ_COMMAND, 64, range));
  CHECK_FALSE(s.driver.touch(0, 4).dmi_hint);
}

TEST_CASE("debug transport reaches all of DRAM and nothing else") {
  system_under_test s;
  std::vector<std::uint8_t> data = counting(8);
  const std::uint64_t size = s.memory.config().size_bytes;
  CHECK(s.driver.debug(tlm::TLM_WRITE_COMMAND, size - 8, data) == 8);
  std::vector<std::uint8_t> back(8);
  CHECK(s.driver.debug(tlm::TLM_READ_COMMAND, size - 8, back) == 8);
  CHECK(back == data);
  CHECK(s.driver.debug(tlm::TLM_READ_COMMAND, size - 3, back) == 3);
  CHECK(s.driver.debug(tlm::TLM_READ_COMMAND, size, back) == 0);
  CHECK(s.memory.counters().read_bytes == 0);
}

TEST_CASE("reset of DRAM keeps the contents") {
  system_under_test s;
  s.driver.write(0, {42});
  s.memory.reset();
  CHECK(s.memory.data()[0] == 42);
  CHECK(s.memory.counters().write_bytes == 0);
  CHECK(s.memory.counters().row_misses == 0);
}

TEST_CASE("a bad DRAM configuration names its key") {
  const auto refusal = [](auto change) -> std::string {
    dram_config config;
    change(config);
    try {
      config.validate();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  using Catch::Contains;
  CHECK(refusal([](dram_config&) {}) == "accepted");
  CHECK_THAT(refusal([](dram_config& c) { c.bandwidth_gbps = 0; }),
             Contains("bandwidth_gbps must be 0.01..10000"));
  CHECK_THAT(refusal([](dram_config& c) { c.banks = 6; }),
             Contains("banks must be a power of two"));
  CHECK_THAT(refusal([](dram_config& c) { c.row_bytes = 32; }),
             Contains("row_bytes"));
  CHECK_THAT(refusal([](dram_config& c) { c.row_miss_ns = 1; }),
             Contains("row_miss_ns"));
  CHECK_THAT(refusal([](dram_config& c) { c.size_bytes = 5000; }),
             Contains("size_bytes"));
  CHECK_THAT(refusal([](dram_config& c) { c.latency_ns = -1; }),
             Contains("latency_ns"));
  CHECK_THAT(refusal([](dram_config& c) { c.bandwidth_gbps = 0.0 / 0.0; }),
             Contains("bandwidth_gbps"));
}
