// Which lines of a memory were ever written.
#pragma once

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
  /// Of the lines that were written, each once.
  std::uint64_t bytes() const { return m_bytes; }

 private:
  std::uint64_t m_line_bytes;
  std::vector<std::uint8_t> m_is_written;  // by line
  std::uint64_t m_bytes = 0;
};

}  // namespace vitvp::models
