// What can go wrong with a command, as the ERROR registers show it.
#pragma once

#include <cstdint>
#include <exception>
#include <tlm>

namespace vitvp::models {

/// ERROR_CODE.CODE of registers/command_interface.yaml.
enum class fault_code : std::uint32_t {
  none = 0,
  address = 1,
  command = 2,
  burst = 3,
  byte_enable = 4,
  generic = 5,
  parameter = 6,
  queue_overflow = 7
};

/// Name as in the register documentation, "ADDRESS".
const char* to_string(fault_code code);

/// Thrown by the execution of a command to end it.
class command_fault : public std::exception {
 public:
  /// `address` of the access, or offset of the register for `parameter`.
  command_fault(fault_code code, std::uint64_t address)
      : m_code(code), m_address(address) {}

  fault_code code() const { return m_code; }
  std::uint64_t address() const { return m_address; }
  const char* what() const noexcept override { return to_string(m_code); }

 private:
  fault_code m_code;
  std::uint64_t m_address;
};

/// The code under which an error response of the bus is latched.
fault_code fault_of(tlm::tlm_response_status status);

/// Throws command_fault{parameter, register_offset} unless `holds`.
inline void require(bool holds, std::uint32_t register_offset) {
  if (!holds) throw command_fault(fault_code::parameter, register_offset);
}

}  // namespace vitvp::models
