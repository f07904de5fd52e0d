// The sizes of a vision transformer.
#pragma once

#include <cstdint>

namespace vitvp::vit {

/// Sizes of one network; docs/arithmetic.md section 1 gives the letters,
/// docs/package.md the ranges.
struct geometry {
  std::uint32_t image_height = 0;    ///< pixels, a multiple of patch
  std::uint32_t image_width = 0;     ///< pixels, a multiple of patch
  std::uint32_t image_channels = 0;  ///< bytes of a pixel
  std::uint32_t patch = 0;           ///< P, edge of a patch in pixels
  std::uint32_t width = 0;           ///< D, a multiple of heads
  std::uint32_t heads = 0;           ///< H
  std::uint32_t depth = 0;           ///< B, blocks
  std::uint32_t hidden = 0;          ///< F
  std::uint32_t classes = 0;         ///< C

  /// Patches of an image; 0 as long as `patch` is 0.
  std::uint32_t patches() const {
    return patch == 0 ? 0 : (image_height / patch) * (image_width / patch);
  }
  /// N: the class token and one token per patch.
  std::uint32_t tokens() const { return 1 + patches(); }
  /// d, columns of one head; 0 as long as `heads` is 0.
  std::uint32_t head_width() const { return heads == 0 ? 0 : width / heads; }
  /// Terms of one element of the patch product.
  std::uint32_t patch_terms() const { return patch * patch * image_channels; }
  /// Bytes of one image.
  std::uint32_t image_bytes() const {
    return image_height * image_width * image_channels;
  }
};

inline bool operator==(const geometry& a, const geometry& b) {
  return a.image_height == b.image_height && a.image_width == b.image_width &&
         a.image_channels == b.image_channels && a.patch == b.patch &&
         a.width == b.width && a.heads == b.heads && a.depth == b.depth &&
         a.hidden == b.hidden && a.classes == b.classes;
}

inline bool operator!=(const geometry& a, const geometry& b) {
  return !(a == b);
}

}  // namespace vitvp::vit
