// Each rule of the protocol checker, broken once.
#include "models/common/tlm_checker.hpp"

#include <catch2/catch.hpp>
#include <functional>

namespace {

using namespace vitvp::models;

/// Does what it is told to, and nothing else.
struct pliant_target : sc_core::sc_module {
  tlm_utils::simple_target_socket<pliant_target> in;
  std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)> transport;
  std::function<bool(tlm::tlm_generic_payload&, tlm::tlm_dmi&)> dmi;
  std::function<unsigned(tlm::tlm_generic_payload&)> debug;

  explicit pliant_target(const sc_core::sc_module_name& name)
      : sc_module(name), in("in") {
    in.register_b_transport(this, &pliant_target::b_transport);
    in.register_get_direct_mem_ptr(this, &pliant_target::get_dmi);
    in.register_transport_dbg(this, &pliant_target::transport_dbg);
    transport = [](tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
    };
    dmi = [](tlm::tlm_generic_payload&, tlm::tlm_dmi&) { return false; };
    debug = [](tlm::tlm_generic_payload& payload) {
      return payload.get_data_length();
    };
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& t) {
    transport(payload, t);
  }
  bool get_dmi(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& range) {
    return dmi(payload, range);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    return debug(payload);
  }
};

struct bench : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<bench> out;
  tlm_checker checker;
  pliant_target target;
  std::uint8_t data[4] = {};
  std::uint8_t enables[4] = {0xff, 0, 0xff, 0};

  explicit bench(const sc_core::sc_module_name& name,
                 bool address_may_change = false)
      : sc_module(name),
        out("out"),
        checker("checker", address_may_change),
        target("target") {
    out.bind(checker.in);
    checker.out.bind(target.in);
    for (unsigned i = 0; i < static_cast<unsigned>(tlm_rule::count); ++i) {
      sc_core::sc_report_handler::set_actions(
          message_type(static_cast<tlm_rule>(i)), sc_core::SC_DO_NOTHING);
    }
  }

  tlm::tlm_generic_payload& correct(tlm::tlm_generic_payload& payload,
                                    tlm::tlm_command command) {
    payload.set_command(command);
    payload.set_address(0x40);
    payload.set_data_ptr(data);
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    payload.set_byte_enable_ptr(nullptr);
    payload.set_dmi_allowed(false);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    return payload;
  }

  using change = std::function<void(tlm::tlm_generic_payload&)>;

  void send(tlm::tlm_command command, const change& spoil = {}) {
    tlm::tlm_generic_payload payload;
    correct(payload, command);
    if (spoil) spoil(payload);
    sc_core::sc_time delay(10, sc_core::SC_NS);
    out->b_transport(payload, delay);
  }

  void expect_only(tlm_rule rule) {
    INFO(message_type(rule));
    CHECK(checker.violations(rule) == 1);
    CHECK(checker.violations() == 1);
  }
};

/// Ends elaboration: sockets may be used.
void elaborate() {
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_NS));
}

constexpr auto read = tlm::TLM_READ_COMMAND;
constexpr auto write = tlm::TLM_WRITE_COMMAND;
constexpr auto ignore = tlm::TLM_IGNORE_COMMAND;

void expect_initiator(tlm_rule rule, tlm::tlm_command command,
                      const bench::change& spoil) {
  bench b("bench");
  elaborate();
  b.send(command, spoil);
  b.expect_only(rule);
}

void expect_target(tlm_rule rule, tlm::tlm_command command,
                   const bench::change& spoil,
                   const bench::change& prepare = {}) {
  bench b("bench");
  elaborate();
  b.target.transport = [&](tlm::tlm_generic_payload& payload,
                           sc_core::sc_time&) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    spoil(payload);
  };
  b.send(command, prepare);
  b.expect_only(rule);
}

}  // namespace

TEST_CASE("correct transactions pass") {
  bench b("bench");
  elaborate();
  b.send(read);
  b.send(write, [&](tlm::tlm_generic_payload& payload) {
    payload.set_byte_enable_ptr(b.enables);
    payload.set_byte_enable_length(4);
  });
  b.send(ignore, [](tlm::tlm_generic_payload& payload) {
    payload.set_data_ptr(nullptr);
    payload.set_data_length(0);
  });
  CHECK(b.checker.violations() == 0);
  CHECK(b.checker.transactions() == 3);
}

TEST_CASE("rule: command") {
  expect_initiator(tlm_rule::command, static_cast<tlm::tlm_command>(3), {});
}

TEST_CASE("rule: response_initial") {
  expect_initiator(tlm_rule::response_initial, read, [](auto& payload) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  });
}

TEST_CASE("rule: dmi_hint_initial") {
  expect_initiator(tlm_rule::dmi_hint_initial, read,
                   [](auto& payload) { payload.set_dmi_allowed(true); });
}

TEST_CASE("rule: data_pointer") {
  expect_initiator(tlm_rule::data_pointer, read,
                   [](auto& payload) { payload.set_data_ptr(nullptr); });
}

TEST_CASE("rule: data_length") {
  expect_initiator(tlm_rule::data_length, read,
                   [](auto& payload) { payload.set_data_length(0); });
}

TEST_CASE("rule: streaming_width") {
  expect_initiator(tlm_rule::streaming_width, read,
                   [](auto& payload) { payload.set_streaming_width(0); });
}

TEST_CASE("rule: byte_enables") {
  std::uint8_t half = 0x0f;
  expect_initiator(tlm_rule::byte_enables, write, [&](auto& payload) {
    payload.set_byte_enable_ptr(&half);
    payload.set_byte_enable_length(1);
  });
}

