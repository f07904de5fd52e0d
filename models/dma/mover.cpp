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

// Fewer are not worth telling another thread.
constexpr std::uint64_t least_bytes = 4096;

void check(bool mapped, std::uint64_t address) {
  if (!mapped) throw command_fault(fault_code::address, address);
}

}  // namespace

dma_mover::dma_mover(memory_port& memory, host_workers& workers)
    : m_memory(memory),
      m_jobs(workers, [](const work& w, unsigned, unsigned) { carry(w); }) {}

void dma_mover::move(const dma_command& d) {
  using user = memory_port::user;
  work& w = m_jobs.next();
  w.command = d;
  w.index.clear();
  m_index = &w.index;
  if (d.gather) read_index(d, w.index);
  const region from = span_of_source(d);
  w.source = nullptr;
  if (!d.fill) {
    w.source = m_memory.direct(tlm::TLM_READ_COMMAND, from.address,
                               from.extent(), user::job);
    if (w.source == nullptr) check_source(d);
  }
  w.destination = m_memory.direct(tlm::TLM_WRITE_COMMAND, d.destination.address,
                                  d.destination.extent(), user::job);
  if (w.destination == nullptr) check_destination(d);
  // The second request may have changed the cache of the first one's range,
  // but not the memory: pointers hold.
  if (w.destination != nullptr && (d.fill || w.source != nullptr)) {
    if (!m_jobs.workers().alone()) {
      m_jobs.job().reads(from.at(w.source));
      m_jobs.job().writes(d.destination.at(w.destination));
    }
    m_jobs.start(1, d.bytes() < least_bytes);
    return;
  }
  for (std::uint64_t row = 0; row < d.destination.rows; ++row) {
    move_row(d, row);
  }
}

void dma_mover::read_index(const dma_command& d,
                           std::vector<std::uint16_t>& index) {
  const std::uint64_t bytes = 2 * d.source.rows;
  check(is_mapped(tlm::TLM_READ_COMMAND, d.index_address, bytes),
        d.index_address);
  const std::uint8_t* list = m_memory.read(d.index_address, bytes);
  index.resize(d.source.rows);
  for (std::size_t i = 0; i < index.size(); ++i) {
    index[i] = static_cast<std::uint16_t>(list[2 * i] | list[2 * i + 1] << 8);
  }
}

std::uint64_t dma_mover::source_row(const dma_command& d,
                                    std::uint64_t row) const {
  const std::uint64_t number = d.gather ? index()[row] : row;
  return d.source.address + number * d.source.stride;
}

// The rows of the source from the first to the last that is read.
region dma_mover::span_of_source(const dma_command& d) const {
  if (d.fill) return {};
  if (!d.gather) return d.source;
  const auto [first, last] =
      std::minmax_element(index().begin(), index().end());
  return {d.source.address + *first * d.source.stride,
          static_cast<unsigned>(*last - *first) + 1ULL, d.source.row_bytes,
          d.source.stride};
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

void dma_mover::carry(const work& w) {
  const dma_command& d = w.command;
  const region& to = d.destination;
  if (d.fill) {
    for (std::uint64_t row = 0; row < to.rows; ++row) {
      std::memset(w.destination + row * to.stride, d.value, to.row_bytes);
    }
    return;
  }
  const std::uint64_t first =
      d.gather ? *std::min_element(w.index.begin(), w.index.end()) : 0;
  const auto from = [&](std::uint64_t row) {
    const std::uint64_t number = d.gather ? w.index[row] - first : row;
    return w.source + number * d.source.stride;
  };
  for (std::uint64_t row = 0; row < to.rows; ++row) {
    if (row + rows_ahead < to.rows) {
      fetch(from(row + rows_ahead), to.row_bytes);
    }
    copy(from(row), to.row_bytes, w.destination + row * to.stride);
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
