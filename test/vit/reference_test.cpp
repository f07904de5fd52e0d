// The reference against a second reading of docs/arithmetic.md.
#include "vit/reference.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <map>

#include "test/vit/naive_network.hpp"
#include "test/vit/random_model.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit::test {

namespace {

template <typename T>
std::vector<int> to_ints(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

void require_same(const inference& got, const naive_result& expected) {
  REQUIRE(to_ints(got.logits) == expected.logits);
  REQUIRE(static_cast<int>(got.predicted) == expected.predicted);
  REQUIRE(got.decisions.size() == expected.survivors.size());
  for (std::size_t b = 0; b < got.decisions.size(); ++b) {
    CAPTURE(b);
    REQUIRE(to_ints(got.decisions[b].survivors) == expected.survivors[b]);
    REQUIRE(to_ints(got.decisions[b].live_channels) ==
            expected.live_channels[b]);
    REQUIRE(got.tokens_per_block[b] == expected.survivors[b].size());
    REQUIRE(got.live_ffn2_channels_per_block[b] ==
            expected.live_channels[b].size());
  }
  REQUIRE(got.executed_macs == expected.macs);
}

void compare(const package& model, const pruning_policy& policy,
             std::uint64_t seed) {
  const image_set images = make_synthetic_images(model.size, 1, seed);
  require_same(classify(model, policy, images.image(0)),
               naive_classify(model, policy, images.image(0)));
}

struct kept_tensor {
  std::size_t rows;
  std::size_t columns;
  std::size_t element_bytes;
  std::string bytes;
};

std::map<std::string, kept_tensor> record_all(const package& model,
                                              const pruning_policy& policy,
                                              const std::uint8_t* image) {
  std::map<std::string, kept_tensor> kept;
  classify(model, policy, image, [&](const observed_tensor& t) {
    REQUIRE(kept.count(t.name) == 0);
    kept[t.name] = {t.rows, t.columns, t.element_bytes,
                    std::string(static_cast<const char*>(t.data),
                                t.rows * t.columns * t.element_bytes)};
  });
  return kept;
}

}  // namespace

TEST_CASE("reference agrees with the naive network on random sizes") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const geometry size = random_geometry(random, 60);
    compare(random_package(random, size), random_policy(random, size.depth),
            seed);
  }
}

TEST_CASE("reference agrees with the naive network on many tokens") {
  for (std::uint64_t seed = 1001; seed <= 1004; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    geometry size = random_geometry(random, 300);
    size.image_height = 13 * size.patch;
    size.image_width = 23 * size.patch;
    size.heads = 1 + static_cast<std::uint32_t>(seed % 3);
    size.width = 7 * size.heads;
    size.depth = 1;
    compare(random_package(random, size), random_policy(random, size.depth),
            seed);
  }
}

TEST_CASE("reference agrees with the naive network on a calibrated one") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    const package model = make_synthetic("micro", seed);
    compare(model, model.pruning, seed + 50);
    compare(model, no_pruning(model.size.depth), seed + 50);
  }
}

TEST_CASE("threshold 0 changes no logit") {
  const package model = make_synthetic("micro", 5);
  const image_set images = make_synthetic_images(model.size, 4, 6);
  pruning_policy without = model.pruning;
  without.ffn2_enabled = false;
  for (std::size_t i = 0; i < images.count(); ++i) {
    const inference pruned = classify(model, model.pruning, images.image(i));
    const inference full = classify(model, without, images.image(i));
    REQUIRE(pruned.logits == full.logits);
    REQUIRE(pruned.executed_macs < full.executed_macs);
  }
}

TEST_CASE("a higher threshold leaves fewer channels") {
  const package model = make_synthetic("micro", 5);
  const image_set images = make_synthetic_images(model.size, 1, 6);
  pruning_policy policy = model.pruning;
  std::uint32_t before = model.size.hidden;
  for (const int threshold : {0, 20, 60, 126}) {
    policy.ffn2_threshold = static_cast<std::uint8_t>(threshold);
    const auto live = classify(model, policy, images.image(0))
                          .live_ffn2_channels_per_block[0];
    REQUIRE(live <= before);
    before = live;
  }
}

