#include "models/dma/mover.hpp"

#include <algorithm>
#include <cstring>

namespace vitvp::models {
namespace {

constexpr std::uint64_t piece_bytes = 65536;

// Rows are short and far apart: what the host's caches do not foresee.
constexpr std::uint64_t rows_ahead = 16;

void fetch(const std::uint8_t* row, std::uint64_t bytes) {
  constexpr std::uint64_t line_bytes = 64;
  constexpr std::uint64_t most_bytes = 512;
  for (std::uint64_t at = 0; at < std::min(bytes, most_bytes);
       at += line_bytes) {
    __builtin_prefetch(row + at);
  }
}

/// memmove, without a call for rows as weights have them.
void copy(const std::uint8_t* from, std::uint64_t bytes, std::uint8_t* to) {
  struct line {
    std::uint8_t bytes[64];
  };
  if (bytes == sizeof(line)) {
    line moved;
    std::memcpy(&moved, from, sizeof moved);
    std::memcpy(to, &moved, sizeof moved);
    return;
  }
  std::memmove(to, from, bytes);
}

void check(bool mapped, std::uint64_t address) {
  if (!mapped) throw command_fault(fault_code::address, address);
}

}  // namespace

void dma_mover::move(const dma_command& d) {
  m_index.clear();
  if (d.gather) read_index(d);
  const region from = span_of_source(d);
  const std::uint8_t* source = nullptr;
  if (!d.fill) {
    source =
        m_memory.direct(tlm::TLM_READ_COMMAND, from.address, from.row_bytes);
    if (source == nullptr) check_source(d);
  }
  std::uint8_t* destination = m_memory.direct(
      tlm::TLM_WRITE_COMMAND, d.destination.address, d.destination.extent());
  if (destination == nullptr) check_destination(d);
  // The second request may have changed the cache of the first one's range,
  // but not the memory: pointers hold until time advances.
  if (destination != nullptr && (d.fill || source != nullptr)) {
    move_direct(d, source, destination);
    return;
  }
  for (std::uint64_t row = 0; row < d.destination.rows; ++row) {
    move_row(d, row);
  }
}

void dma_mover::read_index(const dma_command& d) {
  const std::uint64_t bytes = 2 * d.source.rows;
  check(is_mapped(tlm::TLM_READ_COMMAND, d.index_address, bytes),
        d.index_address);
  const std::uint8_t* list = m_memory.read(d.index_address, bytes);
  m_index.resize(d.source.rows);
  for (std::size_t i = 0; i < m_index.size(); ++i) {
    m_index[i] = static_cast<std::uint16_t>(list[2 * i] | list[2 * i + 1] << 8);
  }
}

std::uint64_t dma_mover::source_row(const dma_command& d,
                                    std::uint64_t row) const {
  const std::uint64_t number = d.gather ? m_index[row] : row;
  return d.source.address + number * d.source.stride;
}

// From row 0 of the source to behind the last row that is read, as one row.
// Of a gather: from the first row that is read.
region dma_mover::span_of_source(const dma_command& d) const {
  if (!d.gather) {
    return {d.source.address, 1, d.source.extent(), 0};
  }
  const auto [first, last] =
      std::minmax_element(m_index.begin(), m_index.end());
  return {
      d.source.address + *first * d.source.stride, 1,
      std::uint64_t{static_cast<unsigned>(*last - *first)} * d.source.stride +
          d.source.row_bytes,
      0};
}

void dma_mover::check_source(const dma_command& d) {
  for (std::uint64_t row = 0; row < d.source.rows; ++row) {
    const std::uint64_t address = source_row(d, row);
    check(is_mapped(tlm::TLM_READ_COMMAND, address, d.source.row_bytes),
          address);
  }
}

void dma_mover::check_destination(const dma_command& d) {
  const region& to = d.destination;
  for (std::uint64_t row = 0; row < to.rows; ++row) {
    const std::uint64_t address = to.address + row * to.stride;
    check(is_mapped(tlm::TLM_WRITE_COMMAND, address, to.row_bytes), address);
  }
}

// Asked by debug transport where DMI does not know: no side effect, no time.
bool dma_mover::is_mapped(tlm::tlm_command command, std::uint64_t address,
                          std::uint64_t bytes) {
  if (m_memory.direct(command, address, bytes) != nullptr) return true;
  m_row.resize(
      std::max<std::size_t>(m_row.size(), std::min(bytes, piece_bytes)));
  for (std::uint64_t done = 0; done < bytes; done += piece_bytes) {
    const auto piece =
        static_cast<unsigned>(std::min(bytes - done, piece_bytes));
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(address + done);
    payload.set_data_ptr(m_row.data());
    payload.set_data_length(piece);
    payload.set_streaming_width(piece);
    if (m_memory.socket->transport_dbg(payload) != piece) return false;
  }
  return true;
}

void dma_mover::move_direct(const dma_command& d, const std::uint8_t* source,
                            std::uint8_t* destination) const {
  const region& to = d.destination;
  if (d.fill) {
    for (std::uint64_t row = 0; row < to.rows; ++row) {
      std::memset(destination + row * to.stride, d.value, to.row_bytes);
    }
    return;
  }
  const std::uint64_t first =
      d.gather ? *std::min_element(m_index.begin(), m_index.end()) : 0;
  const auto from = [&](std::uint64_t row) {
    const std::uint64_t number = d.gather ? m_index[row] - first : row;
    return source + number * d.source.stride;
  };
  for (std::uint64_t row = 0; row < to.rows; ++row) {
    if (row + rows_ahead < to.rows) {
      fetch(from(row + rows_ahead), to.row_bytes);
    }
    copy(from(row), to.row_bytes, destination + row * to.stride);
  }
}

void dma_mover::move_row(const dma_command& d, std::uint64_t row) {
  const std::uint64_t bytes = d.destination.row_bytes;
  const std::uint64_t to = d.destination.address + row * d.destination.stride;
  if (d.fill) {
    m_row.assign(bytes, d.value);
  } else {
    const region from{source_row(d, row), 1, bytes, 0};
    m_memory.read(from, m_row, true);
  }
  m_memory.write(to, m_row.data(), bytes);
}

}  // namespace vitvp::models
