// Finds the instruction that made a bus access. The emulator names only the
// block of instructions in which an access was made; the registers, though, are
// those before the instruction, and the accesses that the block made so far are
// known. Both together single the instruction out.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace vitvp::models {

struct bus_access {
  bool is_write = false;
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
};

struct fault_location {
  bool found = false;
  std::uint32_t pc = 0;
  std::uint32_t address = 0;  // effective address of the instruction
  bool is_load = true;        // what the cause is: load, or store and atomic
};

struct fault_scene {
  std::uint32_t block_address = 0;
  std::vector<std::uint8_t> code;  // the block
  std::array<std::uint32_t, 32> registers{};
  // By the block, oldest first; the last one is the one in question.
  std::vector<bus_access> accesses;
  // Whether an access to the address goes over the bus.
  std::function<bool(std::uint32_t address)> on_bus;
};

// The instruction that explains the last access and all accesses before it. Two
// instructions can explain them equally well only when an earlier address came
// from a register that the block has since overwritten with something other
// than a sum with a constant; the first of them is taken then.
fault_location locate_fault(const fault_scene& scene);

}  // namespace vitvp::models
