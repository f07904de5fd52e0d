// Small networks of random sizes, with records far more extreme than those of
// a calibrated one.
#pragma once

#include <cstdint>

#include "vit/package.hpp"
#include "vit/random_source.hpp"

namespace vitvp::vit::test {

/// 1..6 heads, 2..300 tokens, odd widths; `largest_tokens` bounds the cost.
geometry random_geometry(random_source& random, std::uint32_t largest_tokens);

/// Half of the blocks prune tokens, with every kind of ratio.
pruning_policy random_policy(random_source& random, std::uint32_t depth);

/// A valid package whose every parameter is drawn from its whole range, with
/// shifts around the ones that give sensible outputs.
package random_package(random_source& random, const geometry& size);

}  // namespace vitvp::vit::test
