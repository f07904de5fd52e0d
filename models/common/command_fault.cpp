#include "models/common/command_fault.hpp"

namespace vitvp::models {

const char* to_string(fault_code code) {
  switch (code) {
    case fault_code::none:
      return "NONE";
    case fault_code::address:
      return "ADDRESS";
    case fault_code::command:
      return "COMMAND";
    case fault_code::burst:
      return "BURST";
    case fault_code::byte_enable:
      return "BYTE_ENABLE";
    case fault_code::parameter:
      return "PARAMETER";
    case fault_code::queue_overflow:
      return "QUEUE_OVERFLOW";
    case fault_code::generic:
      break;
  }
  return "GENERIC";
}

fault_code fault_of(tlm::tlm_response_status status) {
  switch (status) {
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return fault_code::address;
    case tlm::TLM_COMMAND_ERROR_RESPONSE:
      return fault_code::command;
    case tlm::TLM_BURST_ERROR_RESPONSE:
      return fault_code::burst;
    case tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE:
      return fault_code::byte_enable;
    default:
      return fault_code::generic;
  }
}

}  // namespace vitvp::models
