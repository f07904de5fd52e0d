// Made-up packages and images: true sizes and plausible statistics where no
// trained network is at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/image_set.hpp"
#include "vit/package.hpp"

namespace vitvp::vit {

/// What a synthetic package may be asked for.
struct synthetic_options {
  /// Share of the hidden channels, 0..1, that no token of an image makes live
  /// at threshold 0. One channel in ten lies on the edge, so that the live
  /// list depends on the image; the share holds to about 0.05.
  double dead_share = 0.6;
  /// Pruning of the package; by default default_pruning().
  std::optional<pruning_policy> pruning;
};

/// Names that make_synthetic() and `synthetic:NAME` know.
std::vector<std::string> known_geometries();

/// The geometry of a known name, e.g. `deit-tiny`; input_error naming the
/// known ones otherwise.
geometry named_geometry(const std::string& name);

/// Keeps half of the tokens at blocks depth/4, depth/2 and 3*depth/4 (3, 6 and
/// 9 of 12) and prunes FFN2 at threshold 0.
pruning_policy default_pruning(const geometry& size);

/// A valid package with seeded weights, `synthetic` set and named
/// `synthetic-...`. The requantisation records are calibrated on four
/// synthetic images, so that activations neither vanish nor saturate. The same
/// arguments give the same package on every machine. Throws input_error if the
/// geometry or an option is out of range.
package make_synthetic(const geometry& size, std::uint64_t seed,
                       const synthetic_options& options = {});

/// As above for a known geometry.
package make_synthetic(const std::string& geometry_name, std::uint64_t seed,
                       const synthetic_options& options = {});

/// `count` >= 1 textured images (gradients, waves, blobs and some noise) with
/// unknown labels; image i depends on the seed and i only.
image_set make_synthetic_images(const geometry& size, std::size_t count,
                                std::uint64_t seed);

/// The package that `spec` names: the path of a file, or
/// `synthetic:GEOMETRY[:SEED]` with seed 1 by default. Throws input_error.
package open_package(const std::string& spec);

/// The images that `spec` names, checked to fit `model`: the path of an image
/// set, of a picture or of a folder of pictures (load_pictures()), or
/// `synthetic:COUNT[:SEED]` with 1 <= COUNT <= 100000 and seed 1 by default.
/// Pictures outside of `wanted` are not decoded. Throws input_error.
image_set open_images(const std::string& spec, const package& model,
                      const image_range& wanted = {});

}  // namespace vitvp::vit
