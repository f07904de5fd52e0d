#include "vit/picture_fit.hpp"

#include <algorithm>
#include <cstddef>

#include "vit/picture_scale.hpp"

namespace vitvp::vit {

namespace {

// Luma of ITU-R BT.601 in 2^-16, a half upwards.
picture to_grey(const picture& rgb) {
  picture grey{rgb.height, rgb.width, 1, {}};
  grey.pixels.reserve(rgb.pixels.size() / 3);
  for (std::size_t at = 0; at < rgb.pixels.size(); at += 3) {
    const std::uint32_t luma = 19595U * rgb.pixels[at] +
                               38470U * rgb.pixels[at + 1] +
                               7471U * rgb.pixels[at + 2] + 0x8000U;
    grey.pixels.push_back(static_cast<std::uint8_t>(luma >> 16));
  }
  return grey;
}

picture to_rgb(const picture& grey) {
  picture rgb{grey.height, grey.width, 3, {}};
  rgb.pixels.reserve(grey.pixels.size() * 3);
  for (const std::uint8_t value : grey.pixels) {
    rgb.pixels.insert(rgb.pixels.end(), 3, value);
  }
  return rgb;
}

// (whole - part) / 2, a half to the even number.
std::uint64_t margin(std::uint64_t whole, std::uint64_t part) {
  const std::uint64_t twice = whole - part;
  const std::uint64_t half = twice / 2;
  return twice % 2 == 1 && half % 2 == 1 ? half + 1 : half;
}

}  // namespace

std::vector<std::uint8_t> fit_picture(const picture& from, const geometry& size,
                                      const picture_fit& fit) {
  if (from.channels != size.image_channels) {
    const picture converted =
        size.image_channels == 1 ? to_grey(from) : to_rgb(from);
    return fit_picture(converted, size, fit);
  }
  using wide = std::uint64_t;
  const wide h = from.height;
  const wide w = from.width;
  const wide least = std::min(size.image_height, size.image_width);
  const wide resize = fit.resize.value_or(static_cast<std::uint32_t>(least));
  wide height = resize * size.image_height / least;
  wide width = resize * size.image_width / least;
  if (w * size.image_height >= h * size.image_width) {
    width = height * w / h;
  } else {
    height = width * h / w;
  }
  const picture_part centre{margin(height, size.image_height),
                            margin(width, size.image_width), size.image_height,
                            size.image_width};
  return scale_picture(from, height, width, centre, fit.interpolation).pixels;
}

}  // namespace vitvp::vit
