#include "models/host_cpu/elf.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <utility>

#include "models/common/hexadecimal.hpp"

namespace vitvp::models {

namespace {

constexpr std::uint32_t header_bytes = 52;
constexpr std::uint32_t program_header_bytes = 32;
constexpr std::uint32_t section_header_bytes = 40;
constexpr std::uint32_t symbol_bytes = 16;
constexpr std::uint32_t riscv_machine = 243;
constexpr std::uint32_t segment_load = 1;
constexpr std::uint32_t section_symbols = 2;
constexpr std::uint32_t type_executable = 2;
constexpr std::uint32_t symbol_function = 2;
constexpr std::uint32_t absolute_section = 0xfff1;
constexpr std::uint64_t address_space = std::uint64_t{1} << 32;

}  // namespace

// One pass over a file. Every read is checked against its size.
class elf_parser {
 public:
  elf_parser(const std::vector<std::uint8_t>& bytes, const std::string& name)
      : m_bytes(bytes) {
    m_image.m_name = name;
  }

  elf_image parse() {
    check_identification();
    m_image.m_entry = word(24);
    read_segments();
    read_symbols();
    return std::move(m_image);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw elf_error(m_image.m_name, reason);
  }

  void require_range(std::uint64_t offset, std::uint64_t bytes,
                     const char* what) const {
    if (offset > m_bytes.size() || bytes > m_bytes.size() - offset) {
      fail(std::string(what) + " lies beyond the end of the file (offset " +
           std::to_string(offset) + ", " + std::to_string(bytes) +
           " bytes, file of " + std::to_string(m_bytes.size()) + ")");
    }
  }

  // The caller has checked the range.
  std::uint32_t number(std::uint64_t offset, unsigned bytes) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) {
      value |= static_cast<std::uint32_t>(m_bytes[offset + i]) << (8 * i);
    }
    return value;
  }
  std::uint32_t word(std::uint64_t offset) const { return number(offset, 4); }
  std::uint32_t half(std::uint64_t offset) const { return number(offset, 2); }

  void check_identification() const;
  void read_segments();
  void add_segment(std::uint64_t header);
  void check_overlaps() const;
  void read_symbols();
  void read_symbol_table(std::uint64_t header);
  std::string string_at(std::uint64_t table, std::uint64_t bytes,
                        std::uint32_t offset) const;
  std::uint64_t section_header(std::uint32_t index) const;

  const std::vector<std::uint8_t>& m_bytes;
  elf_image m_image;
};

void elf_parser::check_identification() const {
  static constexpr std::uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
  if (m_bytes.size() < sizeof(magic) ||
      !std::equal(std::begin(magic), std::end(magic), m_bytes.begin())) {
    fail("not an ELF file");
  }
  require_range(0, header_bytes, "the ELF header");
  if (m_bytes[4] != 1) {
    fail("not a 32-bit ELF file (class " + std::to_string(m_bytes[4]) + ")");
  }
  if (m_bytes[5] != 1) {
    fail("not little endian (data encoding " + std::to_string(m_bytes[5]) +
         ")");
  }
  if (half(18) != riscv_machine) {
    fail("not for RISC-V (machine " + std::to_string(half(18)) + ")");
  }
  if (half(16) != type_executable) {
    fail("not an executable (type " + std::to_string(half(16)) + ")");
  }
}

void elf_parser::read_segments() {
  const std::uint32_t table = word(28);
  const std::uint32_t entry_bytes = half(42);
  const std::uint32_t count = half(44);
  if (count == 0) {
    fail("no program headers");
  }
  if (entry_bytes != program_header_bytes) {
    fail("program headers of " + std::to_string(entry_bytes) +
         " bytes, not 32");
  }
  require_range(table, std::uint64_t{count} * entry_bytes,
                "the program header table");
  for (std::uint32_t i = 0; i < count; ++i) {
    add_segment(table + std::uint64_t{i} * entry_bytes);
  }
  if (m_image.m_segments.empty()) {
    fail("no loadable segment");
  }
  check_overlaps();
  std::sort(m_image.m_segments.begin(), m_image.m_segments.end(),
            [](const elf_segment& a, const elf_segment& b) {
              return a.address < b.address;
            });
}

void elf_parser::add_segment(std::uint64_t header) {
  const std::uint32_t file_bytes = word(header + 16);
  const std::uint32_t memory_bytes = word(header + 20);
  if (word(header) != segment_load || memory_bytes == 0) {
    return;
  }
  if (file_bytes > memory_bytes) {
    fail("a segment is larger in the file than in memory");
  }
  const std::uint32_t offset = word(header + 4);
  require_range(offset, file_bytes, "a segment");
  elf_segment segment;
  segment.address = word(header + 12);
  segment.memory_bytes = memory_bytes;
  if (segment.address + std::uint64_t{memory_bytes} > address_space) {
    fail("the segment at " + hexadecimal_address(segment.address) +
         " exceeds the address space");
  }
  const auto first = m_bytes.begin() + static_cast<std::ptrdiff_t>(offset);
  segment.data.assign(first, first + static_cast<std::ptrdiff_t>(file_bytes));
  m_image.m_segments.push_back(std::move(segment));
}

