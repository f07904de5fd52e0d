// The machine-mode architecture of iss_cpu around the emulator: traps,
// interrupts, wfi, counters, and the way of every access to the bus.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/host_cpu/block_cache.hpp"
#include "models/host_cpu/fault_locator.hpp"
#include "models/host_cpu/iss_cpu.hpp"
#include "models/host_cpu/rv32.hpp"
#include "models/host_cpu/unicorn_core.hpp"

namespace vitvp::models {

class iss_cpu::engine : public unicorn_client {
 public:
  engine(iss_cpu& cpu, const iss_cpu_config& config);

  // Executes until the core halts.
  void run();
  std::uint32_t pc() const { return m_pc; }
  std::uint32_t read_register(unsigned index) const {
    return m_core.read_register(index);
  }
  void forget_direct_memory() { m_memory_stale = true; }

  bool enter_block(std::uint32_t address, std::uint32_t bytes) override;
  bool load(std::uint32_t address, std::uint32_t bytes,
            std::uint32_t& value) override;
  bool store(std::uint32_t address, std::uint32_t bytes,
             std::uint32_t value) override;
  bool trace_load(std::uint32_t address, std::uint32_t bytes) override;
  bool trace_store(std::uint32_t address, std::uint32_t bytes,
                   std::uint32_t value) override;

 private:
  // Time.
  void account(const block_info& block);
  void take_turn();
  void settle();

  // Memory.
  void map_memory();
  std::vector<memory_piece> request_direct_memory();
  void read_copy();
  bool in_memory(std::uint32_t address) const;
  bool access(tlm::tlm_command command, std::uint32_t address,
              std::uint32_t bytes, void* data);

  // What run() does when the emulator returns.
  void step();
  void handle_stop();
  void handle_exception();
  void handle_undefined();
  void handle_fetch_fault();
  void handle_idle();
  void handle_bus_error();

  // Privileged architecture.
  const block_info& block_at(std::uint32_t address, std::uint32_t bytes);
  void complete_block();
  std::uint32_t counter_value(std::uint32_t csr);
  void force_machine_mode();
  std::uint32_t pending_enabled();
  bool must_stop();
  bool interrupt_due();
  void take_trap(std::uint32_t cause, std::uint32_t mepc, std::uint32_t mtval);
  void take_interrupt(std::uint32_t cause);
  void enter_handler(std::uint32_t cause, std::uint32_t mepc,
                     std::uint32_t mtval);
  void sleep();
  void halt_in_loop(std::uint32_t cause, std::uint32_t at);
  std::uint32_t opcode_at(std::uint32_t address) const;
  std::uint32_t operand_address(const rv32::memory_operand& operand) const;

  iss_cpu& m_cpu;
  iss_cpu_config m_config;
  unicorn_core m_core;
  block_cache m_blocks;
  std::vector<std::uint8_t> m_copy;  // of the memory, when it is traced
  std::uint32_t m_pc;                // of the block, or exact after a stop
  std::uint32_t m_block_bytes = 0;

  std::uint64_t m_cycles = 0;  // executed, not yet in the local time
  std::uint64_t m_budget = 0;  // of m_cycles, until a turn may be due

  bool m_memory_stale = true;
  bool m_code_stale = false;
  bool m_interrupt_accepted = false;
  bool m_access_failed = false;
  std::vector<bus_access> m_accesses;  // of the block so far

  // The CSR read that the block before ended with, when its value is ours.
  std::optional<block_info> m_csr_read;
  bool m_returning = false;  // it ended with mret

  // mie if mstatus.MIE is set; stale after every CSR instruction and mret.
  std::uint32_t m_enabled = 0;
  bool m_enabled_stale = true;

  unsigned m_traps_since_return = 0;
  unsigned m_idle_returns = 0;
};

}  // namespace vitvp::models
