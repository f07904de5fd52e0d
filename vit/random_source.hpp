// A small generator whose numbers are the same on every machine.
#pragma once

#include <cstdint>

namespace vitvp::vit {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", 2014): 64 bits of state, passes BigCrush.
class random_source {
 public:
  /// Different `stream`s of one seed give independent sequences.
  explicit random_source(std::uint64_t seed, std::uint64_t stream = 0)
      : m_state(mix(seed) + mix(stream ^ 0x5851f42d4c957f2d)) {}

  /// The next 64 bits.
  std::uint64_t next() { return mix(m_state += 0x9e3779b97f4a7c15); }

  /// Uniform in 0..count-1, for count >= 1. Not rejecting makes it uneven by
  /// less than count / 2^32.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32);
  }

  /// Uniform in smallest..largest, which must not span all 32 bits.
  std::int32_t between(std::int32_t smallest, std::int32_t largest) {
    const auto first = static_cast<std::uint32_t>(smallest);
    const std::uint32_t count = static_cast<std::uint32_t>(largest) - first + 1;
    return static_cast<std::int32_t>(first + below(count));
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t m_state;
};

}  // namespace vitvp::vit