TEST_CASE("keep ratio 0 leaves the class token alone") {
  const package model = make_synthetic("micro", 9);
  const image_set images = make_synthetic_images(model.size, 1, 6);
  pruning_policy policy = no_pruning(model.size.depth);
  policy.keep_ppm[1] = 0;
  const inference result = classify(model, policy, images.image(0));
  REQUIRE(result.tokens_per_block ==
          std::vector<std::uint32_t>{model.size.tokens(), 1, 1, 1});
  REQUIRE(result.decisions[1].survivors == std::vector<std::uint16_t>{0});
}

TEST_CASE("a keep ratio of 999999 ranks the tokens but drops none of them") {
  const package model = make_synthetic("micro", 9);
  const image_set images = make_synthetic_images(model.size, 1, 6);
  const pruning_policy none = no_pruning(model.size.depth);
  pruning_policy almost = none;
  almost.keep_ppm[2] = 999999;
  const inference expected = classify(model, none, images.image(0));
  const inference result = classify(model, almost, images.image(0));
  REQUIRE(result.logits == expected.logits);
  REQUIRE(result.tokens_per_block == expected.tokens_per_block);
}

TEST_CASE("observer sees every tensor once with its shape") {
  const package model = make_synthetic("micro", 2);
  const image_set images = make_synthetic_images(model.size, 1, 3);
  const auto kept = record_all(model, model.pruning, images.image(0));
  const inference result = classify(model, model.pruning, images.image(0));
  const geometry& g = model.size;
  std::size_t expected = 3;
  std::size_t n = g.tokens();
  const auto expect = [&](const std::string& name, std::size_t rows,
                          std::size_t columns, std::size_t bytes) {
    CAPTURE(name);
    REQUIRE(kept.count(name) == 1);
    REQUIRE(kept.at(name).rows == rows);
    REQUIRE(kept.at(name).columns == columns);
    REQUIRE(kept.at(name).element_bytes == bytes);
    ++expected;
  };
  for (std::size_t b = 0; b < g.depth; ++b) {
    const std::string name = "blocks." + std::to_string(b) + ".";
    const std::size_t left = result.tokens_per_block[b];
    expect(name + "norm1", n, g.width, 1);
    expect(name + "qkv", n, std::size_t{3} * g.width, 1);
    for (std::size_t h = 0; h < g.heads; ++h) {
      expect(name + "scores." + std::to_string(h), n, n, 1);
      expect(name + "softmax." + std::to_string(h), n, n, 1);
    }
    expect(name + "context", n, g.width, 1);
    if (model.pruning.selects_tokens(b)) expect(name + "survivors", 1, left, 2);
    expect(name + "projection", left, g.width, 2);
    expect(name + "norm2", left, g.width, 1);
    expect(name + "ffn1", left, g.hidden, 1);
    expect(name + "live", 1, result.live_ffn2_channels_per_block[b], 2);
    expect(name + "ffn2", left, g.width, 2);
    n = left;
  }
  REQUIRE(kept.at("embed").rows == g.tokens());
  REQUIRE(kept.at("norm").rows == 1);
  REQUIRE(kept.at("logits").columns == g.classes);
  REQUIRE(kept.size() == expected);
  REQUIRE(std::memcmp(kept.at("logits").bytes.data(), result.logits.data(),
                      result.logits.size() * 2) == 0);
}

TEST_CASE("a policy that does not fit is refused") {
  const package model = make_synthetic("micro", 2);
  const image_set images = make_synthetic_images(model.size, 1, 3);
  REQUIRE_THROWS_AS(
      classify(model, no_pruning(model.size.depth + 1), images.image(0)),
      std::invalid_argument);
  pruning_policy policy = no_pruning(model.size.depth);
  policy.keep_ppm[0] = 1000001;
  REQUIRE_THROWS_AS(classify(model, policy, images.image(0)),
                    std::invalid_argument);
}

TEST_CASE("dense macs of DeiT are those of the paper") {
  const mac_counts small = count_dense_macs(named_geometry("deit-small"));
  REQUIRE(small.patch == 57802752);
  REQUIRE(small.qkv == 1045757952);
  REQUIRE(small.scores == 178831872);
  REQUIRE(small.context == 178831872);
  REQUIRE(small.projection == 348585984);
  REQUIRE(small.ffn1 == 1394343936);
  REQUIRE(small.ffn2 == 1394343936);
  REQUIRE(small.head == 384000);
  REQUIRE(dense_macs(named_geometry("deit-small")) == 4598882304);
  REQUIRE(dense_macs(named_geometry("deit-tiny")) / 100000 == 12536);
}

}  // namespace vitvp::vit::test
