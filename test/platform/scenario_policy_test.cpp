#include "platform/scenario_policy.hpp"

#include <catch2/catch.hpp>

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Message;
using list = std::vector<std::uint32_t>;

constexpr std::uint32_t all = vit::keep_all_ppm;

// A network of four blocks that keeps 60 % in block 1.
vit::package four_blocks() {
  vit::package model;
  model.size.depth = 4;
  model.pruning = {{all, 600000, all, all}, true, 3};
  return model;
}

scenario with(const std::vector<std::string>& overrides) {
  return parse_scenario(
      "package: synthetic:deit-tiny\nimages.path: synthetic:1\n", "a.yaml",
      overrides);
}

list keep(const std::vector<std::string>& overrides) {
  return effective_pruning(with(overrides), four_blocks()).keep_ppm;
}

void refuses(const std::vector<std::string>& overrides,
             const vit::package& model, const std::string& message) {
  CHECK_THROWS_MATCHES(effective_pruning(with(overrides), model),
                       vit::input_error, Message(message));
}

}  // namespace

TEST_CASE("the package prunes unless the scenario says otherwise") {
  CHECK(effective_pruning(with({}), four_blocks()) == four_blocks().pruning);
  CHECK(keep({"pruning.tokens.enabled=true"}) == list{all, 600000, all, all});
}

TEST_CASE("token pruning follows the table of the documentation") {
  const std::string blocks = "pruning.tokens.blocks=";
  const std::string keeps = "pruning.tokens.keep=";
  CHECK(keep({"pruning.tokens.enabled=false", keeps + "0.5"}) == list(4, all));
  CHECK(keep({blocks + "[1]"}) == list{all, 600000, all, all});
  CHECK(keep({keeps + "0.25"}) == list{all, 250000, all, all});
  CHECK(keep({keeps + "1,0.9,0.8,0"}) == list{all, 900000, 800000, 0});
  CHECK(keep({blocks + "0,2", keeps + "0.5"}) ==
        list{500000, all, 500000, all});
  CHECK(keep({blocks + "0,3", keeps + "0.5,0.3333333"}) ==
        list{500000, all, all, 333333});
}

TEST_CASE("token pruning that does not fit the package is refused") {
  refuses({"pruning.tokens.blocks=1,4", "pruning.tokens.keep=0.5"},
          four_blocks(),
          "--set pruning.tokens.blocks: no block 4; the package has blocks "
          "0..3");
  refuses({"pruning.tokens.keep=0.5,0.5"}, four_blocks(),
          "--set pruning.tokens.keep: 2 values for a network of 4 blocks; give "
          "one for each block, or name blocks in pruning.tokens.blocks");
  refuses({"pruning.tokens.blocks=[2]"}, four_blocks(),
          "--set pruning.tokens.blocks: the package has no keep ratio for "
          "block 2; give one in pruning.tokens.keep");
  vit::package dense = four_blocks();
  dense.pruning = vit::no_pruning(4);
  refuses({"pruning.tokens.keep=0.5"}, dense,
          "--set pruning.tokens.keep: the package drops no tokens; say where "
          "to, in pruning.tokens.blocks");
  refuses({"pruning.tokens.enabled=true"}, dense,
          "--set pruning.tokens.enabled: the package drops no tokens; say "
          "where to, in pruning.tokens.blocks and pruning.tokens.keep");
}

TEST_CASE("FFN2 pruning is on where it or a threshold is asked for") {
  const auto ffn2 = [](const std::vector<std::string>& overrides,
                       vit::pruning_policy own) {
    vit::package model = four_blocks();
    model.pruning = std::move(own);
    const vit::pruning_policy p = effective_pruning(with(overrides), model);
    return std::pair<bool, int>(p.ffn2_enabled, p.ffn2_threshold);
  };
  const vit::pruning_policy on{list(4, all), true, 3};
  const vit::pruning_policy off{list(4, all), false, 0};
  using result = std::pair<bool, int>;
  CHECK(ffn2({}, on) == result(true, 3));
  CHECK(ffn2({}, off) == result(false, 0));
  CHECK(ffn2({"pruning.ffn2.enabled=true"}, off) == result(true, 0));
  CHECK(ffn2({"pruning.ffn2.threshold=5"}, off) == result(true, 5));
  CHECK(ffn2({"pruning.ffn2.threshold=5"}, on) == result(true, 5));
  CHECK_FALSE(ffn2({"pruning.ffn2.enabled=false"}, on).first);
  CHECK_FALSE(
      ffn2({"pruning.ffn2.enabled=false", "pruning.ffn2.threshold=5"}, on)
          .first);
}

TEST_CASE("the images of a run lie within the set") {
  CHECK(image_count(with({}), 360) == 360);
  CHECK(image_count(with({"images.limit=4"}), 360) == 4);
  CHECK(image_count(with({"images.limit=400"}), 360) == 360);
  CHECK(image_count(with({"images.first=358"}), 360) == 2);
  CHECK(image_count(with({"images.first=350", "images.limit=3"}), 360) == 3);
  CHECK_THROWS_MATCHES(image_count(with({"images.first=360"}), 360),
                       vit::input_error,
                       Message("--set images.first: 360 is behind the last of "
                               "360 images; use 0..359"));
}

}  // namespace vitvp::platform::test
