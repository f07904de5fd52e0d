// Where the bytes that a UART receives come from.
#pragma once

#include <functional>
#include <istream>
#include <string>

namespace vitvp::models {

/// Gives one byte, 0..255, per call; or says that there is none yet, or that
/// there will never be one again. Must not block.
using uart_source = std::function<int()>;
inline constexpr int uart_nothing_yet = -1;
inline constexpr int uart_ended = -2;

/// The bytes of `text`.
uart_source uart_source_from(const std::string& text);
/// What is left of `stream`, which must outlive the source and must not block:
/// a file or a string, not a terminal.
uart_source uart_source_from(std::istream& stream);
/// What arrives at a file descriptor, such as that of a terminal or a pipe.
/// When it arrives depends on the host, so that runs do not repeat exactly.
uart_source uart_source_from_descriptor(int descriptor);

}  // namespace vitvp::models
