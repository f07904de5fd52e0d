#include "test/vit/random_model.hpp"

#include <algorithm>

namespace vitvp::vit::test {

namespace {

std::uint32_t pick(random_source& random, std::uint32_t low,
                   std::uint32_t high) {
  return low + random.below(high - low + 1);
}

// `output_bits`: bits of a full-scale output; the shift varies around what
// brings typical sums there.
linear random_linear(random_source& random, std::uint32_t k, std::uint32_t n,
                     unsigned output_bits) {
  linear l;
  l.k = k;
  l.n = n;
  for (std::size_t i = 0; i < std::size_t{k} * n; ++i) {
    l.weight.push_back(static_cast<std::int8_t>(random.between(-128, 127)));
  }
  const int sum_bits = 12 + static_cast<int>(bitlen(k)) / 2;
  for (std::uint32_t c = 0; c < n; ++c) {
    const int exotic = random.below(8) == 0 ? random.between(-6, 6) : 0;
    const int shift = 16 + sum_bits - static_cast<int>(output_bits) + exotic;
    l.shift.push_back(static_cast<std::uint8_t>(std::max(shift, 1)));
    l.bias.push_back(random.below(16) == 0 ? random.between(-(1 << 30), 1 << 30)
                                           : random.between(-4000, 4000));
    l.multiplier.push_back(
        static_cast<std::int16_t>(random.between(16384, 32767)));
  }
  return l;
}

layer_norm random_norm(random_source& random, std::uint32_t width) {
  layer_norm norm;
  for (std::uint32_t c = 0; c < width; ++c) {
    norm.shift.push_back(static_cast<std::uint8_t>(random.between(18, 22)));
    norm.bias.push_back(random.between(-(1 << 24), 1 << 24));
    norm.multiplier.push_back(
        static_cast<std::int16_t>(random.between(-32768, 32767)));
  }
  norm.epsilon = static_cast<std::int64_t>(random.below(100000));
  return norm;
}

record random_factor(random_source& random, int low, int high) {
  return {0, static_cast<std::int16_t>(random.between(16384, 32767)),
          static_cast<std::uint8_t>(random.between(low, high))};
}

softmax_table random_table(random_source& random) {
  softmax_table table{};
  int value = 255;
  for (std::uint8_t& entry : table) {
    entry = static_cast<std::uint8_t>(value);
    value = std::max(0, value - static_cast<int>(random.below(6)));
  }
  return table;
}

}  // namespace

geometry random_geometry(random_source& random, std::uint32_t largest_tokens) {
  geometry g;
  g.patch = pick(random, 1, 5);
  g.image_channels = pick(random, 1, 4);
  const std::uint32_t rows = pick(random, 1, 17);
  const std::uint32_t columns =
      pick(random, 1, std::max(1U, (largest_tokens - 1) / rows));
  g.image_height = rows * g.patch;
  g.image_width = columns * g.patch;
  g.heads = pick(random, 1, 6);
  g.width = g.heads * pick(random, 1, 13);
  g.depth = pick(random, 1, 3);
  g.hidden = pick(random, 1, 70);
  g.classes = pick(random, 2, 19);
  return g;
}

pruning_policy random_policy(random_source& random, std::uint32_t depth) {
  pruning_policy policy = no_pruning(depth);
  for (std::uint32_t& keep : policy.keep_ppm) {
    const std::uint32_t choices[] = {0,      1,      333333,
                                     500000, 999999, random.below(1000000)};
    if (random.below(2) == 0) keep = choices[random.below(6)];
  }
  policy.ffn2_enabled = random.below(4) != 0;
  const std::uint8_t thresholds[] = {0, 0, 1, 40, 126};
  policy.ffn2_threshold = thresholds[random.below(5)];
  return policy;
}

package random_package(random_source& random, const geometry& size) {
  package p;
  p.size = size;
  p.name = "random";
  p.provenance = "test";
  p.pruning = random_policy(random, size.depth);
  p.patch = random_linear(random, size.patch_terms(), size.width, 12);
  for (std::size_t i = 0; i < std::size_t{size.tokens()} * size.width; ++i) {
    p.position.push_back(
        static_cast<std::int16_t>(random.between(-32768, 32767)));
  }
  const int score_shift = 20 + static_cast<int>(bitlen(size.head_width())) / 2;
  for (std::uint32_t i = 0; i < size.depth; ++i) {
    block b;
    b.norm1 = random_norm(random, size.width);
    b.qkv = random_linear(random, size.width, 3 * size.width, 7);
    b.scores = random_factor(random, score_shift, score_shift + 2);
    b.softmax = random_table(random);
    b.context = random_factor(random, 12, 16);
    b.projection = random_linear(random, size.width, size.width, 11);
    b.norm2 = random_norm(random, size.width);
    b.ffn1 = random_linear(random, size.width, size.hidden, 6);
    b.ffn2 = random_linear(random, size.hidden, size.width, 11);
    p.blocks.push_back(b);
  }
  p.norm = random_norm(random, size.width);
  p.head = random_linear(random, size.width, size.classes, 13);
  check_package(p, "random package");
  return p;
}

}  // namespace vitvp::vit::test
