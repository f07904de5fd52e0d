// Resampling of pictures; docs/evaluation.md defines it.
#pragma once

#include <cstdint>

#include "vit/package.hpp"
#include "vit/picture.hpp"

namespace vitvp::vit {

/// A part of a picture, in pixels.
struct picture_part {
  std::uint64_t top = 0;
  std::uint64_t left = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
};

/// The part `part` of `from` scaled to `height` x `width` pixels; the part must
/// lie within them, and all sizes be 1 or more. No other part is computed. The
/// values are the same on every machine.
picture scale_picture(const picture& from, std::uint64_t height,
                      std::uint64_t width, const picture_part& part,
                      interpolation how);

}  // namespace vitvp::vit
