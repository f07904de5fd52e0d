// Which lines of a memory were ever written.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace vitvp::models {

class written_lines {
 public:
  explicit written_lines(std::uint64_t line_bytes) : m_line_bytes(line_bytes) {}

  /// A write of `bytes` >= 1 bytes.
  void add(std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t last = (address + bytes - 1) / m_line_bytes;
    if (last >= m_is_written.size()) m_is_written.resize(last + 1);
    for (std::uint64_t l = address / m_line_bytes; l <= last; ++l) {
      if (m_is_written[l] != 0) continue;
      m_is_written[l] = 1;
      m_bytes += m_line_bytes;
    }
  }
  /// `rows` rows of `row_bytes` >= 1 bytes, `stride` apart. Engines write to
  /// the same few places over and over: what was added lately costs nothing.
  void add_rows(std::uint64_t address, std::uint64_t rows,
                std::uint64_t row_bytes, std::uint64_t stride) {
    const footprint now{address, rows, row_bytes, stride};
    const std::uint64_t hash =
        (address + (rows << 20) + (row_bytes << 36) + (stride << 48)) *
        0x9e3779b97f4a7c15U;  // the upper half of the product is a good one
    footprint& latest = m_latest[(hash >> 32) % m_latest.size()];
    if (latest == now) return;
    for (std::uint64_t row = 0; row < rows; ++row) {
      add(address + row * stride, row_bytes);
    }
    latest = now;
  }
  /// Of the lines that were written, each once.
  std::uint64_t bytes() const { return m_bytes; }

 private:
  struct footprint {
    std::uint64_t address = 0;
    std::uint64_t rows = 0;
    std::uint64_t row_bytes = 0;
    std::uint64_t stride = 0;

    bool operator==(const footprint& other) const {
      return address == other.address && rows == other.rows &&
             row_bytes == other.row_bytes && stride == other.stride;
    }
  };

  std::uint64_t m_line_bytes;
  std::array<footprint, 256> m_latest{};
  std::vector<std::uint8_t> m_is_written;  // by line
  std::uint64_t m_bytes = 0;
};

}  // namespace vitvp::models