void elf_parser::check_overlaps() const {
  const std::vector<elf_segment>& segments = m_image.m_segments;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::uint64_t first = segments[i].address;
      const std::uint64_t other = segments[j].address;
      if (first < other + segments[j].memory_bytes &&
          other < first + segments[i].memory_bytes) {
        fail("the segments at " + hexadecimal_address(other) + " and " +
             hexadecimal_address(first) + " overlap");
      }
    }
  }
}

std::uint64_t elf_parser::section_header(std::uint32_t index) const {
  return word(32) + std::uint64_t{index} * section_header_bytes;
}

// A file without sections (stripped) has no symbols.
void elf_parser::read_symbols() {
  const std::uint32_t count = half(48);
  if (word(32) == 0 || count == 0) {
    return;
  }
  if (half(46) != section_header_bytes) {
    fail("section headers of " + std::to_string(half(46)) + " bytes, not 40");
  }
  require_range(word(32), std::uint64_t{count} * section_header_bytes,
                "the section header table");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (word(section_header(i) + 4) == section_symbols) {
      read_symbol_table(section_header(i));
    }
  }
}

void elf_parser::read_symbol_table(std::uint64_t header) {
  const std::uint32_t table = word(header + 16);
  const std::uint32_t bytes = word(header + 20);
  const std::uint32_t strings_index = word(header + 24);
  require_range(table, bytes, "the symbol table");
  if (strings_index >= half(48)) {
    fail("the symbol table names a string table that does not exist");
  }
  const std::uint64_t strings = section_header(strings_index);
  require_range(word(strings + 16), word(strings + 20), "the string table");
  for (std::uint32_t at = 0; at + symbol_bytes <= bytes; at += symbol_bytes) {
    const std::uint64_t entry = table + std::uint64_t{at};
    const std::uint32_t type = m_bytes[entry + 12] & 15U;
    const std::uint32_t section = half(entry + 14);
    const bool is_address = section != 0 && section != absolute_section;
    if (!is_address || type > symbol_function) {
      continue;
    }
    elf_symbol symbol;
    symbol.address = word(entry + 4);
    symbol.size = word(entry + 8);
    symbol.is_function = type == symbol_function;
    symbol.name =
        string_at(word(strings + 16), word(strings + 20), word(entry));
    if (!symbol.name.empty() && symbol.name.front() != '$') {
      m_image.m_symbols.push_back(std::move(symbol));
    }
  }
  std::stable_sort(m_image.m_symbols.begin(), m_image.m_symbols.end(),
                   [](const elf_symbol& a, const elf_symbol& b) {
                     return a.address < b.address;
                   });
}

std::string elf_parser::string_at(std::uint64_t table, std::uint64_t bytes,
                                  std::uint32_t offset) const {
  if (offset >= bytes) {
    fail("a symbol's name lies beyond the string table");
  }
  const auto first =
      m_bytes.begin() + static_cast<std::ptrdiff_t>(table + offset);
  const auto last =
      m_bytes.begin() + static_cast<std::ptrdiff_t>(table + bytes);
  const auto end = std::find(first, last, std::uint8_t{0});
  if (end == last) {
    fail("a symbol's name has no end");
  }
  return {first, end};
}

elf_image elf_image::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw elf_error(path, "cannot be opened");
  }
  const std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(file),
                                        {});
  if (file.bad()) {
    throw elf_error(path, "cannot be read");
  }
  return parse(bytes, path);
}

elf_image elf_image::parse(const std::vector<std::uint8_t>& bytes,
                           const std::string& name) {
  return elf_parser(bytes, name).parse();
}

void elf_image::require_within(std::uint64_t base, std::uint64_t bytes) const {
  for (const elf_segment& segment : m_segments) {
    const std::uint64_t first = segment.address;
    if (first < base || first + segment.memory_bytes > base + bytes) {
      throw elf_error(m_name, "the segment at " + hexadecimal_address(first) +
                                  " of " +
                                  std::to_string(segment.memory_bytes) +
                                  " bytes lies outside of the memory of " +
                                  std::to_string(bytes) + " bytes at " +
                                  hexadecimal_address(base));
    }
  }
  if (m_entry < base || m_entry >= base + bytes) {
    throw elf_error(m_name, "the entry point " + hexadecimal_address(m_entry) +
                                " lies outside of the memory");
  }
}

const elf_symbol* elf_image::find(const std::string& name) const {
  const auto found =
      std::find_if(m_symbols.begin(), m_symbols.end(),
                   [&](const elf_symbol& s) { return s.name == name; });
  return found == m_symbols.end() ? nullptr : &*found;
}

// Sized functions first: the nearest below that reaches the address; else the
// nearest label.
std::string elf_image::symbolize(std::uint32_t address) const {
  const auto above = std::upper_bound(
      m_symbols.begin(), m_symbols.end(), address,
      [](std::uint32_t a, const elf_symbol& s) { return a < s.address; });
  const elf_symbol* label = nullptr;
  for (auto at = std::make_reverse_iterator(above); at != m_symbols.rend();
       ++at) {
    const bool reaches = at->size == 0 || address - at->address < at->size;
    if (reaches && at->is_function) {
      label = &*at;
      break;
    }
    if (reaches && label == nullptr) {
      label = &*at;
    }
    if (label != nullptr && at->address != label->address) {
      break;
    }
  }
  if (label == nullptr) {
    return hexadecimal_address(address);
  }
  if (address == label->address) {
    return label->name;
  }
  return label->name + "+" + hexadecimal(address - label->address);
}

}  // namespace vitvp::models
