// The command interface that all engines share: registers, queue, completion,
// faults and counters of registers/command_interface.yaml.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/command_fault.hpp"
#include "models/common/host_workers.hpp"
#include "models/common/memory_port.hpp"
#include "models/common/observer.hpp"
#include "models/common/register_file.hpp"

namespace vitvp::models {

/// What every engine is configured with.
struct command_engine_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  unsigned queue_depth = 4;    ///< commands that wait, 2..255
  unsigned access_cycles = 1;  ///< of a register access, 0..1000
  bool use_dmi = true;         ///< changes neither values nor cycles
  /// Who computes values; null: the simulation's thread. It outlives the
  /// engine, and whoever reaches the same memory settles with it.
  host_workers* workers = nullptr;

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// What tells one engine from another.
struct command_engine_identity {
  const registers::register_info* table = nullptr;
  std::size_t table_size = 0;
  std::uint16_t block = 0;        ///< ID.BLOCK
  std::uint32_t mode_offset = 0;  ///< of the block's MODE register
};

/// A submitted command: the staged registers at the time of submission.
struct command {
  std::uint32_t tag = 0;
  std::uint32_t origin = 0;
  sc_core::sc_time submitted;
  std::array<std::uint32_t, 64> registers{};  ///< from offset 0x080 on

  /// Value of the command register at `offset`, 0x080 to 0x17c.
  std::uint32_t get(std::uint32_t offset) const {
    return registers.at((offset - 0x080) / 4);
  }
};

/// What a command turned out to be: the sum of `cycles` is its duration.
struct execution {
  cycle_breakdown cycles;
  std::uint64_t work = 0;
  result_layout result;
};

/// Base of all engines. Commands start at a clock edge, in order of
/// submission, not before the local time at which they were submitted; the
/// registers show the state at the kernel's time. A fault ends the command
/// that caused it, is visible at least `fault_cycles` after its start, and
/// halts the engine: the queue is kept until CONTROL.CLEAR drops it. A
/// submission to a full queue is a fault too (ERROR_ADDRESS is the offset of
/// SUBMIT), but lets the command that runs complete. Commands that fault or
/// are cut off by reset() are reported to observers as finished, with all
/// their cycles in `control`, no work and no result.
class command_engine : public sc_core::sc_module, public waits_for_something {
 public:
  static constexpr unsigned fault_cycles = 4;

  tlm_utils::simple_target_socket<command_engine> in;
  sc_core::sc_out<bool> irq;
  memory_port mem;                ///< its socket is named "out"
  memory_port::socket_type& out;  ///< mem.socket

  SC_HAS_PROCESS(command_engine);
  command_engine(const sc_core::sc_module_name& name,
                 const command_engine_config& config,
                 const command_engine_identity& identity);

  /// State after power-on. A running command ends without result.
  virtual void reset();

  /// The observer is told of every command from now on, under the engine's
  /// full name(). It must outlive the engine.
  void add_observer(command_observer& observer);
  std::string waiting_for() const override;

  const command_engine_config& engine_config() const { return m_config; }
  bool busy() const { return (m_executing && !m_cut_off) || !m_queue.empty(); }
  bool halted() const { return m_fault.code != fault_code::none; }
  std::uint32_t completed() const { return m_completed; }
  /// Sums over commands since reset or CONTROL.CLEAR_COUNTERS.
  const cycle_breakdown& counted_cycles() const { return m_cycles; }
  std::uint64_t counted_work() const { return m_work; }

 protected:
  /// Executes a command; called at its start, in the engine's thread. Checks
  /// all parameters before any side effect, computes the values, and says how
  /// long the command takes. May wait(), for no longer than that. Throws
  /// command_fault.
  virtual execution execute(const command& c) = 0;
  /// Who computes values.
  host_workers& workers() { return m_workers; }

  /// Called at completion: makes results visible that are no memory.
  virtual void commit() {}

  /// Waits until a time, or until reset() cuts the command off.
  void wait_until(const sc_core::sc_time& time);
  bool is_cut_off() const { return m_cut_off; }

  register_file& registers() { return m_registers; }
  sc_core::sc_time cycles(std::uint64_t n) const {
    return sc_core::sc_time::from_value(m_config.clock_period.value() * n);
  }

 private:
  struct latched_fault {
    fault_code code = fault_code::none;
    std::uint32_t address = 0;
    std::uint32_t tag = 0;
  };

  void define_state_registers();
  void define_counter_registers();
  void define_write_effects();
  void show_counter(std::uint32_t offset, const std::uint64_t& value);

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint32_t status() const;
  void submit(std::uint32_t tag);
  void control(std::uint32_t value);
  void raise(std::uint32_t causes);
  std::uint32_t pending_causes() const;
  bool irq_level() const;
  void drive_irq_soon();
  void latch(fault_code code, std::uint64_t address, std::uint32_t tag);

  void run();
  void drive_irq();
  void wait_for_command();
  void process(const command& c);
  void finish(command_report& report, fault_code code, std::uint64_t address);
  void withdraw(command_report& report) const;
  void account(const command_report& report);
  sc_core::sc_time next_edge(const sc_core::sc_time& time) const;

  std::string m_name;
  command_engine_config m_config;
  host_workers& m_workers;
  command_engine_identity m_identity;
  register_file m_registers;
  const std::uint32_t& m_origin;  // registers
  const std::uint32_t& m_interrupt_enable;
  const std::uint32_t& m_target;
  struct staged_register {
    std::size_t place;  // among those of a command
    const std::uint32_t* value;
  };
  std::vector<staged_register> m_staged;
  std::vector<command_observer*> m_observers;

  std::vector<command> m_queue;  // the oldest first
  sc_core::sc_time m_access_delay;
  const sc_core::sc_time* m_access_delayed = nullptr;  // of the current access
  latched_fault m_fault;
  std::uint32_t m_completed = 0;
  std::uint32_t m_interrupts = 0;
  bool m_irq_driven = false;  // what drive_irq() wrote last
  cycle_breakdown m_cycles;
  std::uint64_t m_busy_cycles = 0;
  std::uint64_t m_work = 0;

  bool m_executing = false;
  bool m_cut_off = false;  // reset() while a command executes
  std::uint32_t m_running_tag = 0;
  sc_core::sc_time m_running_until;

  sc_core::sc_event m_wake;
  sc_core::sc_event m_irq_changed;
};

}  // namespace vitvp::models
