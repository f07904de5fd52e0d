// Checks of configurations.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace vitvp::models {

/// Throws std::invalid_argument that names the key unless
/// least <= value <= most.
inline void check_range(const char* key, std::uint64_t value,
                        std::uint64_t least, std::uint64_t most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument(std::string(key) + ": " + std::to_string(value) +
                              " is not in " + std::to_string(least) + ".." +
                              std::to_string(most));
}

}  // namespace vitvp::models
