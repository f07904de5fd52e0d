// What the generated register tables are made of.
#pragma once

#include <cstdint>

namespace vitvp::registers {

enum class access : std::uint8_t {
  read_only,
  read_write,
  write_only,
  write_one_to_clear
};

/// One register, or `count` of them `stride` bytes apart.
struct register_info {
  const char* name;
  std::uint32_t offset;
  access mode;
  std::uint32_t reset;  ///< 0 where variable_reset
  bool variable_reset;  ///< the value after reset depends on configuration
  bool is_volatile;     ///< reads may differ from what was written
  std::uint32_t mask;   ///< implemented bits; the others read zero
  std::uint32_t count;
  std::uint32_t stride;
  std::uint32_t bytes;  ///< width of one register
};

/// Bits shift + width - 1 to shift of a register.
struct field {
  std::uint32_t shift;
  std::uint32_t width;

  constexpr std::uint32_t mask() const {
    return (width == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << width) - 1)
           << shift;
  }
  /// The field's value in a register's value.
  constexpr std::uint32_t get(std::uint32_t value) const {
    return (value & mask()) >> shift;
  }
  /// A register's value with this field set and all others zero.
  constexpr std::uint32_t set(std::uint32_t value) const {
    return (value << shift) & mask();
  }
};

/// A range of the address space.
struct region {
  const char* name;
  std::uint32_t base;
  std::uint32_t size;
  std::uint32_t irq;  ///< interrupt source, 0: none
  bool memory;        ///< size is the window; the configured size may be less
};

}  // namespace vitvp::registers
