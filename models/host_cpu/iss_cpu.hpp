// A RISC-V core (RV32IMAC, Zicsr, machine mode) that executes a program, on
// the Unicorn library.
#pragma once

#include <cstdint>
#include <memory>

#include "models/host_cpu/host_cpu.hpp"

namespace vitvp::models {

struct iss_cpu_config : host_cpu_config {
  // The one memory from which instructions are fetched. Multiples of 4 KiB,
  // within 32 bits. Everything else is reached over the bus, data only.
  std::uint64_t memory_base = 0x80000000;
  std::uint64_t memory_bytes = 0x10000000;
  std::uint32_t entry = 0x80000000;  // pc at reset
  // True: the memory is accessed directly when the bus grants it. False: every
  // data access is a transaction; instructions come from a copy that is read
  // by debug transport at reset and at fence.i.
  bool use_dmi = true;
  std::uint32_t cycles_per_instruction = 1;
  std::uint32_t hart_id = 0;
};

// Throws std::invalid_argument naming the key and its range when a value of
// the config is out of range.
class iss_cpu : public host_cpu {
 public:
  iss_cpu(const sc_core::sc_module_name& name, const iss_cpu_config& config);
  ~iss_cpu() override;

  std::uint32_t pc() const override;
  // Register x0..x31 (0..31). Exact while the core sleeps or is halted.
  std::uint32_t read_register(unsigned index) const;

 private:
  class engine;

  void direct_memory_invalidated() override;
  void run();

  std::unique_ptr<engine> m_engine;
};

}  // namespace vitvp::models
