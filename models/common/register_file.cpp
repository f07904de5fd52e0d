#include "models/common/register_file.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/common/log2.hpp"

namespace vitvp::models {

using registers::access;

namespace {

// Registers below this one are found in one step.
constexpr std::size_t most_places = 1024;

}  // namespace

register_file::register_file(const registers::register_info* table,
                             std::size_t count)
    : m_bytes(count == 0 ? 4 : table[0].bytes), m_shift(log2_of(m_bytes)) {
  for (std::size_t i = 0; i < count; ++i) {
    entry item;
    item.info = table[i];
    item.values.assign(table[i].count, table[i].reset);
    m_entries.push_back(std::move(item));
  }
  std::sort(m_entries.begin(), m_entries.end(),
            [](const entry& a, const entry& b) {
              return a.info.offset < b.info.offset;
            });
  for (const entry& item : m_entries) m_offsets.push_back(item.info.offset);
  index_places();
}

void register_file::index_places() {
  if (m_entries.empty()) return;
  const registers::register_info& last = m_entries.back().info;
  const std::size_t end =
      (last.offset + std::size_t{last.count} * last.stride) / m_bytes;
  const std::size_t count = std::min(end, most_places);
  for (std::uint32_t i = 0; i < count; ++i) {
    m_places.push_back(search(i * m_bytes));
  }
}

/// Of the last entry that begins at `offset` or before it; m_entries.size() if
/// there is none.
std::size_t register_file::position(std::uint32_t offset) const {
  const auto above =
      std::upper_bound(m_offsets.begin(), m_offsets.end(), offset);
  if (above == m_offsets.begin()) return m_entries.size();
  return static_cast<std::size_t>(above - m_offsets.begin()) - 1;
}

register_file::entry& register_file::at(std::uint32_t offset) {
  return const_cast<entry&>(std::as_const(*this).at(offset));
}

const register_file::entry& register_file::at(std::uint32_t offset) const {
  const std::size_t word = offset >> m_shift;
  if (word < m_places.size() && m_places[word].item != nullptr &&
      m_places[word].item->info.offset == offset) {
    return *m_places[word].item;
  }
  const entry& item = m_entries.at(position(offset));
  if (item.info.offset == offset) return item;
  throw std::out_of_range("no register at offset " + std::to_string(offset));
}

void register_file::on_peek(std::uint32_t offset, peek_handler handler) {
  at(offset).peek = std::move(handler);
}

void register_file::on_read(std::uint32_t offset, read_effect effect) {
  at(offset).read = std::move(effect);
}

void register_file::on_write(std::uint32_t offset, write_handler handler) {
  at(offset).write = std::move(handler);
}

const std::uint32_t& register_file::cell(std::uint32_t offset,
                                         unsigned index) const {
  return at(offset).values.at(index);
}

void register_file::set(std::uint32_t offset, std::uint32_t value,
                        unsigned index) {
  at(offset).values.at(index) = value;
}

void register_file::reset() {
  for (entry& item : m_entries) {
    std::fill(item.values.begin(), item.values.end(), item.info.reset);
  }
}

/// Offsets that are no multiple of the width are none of a register.
register_file::place register_file::find(std::uint64_t offset) {
  const std::uint64_t word = offset >> m_shift;
  if (word < m_places.size()) return m_places[word];
  if (offset > 0xffffffffU) return {};
  if (offset != m_latest_offset || m_latest.item == nullptr) {
    m_latest_offset = static_cast<std::uint32_t>(offset);
    m_latest = search(m_latest_offset);
  }
  return m_latest;
}

register_file::place register_file::search(std::uint32_t offset) {
  const std::size_t at = position(offset);
  if (at == m_entries.size()) return {};
  entry& item = m_entries[at];
  const std::uint32_t distance = offset - item.info.offset;
  const std::uint32_t index = distance / item.info.stride;
  if (distance % item.info.stride != 0 || index >= item.info.count) return {};
  return {&item, index};
}

tlm::tlm_response_status register_file::check(
    const tlm::tlm_generic_payload& payload, const place& found) const {
  if (payload.get_byte_enable_ptr() != nullptr) {
    return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  }
  if (payload.get_data_length() != m_bytes ||
      (payload.get_address() & (m_bytes - 1)) != 0 ||
      payload.get_streaming_width() < m_bytes) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  if (found.item == nullptr) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const access mode = found.item->info.mode;
  if (payload.is_read() ? mode == access::write_only
                        : mode == access::read_only) {
    return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

std::uint32_t register_file::value(const place& found) {
  const entry& item = *found.item;
  const std::uint32_t stored =
      item.peek ? item.peek(found.index) : item.values[found.index];
  return stored & item.info.mask;
}

void register_file::write(const place& found, std::uint32_t value) {
  entry& item = *found.item;
  value &= item.info.mask;
  if (item.info.mode == access::read_write) item.values[found.index] = value;
  if (item.write) {
    item.write(value, found.index);
  } else if (item.info.mode == access::write_one_to_clear) {
    item.values[found.index] &= ~value;
  }
}

void register_file::put(tlm::tlm_generic_payload& payload,
                        std::uint32_t value) const {
  // Of 4 bytes that is no call.
  if (m_bytes == 4) {
    std::memcpy(payload.get_data_ptr(), &value, 4);
  } else {
    std::memcpy(payload.get_data_ptr(), &value, m_bytes);
  }
}

std::uint32_t register_file::got(
    const tlm::tlm_generic_payload& payload) const {
  std::uint32_t value = 0;
  if (m_bytes == 4) {
    std::memcpy(&value, payload.get_data_ptr(), 4);
  } else {
    std::memcpy(&value, payload.get_data_ptr(), m_bytes);
  }
  return value;
}

void register_file::transport(tlm::tlm_generic_payload& payload) {
  payload.set_dmi_allowed(false);
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const place found = find(payload.get_address());
  const tlm::tlm_response_status status = check(payload, found);
  if (status == tlm::TLM_OK_RESPONSE && found.item != nullptr) {
    if (payload.is_read()) {
      const std::uint32_t read = value(found);
      put(payload, read);
      if (found.item->read) found.item->read(found.index);
    } else {
      write(found, got(payload));
    }
  }
  payload.set_response_status(status);
}

unsigned register_file::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read()) return 0;
  const place found = find(payload.get_address());
  if (check(payload, found) != tlm::TLM_OK_RESPONSE || found.item == nullptr) {
    return 0;
  }
  put(payload, value(found));
  return m_bytes;
}

}  // namespace vitvp::models
