#include "models/host_cpu/rv32.hpp"

namespace vitvp::models::rv32 {

namespace {

constexpr std::uint32_t field(std::uint32_t bits, unsigned low,
                              unsigned width) {
  return (bits >> low) & ((1U << width) - 1U);
}

constexpr std::int32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = 1U << (width - 1U);
  return static_cast<std::int32_t>((value ^ sign) - sign);
}

// The three-bit register numbers of compressed instructions.
constexpr std::uint32_t short_register(std::uint32_t bits, unsigned low) {
  return field(bits, low, 3) + 8U;
}

constexpr std::uint32_t quadrant(std::uint32_t bits) {
  return bits & 3U;
}
constexpr std::uint32_t compressed_function(std::uint32_t bits) {
  return field(bits, 13, 3);
}

constexpr std::uint32_t opcode_load = 0x03;
constexpr std::uint32_t opcode_fence = 0x0f;
constexpr std::uint32_t opcode_immediate = 0x13;
constexpr std::uint32_t opcode_store = 0x23;
constexpr std::uint32_t opcode_atomic = 0x2f;
constexpr std::uint32_t opcode_branch = 0x63;
constexpr std::uint32_t opcode_system = 0x73;

memory_operand compressed_memory(std::uint32_t bits) {
  memory_operand result;
  const std::uint32_t function = compressed_function(bits);
  if (function != 2 && function != 6) {
    return result;
  }
  const bool is_load = function == 2;
  if (quadrant(bits) == 0) {
    result.base = short_register(bits, 7);
    result.offset = static_cast<std::int32_t>(field(bits, 10, 3) << 3 |
                                              field(bits, 6, 1) << 2 |
                                              field(bits, 5, 1) << 6);
  } else if (quadrant(bits) == 2) {
    result.base = 2;
    result.offset = static_cast<std::int32_t>(
        is_load ? field(bits, 12, 1) << 5 | field(bits, 4, 3) << 2 |
                      field(bits, 2, 2) << 6
                : field(bits, 9, 4) << 2 | field(bits, 7, 2) << 6);
  } else {
    return result;
  }
  result.kind = is_load ? memory_kind::load : memory_kind::store;
  result.bytes = 4;
  return result;
}

std::uint32_t compressed_destination(std::uint32_t bits) {
  const std::uint32_t function = compressed_function(bits);
  switch (quadrant(bits)) {
    case 0:
      return function == 0 || function == 2 ? short_register(bits, 2) : 0;
    case 1:
      if (function == 1) {
        return 1;  // c.jal
      }
      if (function == 4) {
        return short_register(bits, 7);
      }
      return function < 4 ? field(bits, 7, 5) : 0;
    default:
      return function < 5 ? field(bits, 7, 5) : 0;
  }
}

increment compressed_increment(std::uint32_t bits) {
  increment result;
  if (quadrant(bits) != 1) {
    return result;
  }
  const std::uint32_t reg = field(bits, 7, 5);
  if (compressed_function(bits) == 0) {
    result = {true, reg,
              sign_extend(field(bits, 12, 1) << 5 | field(bits, 2, 5), 6)};
  } else if (compressed_function(bits) == 3 && reg == 2) {
    const std::uint32_t offset =
        field(bits, 12, 1) << 9 | field(bits, 3, 2) << 7 |
        field(bits, 5, 1) << 6 | field(bits, 2, 1) << 5 |
        field(bits, 6, 1) << 4;
    result = {true, 2, sign_extend(offset, 10)};
  }
  return result;
}

}  // namespace

bool is_fence_i(std::uint32_t bits) {
  return field(bits, 0, 7) == opcode_fence && field(bits, 12, 3) == 1;
}

csr_access decode_csr(std::uint32_t bits) {
  const bool valid =
      field(bits, 0, 7) == opcode_system && (field(bits, 12, 3) & 3U) != 0;
  return {valid, field(bits, 20, 12), field(bits, 7, 5)};
}

memory_operand decode_memory(std::uint32_t bits) {
  if (length_bytes(bits) == 2) {
    return compressed_memory(bits);
  }
  memory_operand result;
  result.bytes = 1U << field(bits, 12, 2);
  result.base = field(bits, 15, 5);
  switch (field(bits, 0, 7)) {
    case opcode_load:
      result.kind = memory_kind::load;
      result.offset = sign_extend(field(bits, 20, 12), 12);
      break;
    case opcode_store:
      result.kind = memory_kind::store;
      result.offset =
          sign_extend(field(bits, 25, 7) << 5 | field(bits, 7, 5), 12);
      break;
    case opcode_atomic:
      result.is_load_reserved = field(bits, 27, 5) == 2;
      result.kind = memory_kind::atomic;
      break;
    default:
      return {};
  }
  return result;
}

std::uint32_t destination(std::uint32_t bits) {
  if (length_bytes(bits) == 2) {
    return compressed_destination(bits);
  }
  const std::uint32_t opcode = field(bits, 0, 7);
  const bool has_none = opcode == opcode_store || opcode == opcode_branch ||
                        opcode == opcode_fence;
  return has_none ? 0 : field(bits, 7, 5);
}

increment decode_increment(std::uint32_t bits) {
  if (length_bytes(bits) == 2) {
    return compressed_increment(bits);
  }
  const std::uint32_t reg = field(bits, 7, 5);
  const bool valid = field(bits, 0, 7) == opcode_immediate &&
                     field(bits, 12, 3) == 0 && field(bits, 15, 5) == reg &&
                     reg != 0;
  return {valid, reg, sign_extend(field(bits, 20, 12), 12)};
}

}  // namespace vitvp::models::rv32
