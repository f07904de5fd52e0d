// The test that every block of registers passes: what the generated table
// says is what its model does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <systemc>
#include <tlm>

#include "registers/register_info.hpp"

namespace vitvp::test {

/// A block after reset, and what the table cannot say about it.
struct register_walk {
  std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)> transport;
  std::function<unsigned(tlm::tlm_generic_payload&)> debug;
  const registers::register_info* table = nullptr;
  std::size_t count = 0;
  std::uint64_t size = 0x1000;  ///< of the block's address window in bytes

  /// Expected values of registers whose reset value is configured, by offset.
  std::map<std::uint32_t, std::uint32_t> configured = {};
  /// Offsets that do not read as written, besides volatile registers.
  std::set<std::uint64_t> special = {};
};

/// The walk of `table` over an initiator socket that is bound to the block.
/// Elaboration must be done before it is walked: sc_start(SC_ZERO_TIME).
template <typename socket_type, std::size_t Count>
register_walk walk_over(socket_type& socket,
                        const registers::register_info (&table)[Count]) {
  register_walk walk;
  walk.transport = [&socket](tlm::tlm_generic_payload& payload,
                             sc_core::sc_time& delay) {
    socket->b_transport(payload, delay);
  };
  walk.debug = [&socket](tlm::tlm_generic_payload& payload) {
    return socket->transport_dbg(payload);
  };
  walk.table = table;
  walk.count = Count;
  return walk;
}

/// All checks below, as checks of Catch2. Nothing is written to write-only
/// registers, and only zeros and ones in turn to the others; where that has
/// an effect that matters, say so in `special`.
void check_registers(const register_walk& walk);

/// Debug access and, unless volatile, read give the reset value.
void check_reset_values(const register_walk& walk);
/// Reading write-only and writing read-only registers is a command error.
void check_access_rights(const register_walk& walk);
/// Implemented bits hold what is written, all others read 0.
void check_written_bits(const register_walk& walk);
/// Byte enables, wrong lengths, misaligned addresses and a short streaming
/// width are refused without effect.
void check_refused_shapes(const register_walk& walk);
/// Where no register is, an access is an address error.
void check_unmapped_offsets(const register_walk& walk);
/// Debug access changes nothing; neither does TLM_IGNORE_COMMAND.
void check_effects_of_debug(const register_walk& walk);

}  // namespace vitvp::test
