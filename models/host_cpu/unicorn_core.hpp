// The Unicorn emulator behind a small interface: nothing else includes its
// header. Executes RV32IMAC instructions; the privileged architecture (traps,
// interrupts, counters) is up to the client.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vitvp::models {

enum class machine_csr { mstatus, mie, mtvec, mepc, mcause, mtval };

// Called while instructions execute. May wait() and may throw: the exception
// leaves unicorn_core::run(). Register writes take effect at once in
// enter_block() only.
class unicorn_client {
 public:
  virtual ~unicorn_client() = default;
  // Before the first instruction of a block. False: stop there, the block is
  // not executed.
  virtual bool enter_block(std::uint32_t address, std::uint32_t bytes) = 0;
  // An access outside of the memory. False: stop at the instruction; it does
  // not change a register.
  virtual bool load(std::uint32_t address, std::uint32_t bytes,
                    std::uint32_t& value) = 0;
  virtual bool store(std::uint32_t address, std::uint32_t bytes,
                     std::uint32_t value) = 0;
  // An access to traced memory, before it is done there. False: stop, as
  // above.
  virtual bool trace_load(std::uint32_t address, std::uint32_t bytes) = 0;
  virtual bool trace_store(std::uint32_t address, std::uint32_t bytes,
                           std::uint32_t value) = 0;
};

struct memory_piece {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  void* data = nullptr;
};

class unicorn_core {
 public:
  enum class outcome {
    stopped,      // a callback returned false; pc is exact after enter_block()
    exception,    // exception_cause() at pc
    undefined,    // not an instruction, or ebreak, at pc
    fetch_fault,  // pc is outside of the memory
    idle,         // pc is behind a wfi, or the end of the memory
    failed        // failure()
  };

  // The memory is what lies in [base, base + bytes), multiples of 4 KiB; all
  // other addresses are the client's. Throws std::runtime_error when the
  // library refuses.
  unicorn_core(unicorn_client& client, std::uint64_t base, std::uint64_t bytes);
  ~unicorn_core();

  // Replaces the memory; the pieces cover it without a gap. With `traced` its
  // data accesses are announced. Not from a callback.
  void map_memory(const std::vector<memory_piece>& pieces, bool traced);
  // Forgets translated code. Not from a callback.
  void flush_code();

  outcome run(std::uint32_t pc);
  std::uint32_t pc() const;
  std::uint32_t exception_cause() const;
  const std::string& failure() const;

  std::uint32_t read_register(unsigned index) const;
  void write_register(unsigned index, std::uint32_t value);
  std::array<std::uint32_t, 32> registers() const;
  std::uint32_t read_csr(machine_csr csr) const;
  void write_csr(machine_csr csr, std::uint32_t value);
  // Bytes of the memory; shorter where it ends.
  std::vector<std::uint8_t> read_code(std::uint32_t address,
                                      std::size_t bytes) const;

 private:
  struct state;
  std::unique_ptr<state> m_state;
};

}  // namespace vitvp::models
