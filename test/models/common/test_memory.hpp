// A memory for tests of engines: remembers streams, grants DMI in windows.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/stream.hpp"

namespace vitvp::test {

/// A stream as it was announced.
struct announced_stream {
  std::uint64_t address;
  std::uint64_t rows;
  std::uint64_t row_bytes;
  bool is_write;
  std::uint64_t duration_cycles;
  std::uint64_t beats;
};

/// Bytes [base, base + size). Accesses outside of it are address errors, writes
/// from `read_only_from` on are command errors.
class test_memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<test_memory> in;

  std::uint64_t base;
  std::vector<std::uint8_t> bytes;
  bool grant_dmi = true;
  std::uint64_t dmi_window_bytes = 1ULL << 32;  ///< granted ranges, aligned
  std::uint64_t read_only_from = ~0ULL;
  std::uint64_t conflict_cycles = 0;  ///< answer to every stream
  sc_core::sc_time delay{7, sc_core::SC_NS};
  std::vector<announced_stream> streams;
  unsigned accesses = 0;  ///< reads and writes through b_transport

  test_memory(const sc_core::sc_module_name& name, std::uint64_t first,
              std::size_t size)
      : sc_module(name), in("in"), base(first), bytes(size) {
    in.register_b_transport(this, &test_memory::b_transport);
    in.register_get_direct_mem_ptr(this, &test_memory::get_direct_mem_ptr);
    in.register_transport_dbg(this, &test_memory::transport_dbg);
  }

  template <typename value>
  void store(std::uint64_t address, value v) {
    std::memcpy(&bytes.at(address - base), &v, sizeof v);
  }
  template <typename value>
  value load(std::uint64_t address) const {
    value v{};
    std::memcpy(&v, &bytes.at(address - base), sizeof v);
    return v;
  }

 private:
  bool holds(std::uint64_t address, std::uint64_t length) const {
    return address >= base && address - base + length <= bytes.size();
  }

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& time) {
    const std::uint64_t address = payload.get_address();
    const std::uint64_t length = payload.get_data_length();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (!holds(address, length)) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    } else if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
      answer_stream(payload);
    } else if (payload.is_write() && address + length > read_only_from) {
      payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    } else {
      move(payload);
      time += delay;
      ++accesses;
    }
  }

  void answer_stream(tlm::tlm_generic_payload& payload) {
    auto* stream = payload.get_extension<models::stream_extension>();
    if (stream == nullptr) return;
    streams.push_back({payload.get_address(), stream->rows, stream->row_bytes,
                       stream->is_write, stream->duration_cycles,
                       stream->beats});
    stream->conflict_cycles = conflict_cycles;
  }

  void move(tlm::tlm_generic_payload& payload) {
    std::uint8_t* memory = &bytes[payload.get_address() - base];
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), memory, payload.get_data_length());
    } else {
      std::memcpy(memory, payload.get_data_ptr(), payload.get_data_length());
    }
  }

  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                          tlm::tlm_dmi& dmi) {
    const std::uint64_t address = payload.get_address();
    if (!grant_dmi || !holds(address, 1)) return false;
    const std::uint64_t window = (address - base) / dmi_window_bytes;
    const std::uint64_t first = base + window * dmi_window_bytes;
    std::uint64_t last = base + bytes.size() - 1;
    last = std::min(last, first + dmi_window_bytes - 1);
    if (payload.is_write() && address >= read_only_from) return false;
    dmi.allow_read();
    if (payload.is_write()) {
      last = std::min(last, read_only_from - 1);
      dmi.allow_read_write();
    }
    dmi.set_start_address(first);
    dmi.set_end_address(last);
    dmi.set_dmi_ptr(&bytes[first - base]);
    return true;
  }

  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    if (!holds(payload.get_address(), payload.get_data_length())) return 0;
    move(payload);
    return payload.get_data_length();
  }
};

}  // namespace vitvp::test
