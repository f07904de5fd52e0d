#include "models/uart/uart_source.hpp"

#include <poll.h>
#include <unistd.h>

#include <cstddef>

namespace vitvp::models {

uart_source uart_source_from(const std::string& text) {
  return [text, next = std::size_t{0}]() mutable -> int {
    if (next == text.size()) return uart_ended;
    return static_cast<unsigned char>(text[next++]);
  };
}

uart_source uart_source_from(std::istream& stream) {
  return [&stream]() -> int {
    const int byte = stream.get();
    return byte == std::istream::traits_type::eof() ? uart_ended : byte;
  };
}

uart_source uart_source_from_descriptor(int descriptor) {
  return [descriptor]() -> int {
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = poll(&waiting, 1, 0);
    if (ready == 0) return uart_nothing_yet;
    if (ready < 0) return uart_ended;
    unsigned char byte = 0;
    return read(descriptor, &byte, 1) == 1 ? byte : uart_ended;
  };
}

}  // namespace vitvp::models
