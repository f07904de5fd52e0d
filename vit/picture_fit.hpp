// From a picture to an image that a network takes.
#pragma once

#include <cstdint>
#include <vector>

#include "vit/package.hpp"
#include "vit/picture.hpp"

namespace vitvp::vit {

/// The image, u8 [height, width, channels] of `size`, that `from` becomes:
/// channels are converted, the picture is scaled and its centre cut out, as
/// docs/evaluation.md defines. `size` must have 1 or 3 channels and be valid
/// together with `fit` (check_package()).
std::vector<std::uint8_t> fit_picture(const picture& from, const geometry& size,
                                      const picture_fit& fit);

}  // namespace vitvp::vit
