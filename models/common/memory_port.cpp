#include "models/common/memory_port.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

void prepare(tlm::tlm_generic_payload& payload, tlm::tlm_command command,
             std::uint64_t address, std::uint8_t* data, std::size_t bytes) {
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(bytes));
  payload.set_streaming_width(std::max(1U, static_cast<unsigned>(bytes)));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

bool grants(const tlm::tlm_dmi& range, tlm::tlm_command command) {
  return command == tlm::TLM_READ_COMMAND ? range.is_read_allowed()
                                          : range.is_write_allowed();
}

}  // namespace

memory_port::memory_port(const char* name, bool use_dmi, host_workers* workers)
    : socket(name), m_use_dmi(use_dmi), m_workers(workers) {
  socket.register_invalidate_direct_mem_ptr(this, &memory_port::invalidate);
}

void memory_port::use_dmi(bool use) {
  m_use_dmi = use;
  m_ranges.clear();
}

void memory_port::invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
  const auto overlaps = [=](const tlm::tlm_dmi& range) {
    return range.get_start_address() <= last &&
           first <= range.get_end_address();
  };
  m_ranges.erase(std::remove_if(m_ranges.begin(), m_ranges.end(), overlaps),
                 m_ranges.end());
}

std::uint8_t* memory_port::direct(tlm::tlm_command command,
                                  std::uint64_t address, std::uint64_t bytes,
                                  user whose) {
  std::uint8_t* memory = granted(command, address, bytes);
  if (whose == user::caller && memory != nullptr && m_workers != nullptr) {
    m_workers->settle(memory, bytes, command == tlm::TLM_WRITE_COMMAND);
  }
  return memory;
}

std::uint8_t* memory_port::granted(tlm::tlm_command command,
                                   std::uint64_t address, std::uint64_t bytes) {
  if (!m_use_dmi || bytes == 0) return nullptr;
  const std::uint64_t last = address + bytes - 1;
  const auto pointer = [=](const tlm::tlm_dmi& range) -> std::uint8_t* {
    const bool inside = grants(range, command) &&
                        range.get_start_address() <= address &&
                        last <= range.get_end_address() && address <= last;
    return inside ? range.get_dmi_ptr() + (address - range.get_start_address())
                  : nullptr;
  };
  for (const tlm::tlm_dmi& range : m_ranges) {
    if (std::uint8_t* found = pointer(range)) return found;
  }
  tlm::tlm_generic_payload payload;
  prepare(payload, command, address, nullptr, 0);
  tlm::tlm_dmi range;
  if (!socket->get_direct_mem_ptr(payload, range)) return nullptr;
  remember(range);
  return pointer(range);
}

void memory_port::remember(const tlm::tlm_dmi& range) {
  const auto same = [&](const tlm::tlm_dmi& other) {
    return other.get_start_address() == range.get_start_address() &&
           other.get_end_address() == range.get_end_address();
  };
  m_ranges.erase(std::remove_if(m_ranges.begin(), m_ranges.end(), same),
                 m_ranges.end());
  m_ranges.push_back(range);
}

void memory_port::transport(tlm::tlm_generic_payload& payload,
                            sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  socket->b_transport(payload, delay);
  if (payload.is_response_error()) {
    payload.clear_extension<values_only_extension>();
    payload.clear_extension<stream_extension>();
    throw command_fault(fault_of(payload.get_response_status()), address);
  }
}

void memory_port::access(tlm::tlm_command command, std::uint64_t address,
                         std::uint8_t* data, std::size_t bytes,
                         sc_core::sc_time& delay) {
  tlm::tlm_generic_payload payload;
  prepare(payload, command, address, data, bytes);
  transport(payload, delay);
}

void memory_port::values(tlm::tlm_command command, std::uint64_t address,
                         std::uint8_t* data, std::size_t bytes) {
  values_only_extension values_only;
  tlm::tlm_generic_payload payload;
  prepare(payload, command, address, data, bytes);
  payload.set_extension(&values_only);
  sc_core::sc_time delay;
  transport(payload, delay);
  payload.clear_extension(&values_only);
}

