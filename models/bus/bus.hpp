// Interconnect: routes transactions by address and lets initiators compete.
#pragma once

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/bus/address_map.hpp"
#include "models/common/busy_window.hpp"

namespace vitvp::models {

struct bus_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  unsigned latency_cycles = 2;  ///< of every transaction, 0..1000
  unsigned width_bytes = 16;    ///< moved per cycle, a power of two, 1..1024
  std::vector<bus_region> map;

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// What one initiator did to one target.
struct bus_traffic {
  std::uint64_t transactions = 0;  ///< reads and writes, failed ones included
  std::uint64_t bytes = 0;         ///< their data
  std::uint64_t streams = 0;       ///< announced by stream or burst extension
  std::uint64_t stream_bytes = 0;  ///< of their footprints
  sc_core::sc_time waited;         ///< for the port of the target
};

/// Any number of initiators and targets, numbered in the order of binding.
///
/// Routing. A target sees offsets from the base of the region; the address is
/// restored on return. A transaction that hits no region, or crosses the end
/// of one, gets TLM_ADDRESS_ERROR and reaches no target. DMI ranges are
/// clipped to the region and shifted; an invalidation is shifted back for each
/// region of the target and broadcast to all initiators. Debug transport is
/// routed, and moves 0 bytes where a transaction would be an address error.
///
/// Time. The port of each target carries `width_bytes` per cycle: a
/// transaction occupies it for max(1, ceil(length / width_bytes)) cycles, and
/// waits for those booked before it (busy_window). Transactions are served in
/// the order of their calls; since a blocking initiator has one at a time,
/// nobody starves. The delay grows by the wait, latency_cycles, and one cycle
/// for each beat after the first; what the target adds comes on top. Nothing
/// is delayed beyond latency_cycles for TLM_IGNORE_COMMAND, nor at all with a
/// values_only_extension, which is not counted either.
class bus : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<bus> in;
  tlm_utils::multi_passthrough_initiator_socket<bus> out;

  /// Throws std::invalid_argument on a bad configuration. A region whose
  /// target is not bound at the end of elaboration is an SC_ERROR
  /// "/vitvp/bus/unbound".
  bus(const sc_core::sc_module_name& name, const bus_config& config);

  /// Frees all ports and clears the counters.
  void reset();

  const bus_config& config() const { return m_config; }
  /// Of an initiator and a target, in the order of binding; after elaboration.
  const bus_traffic& traffic(unsigned initiator, unsigned target) const;
  /// Transactions that hit no region, those of values only excluded.
  std::uint64_t address_errors() const { return m_address_errors; }

 private:
  void end_of_elaboration() override;

  void b_transport(int id, tlm::tlm_generic_payload& payload,
                   sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int id, tlm::tlm_generic_payload& payload,
                          tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int id, tlm::tlm_generic_payload& payload);
  void invalidate_direct_mem_ptr(int id, sc_dt::uint64 first,
                                 sc_dt::uint64 last);

  const bus_region* route(const tlm::tlm_generic_payload& payload) const;
  void account(bus_traffic& traffic, const bus_region& region,
               const tlm::tlm_generic_payload& payload,
               sc_core::sc_time& delay);
  bus_traffic& cell(unsigned initiator, unsigned target);

  bus_config m_config;
  address_map m_map;
  sc_core::sc_time m_latency;
  unsigned m_width_log2 = 0;
  std::vector<busy_window> m_ports;    // of targets
  std::vector<bus_traffic> m_traffic;  // initiators x targets
  std::uint64_t m_address_errors = 0;
  unsigned m_targets = 0;
};

}  // namespace vitvp::models
