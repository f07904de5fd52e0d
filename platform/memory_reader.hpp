// How what watches a run looks into its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace vitvp::platform {

/// Reads `bytes` at a bus address without side effects; false if there is no
/// such memory.
using memory_reader =
    std::function<bool(std::uint64_t address, void* to, std::size_t bytes)>;

}  // namespace vitvp::platform
