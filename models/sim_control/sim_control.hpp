// Ends the simulation, identifies the platform, and tells the firmware the
// sizes that it plans with.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>

#include "models/common/register_file.hpp"

namespace vitvp::models {

struct sim_control_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};  ///< at most 1 s
  unsigned access_cycles = 1;                        ///< of an access, 0..1000
  std::uint32_t sram_bytes = 0;                      ///< SRAM_BYTES
  std::uint32_t sram_banks = 1;        ///< SRAM_BANKS.BANKS, 1..65535
  std::uint32_t sram_line_bytes = 16;  ///< SRAM_BANKS.LINE_BYTES, 1..65535
  std::uint32_t dram_bytes = 0;        ///< DRAM_BYTES
  std::uint32_t model_address = 0;     ///< MODEL_ADDRESS
  /// Called once, at the first FINISH that ends the simulation.
  std::function<void(unsigned exit_code)> on_finish;
  /// Called at each write of PROGRESS.
  std::function<void(std::uint32_t images)> on_progress;
  /// Nanoseconds of wall-clock time since any fixed moment;
  /// std::chrono::steady_clock unless set.
  std::function<std::uint64_t()> host_ns;

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// The registers of docs/registers/sim_control.md. FINISH calls sc_stop() and
/// fixes the exit code: 0 for 0x5555; CODE for 0x3333, but 1 if CODE is 0; 1
/// for 0x7777. Other values, and all writes after that, are ignored. CYCLES
/// counts to the initiator's local time. CLOCK_HZ is rounded to the nearest.
class sim_control : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<sim_control> in;

  explicit sim_control(const sc_core::sc_module_name& name,
                       const sim_control_config& config = sim_control_config());

  /// State after power-on: CYCLES counts from the kernel's time on. Does not
  /// take back a FINISH.
  void reset();
  /// MODEL_ADDRESS from now on.
  void set_model_address(std::uint32_t address);

  bool finished() const { return m_finished; }
  /// Meaningful once finished().
  unsigned exit_code() const { return m_exit_code; }
  /// Local time of the write to FINISH.
  const sc_core::sc_time& finish_time() const { return m_finish_time; }
  /// Value of PROGRESS.
  std::uint32_t progress() const;

 private:
  void define_capabilities();
  void define_counters();
  void finish(std::uint32_t value);
  std::uint64_t cycles() const;
  std::uint64_t host_ns() const;

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  sim_control_config m_config;
  register_file m_registers;
  sc_core::sc_time m_access_time;  // local time of the current access
  sc_core::sc_time m_reset_time;
  std::uint64_t m_host_start_ns = 0;
  std::uint64_t m_seen_host_ns = 0;  // value of the last peek
  bool m_finished = false;
  unsigned m_exit_code = 0;
  sc_core::sc_time m_finish_time;
};

}  // namespace vitvp::models
