// Watches the rules of the TLM-2.0 base protocol between two sockets.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

namespace vitvp::models {

/// A rule of IEEE 1666-2011; each has its own message type, message_type().
enum class tlm_rule {
  command,             ///< READ, WRITE or IGNORE
  response_initial,    ///< TLM_INCOMPLETE_RESPONSE when sent
  dmi_hint_initial,    ///< DMI hint false when sent
  data_pointer,        ///< not null unless the length is 0
  data_length,         ///< positive unless the command is IGNORE
  streaming_width,     ///< positive
  byte_enables,        ///< length positive with a pointer, values 0 or 0xff
  option,              ///< TLM_MIN_PAYLOAD when sent
  attributes_changed,  ///< only data, response and DMI hint may change
  data_changed,        ///< the data of a write, byte enables: never
  response_set,        ///< not INCOMPLETE on return
  delay_decreased,     ///< the delay never goes backwards
  dmi_range,           ///< a granted range has a pointer and the address
  dmi_rights,          ///< a granted range allows the access asked for
  debug_length,        ///< debug transport moves no more than was asked for
  debug_time,          ///< debug transport takes no time
  debug_side_effect,   ///< a debug read after a debug read gives the same
  count
};

/// Stable name under which a violation is reported with SC_ERROR,
/// "/vitvp/tlm/response_initial".
const char* message_type(tlm_rule rule);

/// Stands between an initiator and a target, forwards everything and reports
/// each violation once per call. Bind initiator to `in` and `out` to target.
class tlm_checker : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<tlm_checker> in;
  tlm_utils::simple_initiator_socket<tlm_checker> out;

  /// Interconnect components may change the address of a payload, targets may
  /// not: `address_may_change` says what `out` is bound to.
  explicit tlm_checker(const sc_core::sc_module_name& name,
                       bool address_may_change = false);

  /// Violations so far, when reports do not throw.
  std::size_t violations() const;
  std::size_t violations(tlm_rule rule) const;
  /// Calls of b_transport so far.
  std::size_t transactions() const { return m_transactions; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last);
  void check(bool holds, tlm_rule rule,
             const tlm::tlm_generic_payload& payload);
  void check_sent(const tlm::tlm_generic_payload& payload);

  bool m_address_may_change;
  std::size_t m_transactions = 0;
  std::array<std::size_t, static_cast<std::size_t>(tlm_rule::count)>
      m_violations{};
};

}  // namespace vitvp::models
