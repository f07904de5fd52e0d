// Numbers as people read addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace vitvp::models {

/// "0x" and at least `digits` hexadecimal digits.
inline std::string hexadecimal(std::uint64_t value, std::size_t digits = 1) {
  std::string text;
  for (; value > 0 || text.size() < digits; value >>= 4) {
    text.insert(text.begin(), "0123456789abcdef"[value & 15]);
  }
  return "0x" + text;
}

/// An address of 32 bits: always eight digits.
inline std::string hexadecimal_address(std::uint64_t address) {
  return hexadecimal(address, 8);
}

}  // namespace vitvp::models