const std::uint8_t* memory_port::read(std::uint64_t address,
                                      std::size_t bytes) {
  return read(region{address, 1, bytes, 0}, m_scratch).data;
}

void memory_port::append(std::uint64_t address, std::uint64_t bytes,
                         std::vector<std::uint8_t>& to) {
  const std::uint8_t* memory = direct(tlm::TLM_READ_COMMAND, address, bytes);
  if (memory != nullptr) {
    to.insert(to.end(), memory, memory + bytes);
    return;
  }
  // A piece at a time: a length that is nonsense faults before it allocates.
  constexpr std::uint64_t piece_bytes = 65536;
  for (std::uint64_t done = 0; done < bytes; done += piece_bytes) {
    const std::uint64_t piece = std::min(bytes - done, piece_bytes);
    const std::size_t size = to.size();
    to.resize(size + piece);
    values(tlm::TLM_READ_COMMAND, address + done, to.data() + size, piece);
  }
}

const_view memory_port::read(const region& from,
                             std::vector<std::uint8_t>& scratch, bool copy,
                             user whose) {
  if (!copy) {
    const std::uint8_t* memory =
        direct(tlm::TLM_READ_COMMAND, from.address, from.extent(), whose);
    if (memory != nullptr) return {memory, from.stride};
  }
  scratch.clear();
  if (from.stride <= from.row_bytes) {
    append(from.address, from.extent(), scratch);
    return {scratch.data(), from.stride};
  }
  for (std::uint64_t row = 0; row < from.rows; ++row) {
    append(from.address + row * from.stride, from.row_bytes, scratch);
  }
  return {scratch.data(), from.row_bytes};
}

view memory_port::begin_write(const region& to,
                              std::vector<std::uint8_t>& scratch, user whose) {
  std::uint8_t* memory =
      direct(tlm::TLM_WRITE_COMMAND, to.address, to.extent(), whose);
  if (memory != nullptr) return {memory, to.stride, true};
  probe(to);
  scratch.resize(to.rows * to.row_bytes);
  return {scratch.data(), to.row_bytes, false};
}

void memory_port::probe(const region& to) {
  tlm::tlm_generic_payload payload;
  std::uint8_t byte = 0;
  for (std::uint64_t row = 0; row < to.rows; ++row) {
    const std::uint64_t address = to.address + row * to.stride;
    prepare(payload, tlm::TLM_READ_COMMAND, address + to.row_bytes - 1, &byte,
            1);
    if (socket->transport_dbg(payload) != 1) {
      throw command_fault(fault_code::address, address);
    }
  }
}

void memory_port::end_write(const region& to, const view& rows) {
  if (rows.in_memory) return;
  for (std::uint64_t row = 0; row < to.rows; ++row) {
    values(tlm::TLM_WRITE_COMMAND, to.address + row * to.stride,
           rows.data + row * rows.stride, to.row_bytes);
  }
}

void memory_port::write(std::uint64_t address, const std::uint8_t* from,
                        std::size_t bytes) {
  const region to{address, 1, bytes, 0};
  const view rows = begin_write(to, m_scratch);
  std::copy_n(from, bytes, rows.data);
  end_write(to, rows);
}

std::uint64_t memory_port::stream(const region& footprint, bool is_write,
                                  std::uint64_t duration_cycles,
                                  std::uint64_t beats) {
  stream_extension stream;
  stream.rows = footprint.rows;
  stream.row_bytes = footprint.row_bytes;
  stream.stride = footprint.stride;
  stream.is_write = is_write;
  stream.duration_cycles = duration_cycles;
  stream.beats = beats;
  prepare(m_announcement, tlm::TLM_IGNORE_COMMAND, footprint.address, nullptr,
          0);
  m_announcement.set_extension(&stream);
  sc_core::sc_time delay;
  transport(m_announcement, delay);
  m_announcement.clear_extension(&stream);
  return stream.conflict_cycles;
}

}  // namespace vitvp::models
