// A block of registers alone over its socket, a protocol checker in between.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "models/common/tlm_checker.hpp"

namespace vitvp::test {

/// Lets happen what happens at the current time.
void settle();
/// Lets `time` pass, and settles.
void run_for(const sc_core::sc_time& time);

/// Drives the registers that it is bound to. A response that is not OK fails
/// the test.
class register_bench : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<register_bench> out;
  models::tlm_checker checker;  ///< bind checker.out to the block

  explicit register_bench(const sc_core::sc_module_name& name);

  /// `delay` is the initiator's local time ahead of the kernel's; on return,
  /// last_delay() says what has become of it. `bytes` is 1, 2 or 4.
  void write(std::uint32_t offset, std::uint32_t value, unsigned bytes = 4,
             const sc_core::sc_time& delay = sc_core::SC_ZERO_TIME);
  std::uint32_t read(std::uint32_t offset, unsigned bytes = 4,
                     const sc_core::sc_time& delay = sc_core::SC_ZERO_TIME);
  /// By debug transport.
  std::uint32_t peek(std::uint32_t offset, unsigned bytes = 4);

  const sc_core::sc_time& last_delay() const { return m_last_delay; }

 private:
  void access(tlm::tlm_command command, std::uint32_t offset,
              std::uint32_t& value, unsigned bytes, sc_core::sc_time delay);

  sc_core::sc_time m_last_delay;
};

}  // namespace vitvp::test
