#include "test/registers/register_bench.hpp"

#include <catch2/catch.hpp>

namespace vitvp::test {
namespace {

void fill(tlm::tlm_generic_payload& payload, tlm::tlm_command command,
          std::uint32_t offset, std::uint32_t& value, unsigned bytes) {
  payload.set_command(command);
  payload.set_address(offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
}

}  // namespace

void settle() {
  while (sc_core::sc_pending_activity_at_current_time()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

void run_for(const sc_core::sc_time& time) {
  sc_core::sc_start(time);
  settle();
}

register_bench::register_bench(const sc_core::sc_module_name& name)
    : sc_module(name), out("out"), checker("checker") {
  out.bind(checker.in);
}

void register_bench::access(tlm::tlm_command command, std::uint32_t offset,
                            std::uint32_t& value, unsigned bytes,
                            sc_core::sc_time delay) {
  tlm::tlm_generic_payload payload;
  fill(payload, command, offset, value, bytes);
  out->b_transport(payload, delay);
  m_last_delay = delay;
  INFO("offset 0x" << std::hex << offset);
  REQUIRE(payload.get_response_status() == tlm::TLM_OK_RESPONSE);
}

void register_bench::write(std::uint32_t offset, std::uint32_t value,
                           unsigned bytes, const sc_core::sc_time& delay) {
  access(tlm::TLM_WRITE_COMMAND, offset, value, bytes, delay);
}

std::uint32_t register_bench::read(std::uint32_t offset, unsigned bytes,
                                   const sc_core::sc_time& delay) {
  std::uint32_t value = 0;
  access(tlm::TLM_READ_COMMAND, offset, value, bytes, delay);
  return value;
}

std::uint32_t register_bench::peek(std::uint32_t offset, unsigned bytes) {
  std::uint32_t value = 0;
  tlm::tlm_generic_payload payload;
  fill(payload, tlm::TLM_READ_COMMAND, offset, value, bytes);
  REQUIRE(out->transport_dbg(payload) == bytes);
  return value;
}

}  // namespace vitvp::test
