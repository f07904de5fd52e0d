#include "models/sram/sram.hpp"

#include <catch2/catch.hpp>
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
  sram memory;

  explicit system_under_test(const sram_config& config = {})
      : memory("sram", config) {
    driver.out.bind(checker.in);
    checker.out.bind(memory.in);
    sc_core::sc_start(SC_ZERO_TIME);
  }

  /// Conflict cycles of a stream from `address` on.
  std::uint64_t stream(std::uint64_t address, std::uint64_t rows,
                       std::uint64_t row_bytes, std::uint64_t stride,
                       std::uint64_t duration, std::uint64_t beats = 0,
                       bool is_write = false) {
    stream_extension s;
    s.rows = rows;
    s.row_bytes = row_bytes;
    s.stride = stride;
    s.duration_cycles = duration;
    s.beats = beats;
    s.is_write = is_write;
    REQUIRE(driver.announce(address, s).status == tlm::TLM_OK_RESPONSE);
    return s.conflict_cycles;
  }
};

std::uint64_t sum_of_beats(const sram_counters& counters) {
  std::uint64_t sum = 0;
  for (const sram_bank_counters& bank : counters.banks) sum += bank.beats;
  return sum;
}

}  // namespace

TEST_CASE("SRAM keeps what is written") {
  system_under_test s;
  std::vector<std::uint8_t> data(300);
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  CHECK(s.driver.write(100, data).status == tlm::TLM_OK_RESPONSE);
  std::vector<std::uint8_t> back(300);
  CHECK(s.driver.read(100, back).status == tlm::TLM_OK_RESPONSE);
  CHECK(back == data);
  CHECK(s.memory.data()[99] == 0);
  CHECK(s.memory.config().total_bytes == 237568);
}

TEST_CASE("an access takes a cycle for each line") {
  system_under_test s;
  CHECK(s.driver.touch(0, 4, ns(10)).delay == ns(11));
  CHECK(s.driver.touch(62, 4, ns(20)).delay == ns(22));
  CHECK(s.driver.touch(0, 640, ns(30)).delay == ns(40));
  const sram_counters& counters = s.memory.counters();
  CHECK(counters.read_beats == 13);
  CHECK(counters.read_bytes == 648);
  CHECK(counters.banks[0].beats == 1 + 1 + 2);
  CHECK(counters.banks[1].beats == 1 + 2);
  CHECK(counters.banks[2].beats == 1);
}

TEST_CASE("simultaneous accesses wait for the same bank only") {
  system_under_test s;
  CHECK(s.driver.touch(0, 4, ns(10)).delay == ns(11));
  CHECK(s.driver.touch(64, 4, ns(10)).delay == ns(11));
  CHECK(s.driver.touch(512, 4, ns(10)).delay == ns(12));
  CHECK(s.driver.touch(1024, 4, ns(10)).delay == ns(13));
  CHECK(s.memory.counters().banks[0].conflict_cycles == 1 + 2);
  CHECK(s.memory.counters().banks[1].conflict_cycles == 0);
}

TEST_CASE("an access waits a cycle where streams use the bank up") {
  system_under_test s;
  CHECK(s.stream(0, 100, 64, 512, 100) == 0);
  CHECK(s.driver.touch(0, 4, ns(10)).delay == ns(12));
  CHECK(s.driver.touch(64, 4, ns(10)).delay == ns(11));
  CHECK(s.driver.touch(0, 4, ns(200)).delay == ns(201));
}

TEST_CASE("streams in different banks do not conflict") {
  system_under_test s;
  CHECK(s.stream(0, 100, 64, 512, 100) == 0);
  CHECK(s.stream(64, 100, 64, 512, 100) == 0);
  CHECK(s.stream(0, 100, 64, 512, 100) == 100);
  CHECK(s.memory.counters().banks[0].conflict_cycles == 100);
}

TEST_CASE("a line per cycle through all banks leaves room for seven more") {
  system_under_test s;
  for (int i = 0; i < 8; ++i) {
    CHECK(s.stream(0, 1, 512 * 64, 0, 512) == 0);
  }
  CHECK(s.stream(0, 1, 512 * 64, 0, 512) == 512);
}

