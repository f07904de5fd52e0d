// The processor that runs the firmware, in two kinds behind one interface:
// iss_cpu executes the RISC-V program, native_cpu calls the same C code
// compiled for the host. Both reach the system through one TLM socket.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <functional>
#include <string>
#include <systemc>

#include "models/common/observer.hpp"

namespace vitvp::models {

// What both kinds take. The quantum is the one of tlm_utils::tlm_quantumkeeper
// (tlm::tlm_global_quantum); results do not depend on it, the latency of an
// interrupt is at most one quantum.
struct host_cpu_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  // Name of a code address for messages ("main+0x12"); may be empty.
  std::function<std::string(std::uint32_t address)> symbolize;
  // Called once, at the simulated time at which the core stops for good; the
  // argument is halt_reason(). May be empty. May call sc_stop().
  std::function<void(const std::string& reason)> on_halt;
};

// A synchronous exception as the core delivered it.
struct trap_info {
  bool valid = false;  // false: none so far
  std::uint32_t cause = 0;
  std::uint32_t mepc = 0;
  std::uint32_t mtval = 0;
};

struct host_cpu_counters {
  std::uint64_t instructions = 0;
  std::uint64_t loads = 0;   // over the bus, DMI excluded
  std::uint64_t stores = 0;  // over the bus, DMI excluded
  std::uint64_t cycles_executing = 0;
  std::uint64_t cycles_bus_wait = 0;
  std::uint64_t cycles_sleeping = 0;  // in wfi
  std::uint64_t traps = 0;            // synchronous exceptions
  std::uint64_t interrupts = 0;
};

// Sockets and wires, time and counters of a core. Starts at time zero, on its
// own thread. An error response is delivered to the firmware, never an abort.
class host_cpu : public sc_core::sc_module, public waits_for_something {
 public:
  tlm_utils::simple_initiator_socket<host_cpu> out;
  sc_core::sc_in<bool> external_irq;
  sc_core::sc_in<bool> timer_irq;
  sc_core::sc_in<bool> software_irq;

  // Address of the instruction at which the core stopped last: exact when it
  // sleeps or is halted, else that of the block of instructions it is in. The
  // native kind has none and returns 0.
  virtual std::uint32_t pc() const = 0;

  // The last synchronous exception; the native kind reports bus errors here,
  // with mepc 0.
  const trap_info& last_trap() const { return m_last_trap; }

  // Up to now, a sleep that goes on included.
  host_cpu_counters counters() const;

  // True once the core will execute nothing more: a trap loop, halt(), stop().
  bool halted() const { return m_halted; }
  // "trap loop at pc 0x80000010 (trap_entry+0x4), cause 1"; empty unless
  // halted.
  const std::string& halt_reason() const { return m_halt_reason; }

  std::string waiting_for() const override;

  // The core stops at the next boundary of a block or when it would wake up.
  // on_halt is not called.
  void stop();

 protected:
  // Throws std::invalid_argument when a value of `config` is out of range.
  host_cpu(const sc_core::sc_module_name& name, const host_cpu_config& config);

  // Bits of mip and mie.
  static constexpr std::uint32_t software_bit = 1U << 3;
  static constexpr std::uint32_t timer_bit = 1U << 7;
  static constexpr std::uint32_t external_bit = 1U << 11;

  // The wires as mip shows them.
  std::uint32_t wires() const { return m_wires; }
  // The cause (3, 7 or 11) that goes first among the bits: external, software,
  // timer.
  static std::uint32_t first_cause(std::uint32_t pending);

  // One access over the bus at the core's local time; false: error response.
  // May wait.
  bool transport(tlm::tlm_command command, std::uint32_t address, void* data,
                 std::uint32_t bytes);
  // Lets `cycles` pass in the core's local time.
  void spend(std::uint64_t cycles);
  // Gives the kernel the turn when the quantum is used up.
  void yield_if_due();
  // Whether the core's local time is ahead of the simulation's.
  bool is_ahead() const;
  // Lets simulated time catch up with the core's local time.
  void synchronize();
  // Cycles that may be spent before a turn is due; at least 1.
  std::uint64_t cycles_until_turn();
  // Synchronizes, then waits until a wire among `enabled` is up, or stop().
  void sleep(std::uint32_t enabled);
  void halt(std::string reason, bool report = true);
  bool stop_requested() const { return m_stop_requested; }

  void record_trap(const trap_info& trap);
  // The target of `out` takes DMI back; called from any process.
  virtual void direct_memory_invalidated() {}
  // Cycles that have passed for this core, its local time included.
  std::uint64_t current_cycle();
  // "0x80000010 (main+0x10)".
  std::string locate(std::uint32_t address) const;

  host_cpu_counters m_counters;

 private:
  enum class activity { running, on_bus, sleeping, halted };

  void wires_changed();
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
  void prepare(tlm::tlm_command command, std::uint32_t address, void* data,
               std::uint32_t bytes);
  void mark_turn();
  std::uint64_t cycles_of(const sc_core::sc_time& time) const;

  host_cpu_config m_config;
  tlm_utils::tlm_quantumkeeper m_keeper;
  tlm::tlm_generic_payload m_payload;
  sc_core::sc_event m_wake;
  std::uint64_t m_spent_cycles = 0;  // the last time,
  sc_core::sc_time m_spent;          // which is so long
  sc_core::sc_time m_next_turn;
  sc_core::sc_time m_bus_time;
  sc_core::sc_time m_sleep_time;
  sc_core::sc_time m_sleep_start;
  std::uint32_t m_wires = 0;
  activity m_activity = activity::running;
  bool m_halted = false;
  bool m_stop_requested = false;
  std::string m_halt_reason;
  trap_info m_last_trap;
};

}  // namespace vitvp::models
