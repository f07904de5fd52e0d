#include "models/cosim/rtl_device.hpp"

#include <cstring>

namespace vitvp::models {

void rtl_device::pulse(rtl_pin& pin) {
  pin.set(1);
  m_block.settle();
  m_block.edge();
  pin.set(0);
}

void rtl_device::fetch(memory_port& memory, const char* port,
                       const rtl_request& request, rtl_pin& to,
                       std::size_t element_bytes) const {
  const std::size_t bytes = request.count * element_bytes;
  if (!request.valid || bytes == 0) return;
  require_room(port, to, bytes);
  std::memcpy(to.bytes(), memory.read(request.address, bytes), bytes);
}

void rtl_device::require_room(const char* port, const rtl_pin& pin,
                              std::uint64_t bytes) const {
  if (bytes <= pin.size()) return;
  m_block.plugin().fail(std::string(port) + " asks for " +
                        std::to_string(bytes) + " bytes of the " +
                        std::to_string(pin.size()) + " of its data pins");
}

}  // namespace vitvp::models
