// An initiator for tests of interconnect and memories: sends what a test asks
// for and shows what comes back.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "models/common/burst.hpp"
#include "models/common/stream.hpp"

namespace vitvp::test {

struct outcome {
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  sc_core::sc_time delay;  ///< after the call
  bool dmi_hint = false;
};

class initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<initiator> out;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidations;

  explicit initiator(const sc_core::sc_module_name& name)
      : sc_module(name), out("out") {
    out.register_invalidate_direct_mem_ptr(this, &initiator::invalidate);
  }

  outcome read(std::uint64_t address, std::vector<std::uint8_t>& data,
               sc_core::sc_time delay = {}) {
    return send(tlm::TLM_READ_COMMAND, address, data.data(), data.size(),
                delay);
  }
  outcome write(std::uint64_t address, std::vector<std::uint8_t> data,
                sc_core::sc_time delay = {}) {
    return send(tlm::TLM_WRITE_COMMAND, address, data.data(), data.size(),
                delay);
  }
  /// A read of `bytes` bytes whose data nobody looks at.
  outcome touch(std::uint64_t address, std::size_t bytes,
                sc_core::sc_time delay = {}) {
    std::vector<std::uint8_t> data(bytes);
    return read(address, data, delay);
  }

  outcome send(tlm::tlm_command command, std::uint64_t address,
               std::uint8_t* data, std::size_t bytes, sc_core::sc_time delay) {
    tlm::tlm_generic_payload payload;
    fill(payload, command, address, data, bytes);
    return send(payload, delay);
  }

  outcome send(tlm::tlm_generic_payload& payload, sc_core::sc_time delay) {
    out->b_transport(payload, delay);
    return {payload.get_response_status(), delay, payload.is_dmi_allowed()};
  }

  template <typename extension>
  outcome announce(std::uint64_t address, extension& what,
                   sc_core::sc_time delay = {}) {
    tlm::tlm_generic_payload payload;
    fill(payload, tlm::TLM_IGNORE_COMMAND, address, nullptr, 0);
    payload.set_extension(&what);
    const outcome result = send(payload, delay);
    payload.clear_extension(&what);
    return result;
  }

  unsigned debug(tlm::tlm_command command, std::uint64_t address,
                 std::vector<std::uint8_t>& data) {
    tlm::tlm_generic_payload payload;
    fill(payload, command, address, data.data(), data.size());
    return out->transport_dbg(payload);
  }

  bool dmi(tlm::tlm_command command, std::uint64_t address,
           tlm::tlm_dmi& range) {
    tlm::tlm_generic_payload payload;
    fill(payload, command, address, nullptr, 0);
    return out->get_direct_mem_ptr(payload, range);
  }

  static void fill(tlm::tlm_generic_payload& payload, tlm::tlm_command command,
                   std::uint64_t address, std::uint8_t* data,
                   std::size_t bytes) {
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(static_cast<unsigned>(bytes));
    payload.set_streaming_width(bytes == 0 ? 1 : static_cast<unsigned>(bytes));
  }

 private:
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
    invalidations.emplace_back(first, last);
  }
};

inline sc_core::sc_time ns(double value) {
  return {value, sc_core::SC_NS};
}

}  // namespace vitvp::test
