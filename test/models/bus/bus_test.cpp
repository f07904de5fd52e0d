#include "models/bus/bus.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "models/common/tlm_checker.hpp"
#include "test/models/bus/initiator.hpp"

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)
using namespace vitvp::test;    // NOLINT(google-build-using-namespace)
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

namespace {

/// 256 bytes that remember the offset of the last access. DMI covers
/// [dmi_first, dmi_last].
class small_target : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<small_target> in;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(4096);
  std::uint64_t last_address = ~0ULL;
  unsigned calls = 0;
  sc_time delay;
  sc_dt::uint64 dmi_first = 0;
  sc_dt::uint64 dmi_last = ~0ULL;
  bool grant = true;

  explicit small_target(const sc_core::sc_module_name& name)
      : sc_module(name), in("in") {
    in.register_b_transport(this, &small_target::b_transport);
    in.register_get_direct_mem_ptr(this, &small_target::get_direct_mem_ptr);
    in.register_transport_dbg(this, &small_target::transport_dbg);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& time) {
    last_address = payload.get_address();
    ++calls;
    time += delay;
    if (payload.is_write()) bytes[last_address] = *payload.get_data_ptr();
    if (payload.is_read()) *payload.get_data_ptr() = bytes[last_address];
    auto* burst = payload.get_extension<burst_extension>();
    if (burst != nullptr) burst->answered = true;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                          tlm::tlm_dmi& dmi) {
    last_address = payload.get_address();
    dmi.set_start_address(dmi_first);
    dmi.set_end_address(dmi_last);
    dmi.set_dmi_ptr(bytes.data() + dmi_first);
    dmi.set_read_latency(ns(3));
    dmi.set_write_latency(ns(4));
    if (grant) dmi.allow_read_write();
    return grant;
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    last_address = payload.get_address();
    return payload.get_data_length();
  }
};

bus_config two_targets() {
  bus_config config;
  config.clock_period = ns(2);
  config.latency_cycles = 3;
  config.width_bytes = 8;
  config.map = {{"low", 0x1000, 0x100, 0},
                {"alias", 0x4000, 0x80, 0},
                {"high", 0x1100, 0x100, 1}};
  return config;
}

/// Two initiators, two targets, a checker in each connection.
struct system_under_test {
  initiator a{"a"};
  initiator b{"b"};
  tlm_checker a_checker{"a_checker", true};
  tlm_checker b_checker{"b_checker", true};
  bus fabric;
  tlm_checker low_checker{"low_checker"};
  tlm_checker high_checker{"high_checker"};
  small_target low{"low"};
  small_target high{"high"};

  explicit system_under_test(const bus_config& config = two_targets())
      : fabric("bus", config) {
    a.out.bind(a_checker.in);
    b.out.bind(b_checker.in);
    a_checker.out.bind(fabric.in);
    b_checker.out.bind(fabric.in);
    fabric.out.bind(low_checker.in);
    fabric.out.bind(high_checker.in);
    low_checker.out.bind(low.in);
    high_checker.out.bind(high.in);
    sc_core::sc_start(SC_ZERO_TIME);
  }
};

}  // namespace

TEST_CASE("targets see offsets and the address comes back") {
  system_under_test s;
  tlm::tlm_generic_payload payload;
  std::uint8_t byte = 0x5a;
  initiator::fill(payload, tlm::TLM_WRITE_COMMAND, 0x1104, &byte, 1);
  CHECK(s.a.send(payload, SC_ZERO_TIME).status == tlm::TLM_OK_RESPONSE);
  CHECK(payload.get_address() == 0x1104);
  CHECK(s.high.last_address == 4);
  CHECK(s.high.bytes[4] == 0x5a);
  CHECK(s.low.calls == 0);
  s.a.touch(0x4011, 1);
  CHECK(s.low.last_address == 0x11);
}

