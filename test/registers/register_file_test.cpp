#include "models/common/register_file.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

using vitvp::models::register_file;
using vitvp::registers::access;
using vitvp::registers::register_info;

constexpr register_info table[] = {
    {"PLAIN", 0x0, access::read_write, 0x12, false, false, 0xff, 1, 4, 4},
    {"FIXED", 0x4, access::read_only, 0x34, false, false, 0xffff, 1, 4, 4},
    {"ACTION", 0x8, access::write_only, 0, false, false, 0xf, 1, 4, 4},
    {"CAUSE", 0xc, access::write_one_to_clear, 0, false, false, 0x7, 1, 4, 4},
    {"LIST", 0x10, access::read_write, 5, false, false, 0xff, 3, 8, 4},
};

struct outcome {
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  std::uint32_t value = 0;
};

outcome access_with(register_file& file, tlm::tlm_command command,
                    std::uint64_t address, std::uint32_t value = 0,
                    unsigned length = 4) {
  std::array<std::uint8_t, 64> data{};
  std::memcpy(data.data(), &value, sizeof value);
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(length);
  payload.set_streaming_width(length);
  payload.set_dmi_allowed(true);
  file.transport(payload);
  CHECK_FALSE(payload.is_dmi_allowed());
  outcome result;
  result.status = payload.get_response_status();
  std::memcpy(&result.value, data.data(), sizeof result.value);
  return result;
}

outcome read(register_file& file, std::uint64_t address, unsigned length = 4) {
  return access_with(file, tlm::TLM_READ_COMMAND, address, 0, length);
}

tlm::tlm_response_status write(register_file& file, std::uint64_t address,
                               std::uint32_t value) {
  return access_with(file, tlm::TLM_WRITE_COMMAND, address, value).status;
}

}  // namespace

TEST_CASE("registers store masked values and reset them") {
  register_file file(table);
  CHECK(read(file, 0x0).value == 0x12);
  CHECK(write(file, 0x0, 0xabcd) == tlm::TLM_OK_RESPONSE);
  CHECK(read(file, 0x0).value == 0xcd);
  CHECK(file.get(0x0) == 0xcd);
  CHECK(write(file, 0x18, 0x77) == tlm::TLM_OK_RESPONSE);
  CHECK(file.get(0x10, 0) == 5);
  CHECK(file.get(0x10, 1) == 0x77);
  file.reset();
  CHECK(file.get(0x0) == 0x12);
  CHECK(file.get(0x10, 1) == 5);
}

TEST_CASE("what is wrong with an access is answered in the stated order") {
  register_file file(table);
  CHECK(read(file, 0x14).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(read(file, 0x28).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(read(file, 0x100000000).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(read(file, 0x8).status == tlm::TLM_COMMAND_ERROR_RESPONSE);
  CHECK(write(file, 0x4, 0) == tlm::TLM_COMMAND_ERROR_RESPONSE);
  for (const unsigned length : {0U, 1U, 2U, 3U, 5U, 8U, 64U}) {
    CHECK(read(file, 0x8, length).status == tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK(read(file, 0x14, length).status == tlm::TLM_BURST_ERROR_RESPONSE);
  }
  CHECK(read(file, 0x2).status == tlm::TLM_BURST_ERROR_RESPONSE);
  CHECK(access_with(file, tlm::TLM_IGNORE_COMMAND, 0x14, 0, 3).status ==
        tlm::TLM_OK_RESPONSE);
}

TEST_CASE("reads ask the handler, then have their effect") {
  register_file file(table);
  std::vector<unsigned> effects;
  file.on_peek(0x10, [](unsigned index) { return 0x1f0U + index; });
  file.on_read(0x10, [&](unsigned index) {
    effects.push_back(index);
    file.set(0x10, 99, index);
  });
  CHECK(read(file, 0x20).value == 0xf2);
  CHECK(effects == std::vector<unsigned>{2});
  CHECK(file.get(0x10, 2) == 99);
}

TEST_CASE("writes hand the masked value to the handler") {
  register_file file(table);
  std::vector<std::uint32_t> seen;
  const auto note = [&](std::uint32_t value, unsigned index) {
    seen.push_back(value + 100 * index);
    seen.push_back(file.get(0x10, 1));
  };
  file.on_write(0x8, note);
  file.on_write(0x10, note);
  CHECK(write(file, 0x8, 0xff) == tlm::TLM_OK_RESPONSE);
  CHECK(write(file, 0x18, 0x307) == tlm::TLM_OK_RESPONSE);
  CHECK(seen == std::vector<std::uint32_t>{0xf, 5, 107, 7});
}

TEST_CASE("writing ones clears, through the handler if there is one") {
  register_file file(table);
  file.set(0xc, 7);
  CHECK(write(file, 0xc, 0xfa) == tlm::TLM_OK_RESPONSE);
  CHECK(read(file, 0xc).value == 5);
  std::uint32_t seen = 0;
  file.on_write(0xc, [&](std::uint32_t value, unsigned) { seen = value; });
  CHECK(write(file, 0xc, 0xfc) == tlm::TLM_OK_RESPONSE);
  CHECK(seen == 4);
  CHECK(read(file, 0xc).value == 5);
}

TEST_CASE("debug access reads without effects and does not write") {
  register_file file(table);
  bool effect = false;
  file.on_read(0x0, [&](unsigned) { effect = true; });
  file.on_write(0x0, [&](std::uint32_t, unsigned) { effect = true; });
  std::uint32_t value = 0xffffffff;
  tlm::tlm_generic_payload payload;
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  payload.set_address(0x0);
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  CHECK(file.transport_dbg(payload) == 0);
  payload.set_command(tlm::TLM_READ_COMMAND);
  CHECK(file.transport_dbg(payload) == 4);
  CHECK(value == 0x12);
  payload.set_address(0x8);
  CHECK(file.transport_dbg(payload) == 0);
  CHECK_FALSE(effect);
}

TEST_CASE("a handler for an offset without register is refused") {
  register_file file(table);
  CHECK_THROWS_AS(file.on_peek(0x14, nullptr), std::out_of_range);
  CHECK_THROWS_AS(file.get(0x10, 3), std::out_of_range);
}