TEST_CASE("a column in one bank conflicts with itself") {
  system_under_test s;
  // 64 lines in one bank, wanted in 16 cycles.
  CHECK(s.stream(128, 64, 1, 512, 16) == 48);
  CHECK(s.memory.counters().banks[2].beats == 64);
  CHECK(s.memory.counters().banks[2].conflict_cycles == 48);
}

TEST_CASE("conflicts end when the streams end") {
  system_under_test s;
  s.stream(0, 100, 64, 512, 100);
  sc_core::sc_start(ns(60));
  CHECK(s.stream(0, 100, 64, 512, 100) == 40);
  sc_core::sc_start(ns(200));
  CHECK(s.stream(0, 100, 64, 512, 100) == 0);
}

TEST_CASE("beats that are given are spread like the footprint") {
  system_under_test s;
  s.stream(0, 1, 192, 0, 1000, 1000);
  const sram_counters& counters = s.memory.counters();
  CHECK(sum_of_beats(counters) == 1000);
  CHECK(counters.banks[0].beats == 333);
  CHECK(counters.banks[1].beats == 333);
  CHECK(counters.banks[2].beats == 334);
  CHECK(counters.read_beats == 1000);
  CHECK(counters.read_bytes == 64000);
}

TEST_CASE("a gather touches the banks of its rows") {
  system_under_test s;
  const std::uint16_t list[] = {8, 0, 16, 3};
  stream_extension stream;
  stream.rows = 4;
  stream.row_bytes = 64;
  stream.stride = 64;
  stream.index = list;
  stream.is_write = true;
  s.driver.announce(0, stream);
  CHECK(s.memory.counters().banks[0].beats == 3);
  CHECK(s.memory.counters().banks[3].beats == 1);
  CHECK(s.memory.counters().write_bytes == 256);
  CHECK(s.memory.counters().write_beats == 4);
}

TEST_CASE("lines of another width count in their own beats") {
  sram_config config;
  config.banks = 4;
  config.line_bytes = 32;
  system_under_test s(config);
  CHECK(s.driver.touch(0, 64, ns(10)).delay == ns(12));
  s.stream(0, 1, 128, 0, 100, 50);
  CHECK(s.memory.counters().read_beats == 2 + 100);
}

