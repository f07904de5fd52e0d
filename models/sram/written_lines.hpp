// Which lines of a memory were ever written.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

namespace vitvp::models {

class written_lines {
 public:
  /// Of a memory of `total_bytes`, in lines of `line_bytes`.
  written_lines(std::uint64_t total_bytes, std::uint64_t line_bytes)
      : m_line_bytes(line_bytes),
        m_words(total_bytes / line_bytes / lines_per_word + 1) {}

  /// A write of `bytes` >= 1 bytes inside the memory.
  void add(std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t last = line_of(address + bytes - 1);
    for (std::uint64_t l = line_of(address); l <= last; l = next_word(l)) {
      word& known = m_words[l / lines_per_word];
      const word added = lines(l, last) & ~known;
      if (added == 0) continue;
      known |= added;
      m_bytes += m_line_bytes * std::bitset<lines_per_word>(added).count();
    }
  }
  /// `rows` >= 1 rows of `row_bytes` >= 1 bytes, `stride` apart, inside the
  /// memory. Engines write to the same places over and over: where all from the
  /// first byte to the last is known, no row is looked at.
  void add_rows(std::uint64_t address, std::uint64_t rows,
                std::uint64_t row_bytes, std::uint64_t stride) {
    if (knows(address, (rows - 1) * stride + row_bytes)) return;
    for (std::uint64_t row = 0; row < rows; ++row) {
      add(address + row * stride, row_bytes);
    }
  }
  /// Of the lines that were written, each once.
  std::uint64_t bytes() const { return m_bytes; }

 private:
  using word = std::uint64_t;  // a bit for each line
  static constexpr unsigned lines_per_word = 64;

  std::uint64_t line_of(std::uint64_t address) const {
    return address / m_line_bytes;
  }
  // The first line of the word behind that of `line`.
  static std::uint64_t next_word(std::uint64_t line) {
    return (line | (lines_per_word - 1)) + 1;
  }
  // The bits of `first` to `last`, as far as they are in the word of `first`.
  static word lines(std::uint64_t first, std::uint64_t last) {
    const word from = ~word{0} << (first % lines_per_word);
    const std::uint64_t behind = next_word(first) - 1 - last;
    return last >= next_word(first) ? from : from & (~word{0} >> behind);
  }
  bool knows(std::uint64_t address, std::uint64_t bytes) const {
    const std::uint64_t last = line_of(address + bytes - 1);
    for (std::uint64_t l = line_of(address); l <= last; l = next_word(l)) {
      if ((lines(l, last) & ~m_words[l / lines_per_word]) != 0) return false;
    }
    return true;
  }

  std::uint64_t m_line_bytes;
  std::vector<word> m_words;
  std::uint64_t m_bytes = 0;
};

}  // namespace vitvp::models
