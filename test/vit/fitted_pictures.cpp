// The images that pictures become, for a comparison with Pillow.
//
//     vitvp_fitted_pictures HEIGHT WIDTH CHANNELS RESIZE bicubic|bilinear
//     FILE...
//
// writes all images one after another, u8, to standard output.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "vit/picture.hpp"
#include "vit/picture_fit.hpp"

int main(int argc, char* argv[]) {
  using namespace vitvp::vit;
  if (argc < 7) return 2;
  const auto number = [&](int at) {
    return static_cast<std::uint32_t>(std::strtoul(argv[at], nullptr, 10));
  };
  geometry size;
  size.image_height = number(1);
  size.image_width = number(2);
  size.image_channels = number(3);
  const picture_fit fit{number(4), std::string(argv[5]) == "bilinear"
                                       ? interpolation::bilinear
                                       : interpolation::bicubic};
  try {
    for (int at = 6; at < argc; ++at) {
      const auto image = fit_picture(read_picture(argv[at]), size, fit);
      std::cout.write(reinterpret_cast<const char*>(image.data()),
                      static_cast<std::streamsize>(image.size()));
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
