#include "models/host_cpu/fault_locator.hpp"

#include <cstddef>
#include <optional>

#include "models/host_cpu/rv32.hpp"

namespace vitvp::models {

namespace {

struct placed_instruction {
  std::uint32_t pc = 0;
  std::uint32_t bits = 0;
  rv32::memory_operand operand;
};

using known_registers = std::array<std::optional<std::uint32_t>, 32>;

std::vector<placed_instruction> decode(const fault_scene& scene) {
  std::vector<placed_instruction> result;
  const std::vector<std::uint8_t>& code = scene.code;
  std::size_t at = 0;
  while (at + 2 <= code.size()) {
    placed_instruction next;
    next.pc = scene.block_address + static_cast<std::uint32_t>(at);
    const std::uint32_t length = rv32::length_bytes(code[at]);
    for (std::size_t i = 0; i < length && at + i < code.size(); ++i) {
      next.bits |= static_cast<std::uint32_t>(code[at + i]) << (8 * i);
    }
    next.operand = rv32::decode_memory(next.bits);
    result.push_back(next);
    at += length;
  }
  return result;
}

// An access that the bus sees in pieces when it is not aligned.
bool explains(const rv32::memory_operand& operand, std::uint32_t effective,
              const bus_access& access) {
  const bool kind_fits =
      operand.kind == rv32::memory_kind::atomic ||
      (operand.kind == rv32::memory_kind::store) == access.is_write;
  if (operand.kind == rv32::memory_kind::none || !kind_fits) {
    return false;
  }
  if (effective % operand.bytes == 0) {
    return access.address == effective && access.bytes == operand.bytes;
  }
  const std::uint32_t first = effective - effective % operand.bytes;
  return access.address - first < 2 * operand.bytes;
}

std::uint32_t effective_address(const rv32::memory_operand& operand,
                                std::uint32_t base) {
  return base + static_cast<std::uint32_t>(operand.offset);
}

// Takes the accesses of one instruction off the end of those not yet explained.
// False: the instruction must have made one that is not there.
bool consume(const rv32::memory_operand& operand,
             std::optional<std::uint32_t> effective, const fault_scene& scene,
             std::size_t& left) {
  const auto fits = [&](std::size_t index) {
    const bus_access& access = scene.accesses[index];
    return explains(operand, effective.value_or(access.address), access);
  };
  if (effective.has_value() && !scene.on_bus(*effective)) {
    return true;
  }
  if (left == 0 || !fits(left - 1)) {
    return !effective.has_value();
  }
  --left;
  if (operand.kind == rv32::memory_kind::atomic) {
    const bool read_before = scene.accesses[left].is_write;
    left -= read_before && left > 0 && fits(left - 1) ? 1U : 0U;
    return true;
  }
  const bool in_pieces = effective.value_or(0) % operand.bytes != 0;
  while (in_pieces && left > 0 && fits(left - 1)) {
    --left;
  }
  return true;
}

// Steps over an instruction backwards: what the registers held before it.
void undo(std::uint32_t bits, known_registers& registers) {
  const rv32::increment sum = rv32::decode_increment(bits);
  if (sum.valid) {
    std::optional<std::uint32_t>& value = registers[sum.reg];
    if (value.has_value()) {
      *value -= static_cast<std::uint32_t>(sum.offset);
    }
    return;
  }
  const std::uint32_t written = rv32::destination(bits);
  if (written != 0) {
    registers[written].reset();
  }
}

// Whether all accesses are explained if `candidate` made the last one.
bool is_consistent(const std::vector<placed_instruction>& block,
                   std::size_t candidate, const fault_scene& scene) {
  known_registers registers;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    registers[i] = scene.registers[i];
  }
  std::size_t left = scene.accesses.size();
  for (std::size_t i = candidate + 1; i-- > 0;) {
    const rv32::memory_operand& operand = block[i].operand;
    if (i != candidate) {
      undo(block[i].bits, registers);
    }
    if (operand.kind == rv32::memory_kind::none) {
      continue;
    }
    std::optional<std::uint32_t> effective;
    if (registers[operand.base].has_value()) {
      effective = effective_address(operand, *registers[operand.base]);
    }
    if (!consume(operand, effective, scene, left)) {
      return false;
    }
  }
  return left == 0;
}

fault_location location_of(const placed_instruction& instruction,
                           const fault_scene& scene) {
  const rv32::memory_operand& operand = instruction.operand;
  fault_location result;
  result.found = true;
  result.pc = instruction.pc;
  result.address = effective_address(operand, scene.registers[operand.base]);
  result.is_load =
      operand.kind == rv32::memory_kind::load || operand.is_load_reserved;
  return result;
}

}  // namespace

fault_location locate_fault(const fault_scene& scene) {
  const std::vector<placed_instruction> block = decode(scene);
  fault_location best;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const rv32::memory_operand& operand = block[i].operand;
    const std::uint32_t effective =
        effective_address(operand, scene.registers[operand.base]);
    if (!explains(operand, effective, scene.accesses.back())) {
      continue;
    }
    if (is_consistent(block, i, scene)) {
      return location_of(block[i], scene);
    }
    if (!best.found) {
      best = location_of(block[i], scene);
    }
  }
  return best;
}

}  // namespace vitvp::models