TEST_CASE("what no region holds whole is an address error") {
  system_under_test s;
  for (const std::uint64_t address :
       {0xfffULL, 0x1200ULL, 0x10fdULL, 0x407fULL, 0xffffffffffffffffULL}) {
    CHECK(s.a.touch(address, 4).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  CHECK(s.a.touch(0x10fc, 4).status == tlm::TLM_OK_RESPONSE);
  CHECK(s.low.calls == 1);
  CHECK(s.high.calls == 0);
  CHECK(s.fabric.address_errors() == 5);
}

TEST_CASE("latency and beats of one transaction") {
  system_under_test s;
  s.low.delay = ns(10);
  // 3 cycles of 2 ns, the target's 10 ns, and one cycle for each beat of 8
  // bytes after the first.
  CHECK(s.a.touch(0x1000, 1, ns(100)).delay == ns(100 + 6 + 10));
  CHECK(s.a.touch(0x1000, 8, ns(200)).delay == ns(200 + 6 + 10));
  CHECK(s.a.touch(0x1000, 9, ns(300)).delay == ns(300 + 6 + 2 + 10));
  CHECK(s.a.touch(0x1000, 64, ns(400)).delay == ns(400 + 6 + 14 + 10));
  // Nobody is there to wait for more than the way.
  CHECK(s.a.touch(0x3000, 64, ns(500)).delay == ns(506));
}

TEST_CASE("initiators wait for each other at a target only") {
  system_under_test s;
  // 64 bytes occupy the port for 8 cycles = 16 ns.
  CHECK(s.a.touch(0x1000, 64, ns(100)).delay == ns(100 + 6 + 14));
  CHECK(s.b.touch(0x1100, 64, ns(100)).delay == ns(100 + 6 + 14));
  CHECK(s.b.touch(0x1000, 8, ns(104)).delay == ns(104 + 12 + 6));
  CHECK(s.a.touch(0x1000, 8, ns(104)).delay == ns(104 + 14 + 6));
  CHECK(s.fabric.traffic(1, 0).waited == ns(12));
  CHECK(s.fabric.traffic(0, 0).waited == ns(14));
  CHECK(s.fabric.traffic(1, 1).waited == SC_ZERO_TIME);
}

TEST_CASE("an initiator that lags behind does not wait for the future") {
  system_under_test s;
  CHECK(s.a.touch(0x1000, 64, ns(1000)).delay == ns(1020));
  CHECK(s.b.touch(0x1000, 8, ns(10)).delay == ns(16));
  CHECK(s.b.touch(0x1000, 8, ns(1001)).delay == ns(1001 + 15 + 6));
}

TEST_CASE("two initiators that always ask share a target evenly") {
  system_under_test s;
  sc_time a = SC_ZERO_TIME;
  sc_time b = SC_ZERO_TIME;
  for (int i = 0; i < 1000; ++i) {
    // The one whose local time is behind is next, as under a kernel.
    sc_time& next = a <= b ? a : b;
    initiator& who = a <= b ? s.a : s.b;
    next = who.touch(0x1000, 128, next).delay;
  }
  CHECK(s.fabric.traffic(0, 0).transactions == 500);
  CHECK(s.fabric.traffic(1, 0).transactions == 500);
  // The port is never idle once it is busy: 1000 x 16 beats of 2 ns, and the
  // last one's latency.
  CHECK(std::max(a, b) == ns(1000 * 16 * 2 - 2 + 6));
}

TEST_CASE("streams take the latency and nothing else") {
  system_under_test s;
  s.a.touch(0x1000, 64, ns(100));
  stream_extension stream;
  stream.rows = 4;
  stream.row_bytes = 16;
  stream.stride = 32;
  CHECK(s.b.announce(0x1000, stream, ns(104)).delay == ns(110));
  CHECK(s.fabric.traffic(1, 0).transactions == 0);
  CHECK(s.fabric.traffic(1, 0).streams == 1);
  CHECK(s.fabric.traffic(1, 0).stream_bytes == 64);
  burst_extension burst;
  burst.rows = 2;
  burst.row_bytes = 8;
  CHECK(s.b.announce(0x1000, burst, ns(104)).delay == ns(110));
  CHECK(s.fabric.traffic(1, 0).stream_bytes == 80);
}

TEST_CASE("a footprint that leaves its region is an address error") {
  system_under_test s;
  stream_extension stream;
  stream.rows = 5;
  stream.row_bytes = 16;
  stream.stride = 60;
  CHECK(s.a.announce(0x1000, stream).status == tlm::TLM_OK_RESPONSE);
  stream.row_bytes = 17;
  CHECK(s.a.announce(0x1000, stream).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_CASE("values alone take no time and are not counted") {
  system_under_test s;
  values_only_extension values_only;
  tlm::tlm_generic_payload payload;
  std::uint8_t byte = 7;
  initiator::fill(payload, tlm::TLM_WRITE_COMMAND, 0x1008, &byte, 1);
  payload.set_extension(&values_only);
  const outcome result = s.a.send(payload, ns(5));
  payload.clear_extension(&values_only);
  CHECK(result.status == tlm::TLM_OK_RESPONSE);
  CHECK(result.delay == ns(5));
  CHECK(s.low.bytes[8] == 7);
  CHECK(s.fabric.traffic(0, 0).transactions == 0);
}

TEST_CASE("traffic is counted by initiator and target") {
  system_under_test s;
  s.a.touch(0x1000, 4);
  s.a.touch(0x4000, 8);
  s.b.touch(0x1100, 16);
  CHECK(s.fabric.traffic(0, 0).transactions == 2);
  CHECK(s.fabric.traffic(0, 0).bytes == 12);
  CHECK(s.fabric.traffic(0, 1).transactions == 0);
  CHECK(s.fabric.traffic(1, 1).bytes == 16);
  s.fabric.reset();
  CHECK(s.fabric.traffic(0, 0).transactions == 0);
}

TEST_CASE("DMI is clipped to the region and shifted") {
  system_under_test s;
  tlm::tlm_dmi range;
  REQUIRE(s.a.dmi(tlm::TLM_READ_COMMAND, 0x1105, range));
  CHECK(s.high.last_address == 5);
  CHECK(range.get_start_address() == 0x1100);
  CHECK(range.get_end_address() == 0x11ff);
  CHECK(range.get_dmi_ptr() == s.high.bytes.data());
  CHECK(range.get_read_latency() == ns(3 + 6));
  CHECK(range.get_write_latency() == ns(4 + 6));

  s.low.dmi_first = 0x10;
  s.low.dmi_last = 0x9f;
  range = tlm::tlm_dmi();
  REQUIRE(s.a.dmi(tlm::TLM_WRITE_COMMAND, 0x4020, range));
  CHECK(range.get_start_address() == 0x4010);
  CHECK(range.get_end_address() == 0x407f);
  CHECK(range.get_dmi_ptr() == s.low.bytes.data() + 0x10);
}

TEST_CASE("DMI that is refused stays refused") {
  system_under_test s;
  tlm::tlm_dmi range;
  s.low.grant = false;
  CHECK_FALSE(s.a.dmi(tlm::TLM_READ_COMMAND, 0x1000, range));
  CHECK(range.get_start_address() == 0x1000);
  CHECK(range.get_end_address() == 0x10ff);
  CHECK_FALSE(s.a.dmi(tlm::TLM_READ_COMMAND, 0x3000, range));
  CHECK(range.is_none_allowed());
}

TEST_CASE("an invalidation reaches all initiators for every region") {
  system_under_test s;
  s.low.in->invalidate_direct_mem_ptr(0x70, 0x8f);
  using ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  const ranges expected{{0x1070, 0x108f}, {0x4070, 0x407f}};
  CHECK(s.a.invalidations == expected);
  CHECK(s.b.invalidations == expected);
  s.high.in->invalidate_direct_mem_ptr(0, ~0ULL);
  CHECK(s.a.invalidations.back() ==
        std::pair<std::uint64_t, std::uint64_t>(0x1100, 0x11ff));
  s.high.in->invalidate_direct_mem_ptr(0x100, 0x1ff);
  CHECK(s.a.invalidations.size() == 3);
}

TEST_CASE("debug transport is routed and leaves no trace") {
  system_under_test s;
  std::vector<std::uint8_t> data(4);
  CHECK(s.a.debug(tlm::TLM_READ_COMMAND, 0x1108, data) == 4);
  CHECK(s.high.last_address == 8);
  CHECK(s.a.debug(tlm::TLM_READ_COMMAND, 0x11fe, data) == 0);
  CHECK(s.a.debug(tlm::TLM_READ_COMMAND, 0x3000, data) == 0);
  CHECK(s.fabric.traffic(0, 1).transactions == 0);
  CHECK(s.fabric.address_errors() == 0);
}

TEST_CASE("a crossbar without latency adds nothing to a single beat") {
  bus_config config = two_targets();
  config.latency_cycles = 0;
  config.width_bytes = 64;
  system_under_test s(config);
  CHECK(s.a.touch(0x1000, 64, ns(4)).delay == ns(4));
  CHECK(s.a.touch(0x1000, 65, ns(40)).delay == ns(42));
}

TEST_CASE("a region without target is an error at elaboration") {
  bus_config config = two_targets();
  config.map[2].target = 2;
  sc_core::sc_report_handler::set_actions(sc_core::SC_ERROR, sc_core::SC_THROW);
  try {
    const system_under_test s(config);
    FAIL("accepted");
  } catch (const sc_core::sc_report& report) {
    CHECK(std::string(report.get_msg_type()) == "/vitvp/bus/unbound");
    CHECK_THAT(report.get_msg(), Catch::Contains("'high'"));
  }
}

TEST_CASE("a bad bus configuration names its key") {
  const auto refusal = [](const bus_config& config) -> std::string {
    try {
      config.validate();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  bus_config config;
  CHECK(refusal(config) == "accepted");
  config.width_bytes = 12;
  CHECK_THAT(refusal(config), Catch::Contains("width_bytes"));
  config = {};
  config.latency_cycles = 1001;
  CHECK_THAT(refusal(config), Catch::Contains("latency_cycles"));
  config = {};
  config.clock_period = SC_ZERO_TIME;
  CHECK_THAT(refusal(config), Catch::Contains("clock_period"));
}