TEST_CASE("faults of SRAM accesses") {
  system_under_test s;
  const std::uint64_t size = s.memory.config().total_bytes;
  CHECK(s.driver.touch(size - 4, 4).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.driver.touch(size - 3, 4).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::vector<std::uint8_t> data(8);
  std::vector<std::uint8_t> enables(8, TLM_BYTE_ENABLED);
  tlm::tlm_generic_payload payload;
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
  stream_extension stream;
  stream.rows = 2;
  stream.row_bytes = 64;
  stream.stride = size - 64;
  CHECK(s.driver.announce(0, stream).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.driver.announce(1, stream).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_CASE("bursts are left to the initiator, values take no time") {
  system_under_test s;
  burst_extension burst;
  burst.row_bytes = 64;
  const outcome result = s.driver.announce(0, burst, ns(3));
  CHECK(result.status == tlm::TLM_OK_RESPONSE);
  CHECK(result.delay == ns(3));
  CHECK_FALSE(burst.answered);
  values_only_extension values_only;
  std::uint8_t byte = 3;
  tlm::tlm_generic_payload payload;
  initiator::fill(payload, tlm::TLM_WRITE_COMMAND, 77, &byte, 1);
  payload.set_extension(&values_only);
  CHECK(s.driver.send(payload, ns(5)).delay == ns(5));
  payload.clear_extension(&values_only);
  CHECK(s.memory.data()[77] == 3);
  CHECK(sum_of_beats(s.memory.counters()) == 0);
}

TEST_CASE("DMI of SRAM is granted, refused and taken back") {
  system_under_test s;
  tlm::tlm_dmi range;
  REQUIRE(s.driver.dmi(tlm::TLM_WRITE_COMMAND, 64, range));
  CHECK(range.get_end_address() == s.memory.config().total_bytes - 1);
  CHECK(range.get_dmi_ptr() == s.memory.data());
  CHECK(s.driver.touch(0, 4).dmi_hint);
  CHECK_FALSE(s.driver.dmi(tlm::TLM_READ_COMMAND, 1 << 20, range));
  s.memory.allow_dmi(false);
  CHECK(s.driver.invalidations.size() == 1);
  CHECK_FALSE(s.driver.dmi(tlm::TLM_WRITE_COMMAND, 64, range));
}

TEST_CASE("initiators on ports of their own share banks and invalidations") {
  initiator second("second");
  tlm_checker second_checker("second_checker");
  initiator first("first");
  tlm_checker first_checker("first_checker");
  sram memory("sram", sram_config());
  first.out.bind(first_checker.in);
  second.out.bind(second_checker.in);
  first_checker.out.bind(memory.in);
  second_checker.out.bind(memory.in);
  sc_core::sc_start(SC_ZERO_TIME);
  first.write(0, {42}, ns(10));
  std::vector<std::uint8_t> data(1);
  CHECK(second.read(0, data, ns(10)).delay == ns(12));
  CHECK(data[0] == 42);
  memory.allow_dmi(false);
  CHECK(first.invalidations.size() == 1);
  CHECK(second.invalidations.size() == 1);
}

TEST_CASE("debug transport of SRAM leaves no trace") {
  system_under_test s;
  std::vector<std::uint8_t> data{1, 2, 3, 4};
  CHECK(s.driver.debug(tlm::TLM_WRITE_COMMAND, 8, data) == 4);
  CHECK(s.memory.data()[8] == 1);
  CHECK(s.driver.debug(tlm::TLM_READ_COMMAND, s.memory.config().total_bytes - 1,
                       data) == 1);
  CHECK(sum_of_beats(s.memory.counters()) == 0);
}

TEST_CASE("SRAM counts the lines that were written, each once") {
  system_under_test s;
  const auto used = [&s] { return s.memory.counters().used_bytes; };
  s.stream(0, 4, 64, 128, 100);  // reads
  CHECK(used() == 0);
  s.driver.write(63, {1, 2});  // the ends of two lines
  CHECK(used() == 128);
  s.driver.write(64, {3});
  CHECK(used() == 128);
  s.stream(1024, 3, 65, 256, 100, 0, true);  // rows of two lines
  CHECK(used() == 128 + 3 * 128);
  s.stream(1024, 1, 512, 0, 100, 50, true);  // its lines, however many beats
  CHECK(used() == 128 + 3 * 128 + 4 * 64);
  s.memory.reset();
  CHECK(used() == 0);
}

TEST_CASE("a list says which lines of SRAM are written") {
  system_under_test s;
  const std::uint16_t rows[] = {9, 2};
  stream_extension list;
  list.rows = 2;
  list.row_bytes = 64;
  list.stride = 64;
  list.is_write = true;
  list.index = rows;
  s.driver.announce(0, list);
  s.driver.write(2 * 64, {1});
  CHECK(s.memory.counters().used_bytes == 128);
  s.driver.write(3 * 64, {1});
  CHECK(s.memory.counters().used_bytes == 192);
}

TEST_CASE("reset of SRAM frees the banks and keeps the contents") {
  system_under_test s;
  s.driver.write(0, {5});
  s.stream(0, 100, 64, 512, 100);
  s.memory.reset();
  CHECK(s.memory.data()[0] == 5);
  CHECK(sum_of_beats(s.memory.counters()) == 0);
  CHECK(s.stream(0, 100, 64, 512, 100) == 0);
}

TEST_CASE("a bad SRAM configuration names its key") {
  const auto refusal = [](auto change) -> std::string {
    sram_config config;
    change(config);
    try {
      config.validate();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  using Catch::Contains;
  CHECK(refusal([](sram_config&) {}) == "accepted");
  CHECK_THAT(refusal([](sram_config& c) { c.banks = 0; }), Contains("banks"));
  CHECK_THAT(refusal([](sram_config& c) { c.line_bytes = 48; }),
             Contains("line_bytes"));
  CHECK_THAT(refusal([](sram_config& c) { c.total_bytes += 64; }),
             Contains("total_bytes must be a multiple"));
  CHECK_THAT(refusal([](sram_config& c) { c.total_bytes = 0; }),
             Contains("total_bytes"));
}