TEST_CASE("rule: byte_enables need a length") {
  std::uint8_t on = 0xff;
  expect_initiator(tlm_rule::byte_enables, write, [&](auto& payload) {
    payload.set_byte_enable_ptr(&on);
    payload.set_byte_enable_length(0);
  });
}

TEST_CASE("rule: option") {
  expect_initiator(tlm_rule::option, read, [](auto& payload) {
    payload.set_gp_option(tlm::TLM_FULL_PAYLOAD);
  });
}

TEST_CASE("rule: attributes_changed") {
  expect_target(tlm_rule::attributes_changed, read,
                [](auto& payload) { payload.set_streaming_width(2); });
}

TEST_CASE("rule: the address belongs to the interconnect") {
  expect_target(tlm_rule::attributes_changed, read,
                [](auto& payload) { payload.set_address(0); });
}

TEST_CASE("an interconnect may change the address") {
  bench b("bench", true);
  elaborate();
  b.target.transport = [](tlm::tlm_generic_payload& payload,
                          sc_core::sc_time&) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    payload.set_address(0);
  };
  b.send(read);
  CHECK(b.checker.violations() == 0);
}

TEST_CASE("rule: data_changed") {
  expect_target(tlm_rule::data_changed, write,
                [](auto& payload) { ++payload.get_data_ptr()[0]; });
}

TEST_CASE("reads change the data") {
  bench b("bench");
  elaborate();
  b.target.transport = [](tlm::tlm_generic_payload& payload,
                          sc_core::sc_time&) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    ++payload.get_data_ptr()[0];
  };
  b.send(read);
  CHECK(b.checker.violations() == 0);
}

TEST_CASE("rule: response_set") {
  expect_target(tlm_rule::response_set, read, [](auto& payload) {
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  });
}

TEST_CASE("rule: delay_decreased") {
  bench b("bench");
  elaborate();
  b.target.transport = [](tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    delay -= sc_core::sc_time(1, sc_core::SC_NS);
  };
  b.send(read);
  b.expect_only(tlm_rule::delay_decreased);
}

namespace {

bool ask_for_dmi(bench& b, std::uint64_t first, std::uint64_t last,
                 std::uint8_t* pointer, bool readable) {
  b.target.dmi = [=](tlm::tlm_generic_payload&, tlm::tlm_dmi& range) {
    range.set_start_address(first);
    range.set_end_address(last);
    range.set_dmi_ptr(pointer);
    if (readable) {
      range.allow_read();
    } else {
      range.allow_none();
    }
    return true;
  };
  tlm::tlm_generic_payload payload;
  tlm::tlm_dmi range;
  return b.out->get_direct_mem_ptr(b.correct(payload, read), range);
}

unsigned debug_read(bench& b) {
  tlm::tlm_generic_payload payload;
  return b.out->transport_dbg(b.correct(payload, read));
}

}  // namespace

TEST_CASE("correct DMI ranges pass") {
  bench b("bench");
  elaborate();
  CHECK(ask_for_dmi(b, 0x40, 0x40, b.data, true));
  CHECK(b.checker.violations() == 0);
}

TEST_CASE("rule: dmi_range holds the address") {
  bench b("bench");
  elaborate();
  ask_for_dmi(b, 0x41, 0x50, b.data, true);
  b.expect_only(tlm_rule::dmi_range);
}

TEST_CASE("rule: dmi_range has a pointer") {
  bench b("bench");
  elaborate();
  ask_for_dmi(b, 0x40, 0x50, nullptr, true);
  b.expect_only(tlm_rule::dmi_range);
}

TEST_CASE("rule: dmi_rights") {
  bench b("bench");
  elaborate();
  ask_for_dmi(b, 0x40, 0x50, b.data, false);
  b.expect_only(tlm_rule::dmi_rights);
}

TEST_CASE("rule: debug_length") {
  bench b("bench");
  elaborate();
  unsigned calls = 0;
  b.target.debug = [&](tlm::tlm_generic_payload&) {
    ++calls;
    return 5U;
  };
  debug_read(b);
  CHECK(calls == 1);
  b.expect_only(tlm_rule::debug_length);
}

TEST_CASE("rule: debug_side_effect") {
  bench b("bench");
  elaborate();
  std::uint8_t counter = 0;
  b.target.debug = [&](tlm::tlm_generic_payload& payload) {
    payload.get_data_ptr()[0] = counter++;
    return 4U;
  };
  debug_read(b);
  b.expect_only(tlm_rule::debug_side_effect);
}

namespace {

/// Reads through debug transport in a process, where a target may wait.
struct debug_process : sc_core::sc_module {
  bench b;

  SC_HAS_PROCESS(debug_process);
  explicit debug_process(const sc_core::sc_module_name& name)
      : sc_module(name), b("bench") {
    b.target.debug = [](tlm::tlm_generic_payload&) {
      sc_core::wait(1, sc_core::SC_NS);
      return 4U;
    };
    SC_THREAD(run);
  }
  void run() { debug_read(b); }
};

}  // namespace

TEST_CASE("rule: debug_time") {
  debug_process process("process");
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_NS));
  process.b.expect_only(tlm_rule::debug_time);
}

TEST_CASE("violations are errors under the name of their rule") {
  bench b("bench");
  elaborate();
  sc_core::sc_report_handler::set_actions("/vitvp/tlm/data_pointer",
                                          sc_core::SC_THROW);
  CHECK_THROWS_AS(
      b.send(read, [](auto& payload) { payload.set_data_ptr(nullptr); }),
      sc_core::sc_report);
}
