// Pictures as files hold them, of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vitvp::vit {

/// A decoded picture.
struct picture {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;        ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels;  ///< [height, width, channels]
};

/// Decodes a PNG or JPEG file; its contents tell which it is. PNG: 16 bits are
/// scaled to 8, palettes become RGB, alpha is dropped (what is transparent
/// shows the colour that the file has there). JPEG: CMYK becomes RGB. The
/// orientation that EXIF asks for is not applied. Throws input_error, naming
/// the file, for what is neither, damaged or cut short, and, before memory is
/// taken, for more than 32768 pixels each way or 2^26 in all.
picture read_picture(const std::string& path);

/// Whether the file begins as a PNG or a JPEG does; false if there is none.
bool is_picture(const std::string& path);

}  // namespace vitvp::vit
