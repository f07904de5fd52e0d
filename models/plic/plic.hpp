// Platform-level interrupt controller: 31 level-triggered sources, one context.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/observer.hpp"
#include "models/common/register_file.hpp"

namespace vitvp::models {

struct plic_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  unsigned access_cycles = 1;  ///< of an access, 0..1000

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// The registers of docs/registers/plic.md, after the RISC-V PLIC
/// specification 1.0.0. A source that is high becomes pending, stays so when
/// its line falls, and is forwarded again only after its claim was completed.
/// A claim takes the pending and enabled source of the highest priority above
/// 0, of equal ones that of the lowest number; the threshold masks the
/// interrupt line, not the claim. Completing a source that is not enabled is
/// ignored, as is one that was not claimed.
class plic : public sc_core::sc_module, public waits_for_something {
 public:
  static constexpr unsigned source_count = 32;
  /// May be left unbound: the source never interrupts.
  using source_port = sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1,
                                       sc_core::SC_ZERO_OR_MORE_BOUND>;

  tlm_utils::simple_target_socket<plic> in;
  sc_core::sc_vector<source_port> sources;  ///< by number; 0 is not looked at
  sc_core::sc_out<bool> external_irq;

  SC_HAS_PROCESS(plic);
  explicit plic(const sc_core::sc_module_name& name,
                const plic_config& config = plic_config());

  /// State after power-on; sources that are high become pending at once.
  void reset();

  std::uint32_t pending() const { return m_pending; }
  /// Sources that were claimed and not yet completed, a bit each.
  std::uint32_t claimed() const { return m_claimed; }
  std::string waiting_for() const override;

 private:
  // A source that is bound.
  struct wire {
    unsigned source;
    const sc_core::sc_signal_in_if<bool>* level;
  };

  void end_of_elaboration() override;
  void define_registers();
  unsigned best() const;
  void claim();
  void complete(std::uint32_t source);
  void open_gateways();

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void sample();

  plic_config m_config;
  sc_core::sc_time m_access_time;
  register_file m_registers;
  const std::uint32_t& m_enable;  // registers
  const std::uint32_t& m_threshold;
  const std::uint32_t* m_priorities;
  std::vector<wire> m_wires;
  std::uint32_t m_pending = 0;
  std::uint32_t m_claimed = 0;
  std::uint32_t m_completed = 0;     // and still taken for claimed
  sc_dt::uint64 m_completed_at = 0;  // delta of the last completion
  sc_core::sc_event m_changed;
};

}  // namespace vitvp::models
