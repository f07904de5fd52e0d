// What every memory checks before it serves an access.
#pragma once

#include <cstdint>
#include <cstring>
#include <tlm>

namespace vitvp::models {

/// OK, or why a memory of `size` bytes refuses a read or write: ADDRESS_ERROR
/// out of range, BYTE_ENABLE_ERROR with byte enables, BURST_ERROR with a
/// streaming width below the length.
inline tlm::tlm_response_status check_access(
    const tlm::tlm_generic_payload& payload, std::uint64_t size) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  if (address >= size || length > size - address) {
    return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  }
  if (payload.get_streaming_width() < length) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

/// Carries the data of a read or write to or from `memory`, whose first byte
/// has address 0. Requires that check_access() says OK.
inline void copy_data(tlm::tlm_generic_payload& payload, std::uint8_t* memory) {
  std::uint8_t* place = memory + payload.get_address();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), place, payload.get_data_length());
  } else if (payload.is_write()) {
    std::memcpy(place, payload.get_data_ptr(), payload.get_data_length());
  }
}

/// Debug transport of a memory of `size` bytes: moves what lies inside and
/// returns how much that is.
inline unsigned debug_access(tlm::tlm_generic_payload& payload,
                             std::uint8_t* memory, std::uint64_t size) {
  const std::uint64_t address = payload.get_address();
  if (address >= size || payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    return 0;
  }
  const std::uint64_t room = size - address;
  const unsigned length = payload.get_data_length();
  const unsigned bytes = room < length ? static_cast<unsigned>(room) : length;
  std::uint8_t* place = memory + address;
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), place, bytes);
  } else {
    std::memcpy(place, payload.get_data_ptr(), bytes);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return bytes;
}

/// Offset behind the last byte of an announced footprint (stream_extension or
/// burst_extension) that begins at `address`; 0 for an empty one. Exact for
/// lists too.
template <typename extension>
std::uint64_t end_of_footprint(std::uint64_t address,
                               const extension& footprint) {
  if (footprint.rows == 0 || footprint.row_bytes == 0) return 0;
  std::uint64_t last_row = footprint.rows - 1;
  if (footprint.index != nullptr) {
    last_row = 0;
    for (std::uint64_t i = 0; i < footprint.rows; ++i) {
      if (footprint.index[i] > last_row) last_row = footprint.index[i];
    }
  }
  return address + last_row * footprint.stride + footprint.row_bytes;
}

}  // namespace vitvp::models
