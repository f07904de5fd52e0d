// Core-local interruptor of one hart: machine timer and software interrupt.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <string>
#include <systemc>
#include <tlm>

#include "models/common/observer.hpp"
#include "models/common/register_file.hpp"

namespace vitvp::models {

struct clint_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  unsigned access_cycles = 1;                  ///< of an access, 0..1000
  sc_core::sc_time tick{100, sc_core::SC_NS};  ///< in which mtime counts one

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// The registers of docs/registers/clint.md. mtime is the simulated time in
/// ticks, seen by an access at the initiator's local time (kernel time and
/// annotated delay), plus what was written to it. The interrupt lines follow
/// the kernel's time: timer_irq is high while mtime >= mtimecmp, as unsigned
/// numbers of 64 bits; a compare value whose time has more than 64 bits in
/// units of the time resolution never comes.
class clint : public sc_core::sc_module, public waits_for_something {
 public:
  tlm_utils::simple_target_socket<clint> in;
  sc_core::sc_out<bool> timer_irq;
  sc_core::sc_out<bool> software_irq;

  SC_HAS_PROCESS(clint);
  explicit clint(const sc_core::sc_module_name& name,
                 const clint_config& config = clint_config());

  /// State after power-on, mtime 0 at the kernel's time.
  void reset();

  /// mtime at the kernel's time.
  std::uint64_t mtime() const;
  std::uint64_t mtimecmp() const;
  std::string waiting_for() const override;

 private:
  void define_registers();
  void write_mtime(std::uint64_t value);
  std::uint64_t mtime_at(const sc_core::sc_time& time) const;

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void drive();

  clint_config m_config;
  register_file m_registers;
  sc_core::sc_time m_access_time;  // local time of the current access
  std::uint64_t m_offset = 0;      // mtime less ticks since time zero
  sc_core::sc_event m_changed;
};

}  // namespace vitvp::models
