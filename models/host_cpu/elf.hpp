// Reads the executables of the RISC-V core: ELF, 32 bit, little endian.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace vitvp::models {

// "FILE: reason" for every file that is not a well-formed executable.
class elf_error : public std::runtime_error {
 public:
  elf_error(const std::string& file, const std::string& reason)
      : std::runtime_error(file + ": " + reason) {}
};

// Bytes to be placed at `address`; those of `memory_bytes` beyond data.size()
// are zero.
struct elf_segment {
  std::uint32_t address = 0;  // physical
  std::uint32_t memory_bytes = 0;
  std::vector<std::uint8_t> data;
};

struct elf_symbol {
  std::uint32_t address = 0;
  std::uint32_t size = 0;  // 0: unknown
  std::string name;
  bool is_function = false;
};

class elf_image {
 public:
  // Throws elf_error when the file cannot be read or is malformed.
  static elf_image load(const std::string& path);
  // The same from bytes; `name` is what messages call them.
  static elf_image parse(const std::vector<std::uint8_t>& bytes,
                         const std::string& name);

  // Throws elf_error unless every segment and the entry lie in the memory.
  void require_within(std::uint64_t base, std::uint64_t bytes) const;

  std::uint32_t entry() const { return m_entry; }
  // Loadable ones that are not empty, by address, not overlapping.
  const std::vector<elf_segment>& segments() const { return m_segments; }
  // Functions, objects and labels, by address; no absolute numbers.
  const std::vector<elf_symbol>& symbols() const { return m_symbols; }
  // Null when there is none of that name.
  const elf_symbol* find(const std::string& name) const;
  // "function+0x12", "function" at its start, "0x80000012" outside of all.
  std::string symbolize(std::uint32_t address) const;

 private:
  friend class elf_parser;

  std::string m_name;
  std::uint32_t m_entry = 0;
  std::vector<elf_segment> m_segments;
  std::vector<elf_symbol> m_symbols;
};

}  // namespace vitvp::models
