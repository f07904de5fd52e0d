// Runs of the reference alone: the values of vit::classify(), whatever the
// number of threads.
#include "platform/run_reference.hpp"

#include <catch2/catch.hpp>

#include "test/vit/picture_files.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/input_error.hpp"
#include "vit/reference.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform::test {

namespace {

using vit::test::temporary_folder;

scenario micro(const std::string& images,
               const std::vector<std::string>& settings = {}) {
  return parse_scenario(
      "package: synthetic:micro\nimages.path: " + images + "\n", "a.yaml",
      settings);
}

nlohmann::ordered_json without_host(const run_result& result) {
  nlohmann::ordered_json tree = to_json(result);
  tree.erase("host");
  return tree;
}

}  // namespace

TEST_CASE("values are those of the reference") {
  const run_result result =
      run_reference(micro("synthetic:5", {"images.first=2"}), {});
  const vit::package model = vit::open_package("synthetic:micro");
  const vit::image_set images = vit::open_images("synthetic:5", model);
  CHECK(result.backend == result_backend::reference);
  CHECK(result.status == run_status::done);
  CHECK(result.classes == model.size.classes);
  REQUIRE(result.images.size() == 3);
  std::uint64_t macs = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const vit::inference expected =
        vit::classify(model, model.pruning, images.image(2 + i));
    const image_result& found = result.images[i];
    CHECK(found.index == 2 + i);
    CHECK_FALSE(found.label);
    CHECK(found.predicted == expected.predicted);
    CHECK(found.logits == expected.logits);
    CHECK(found.tokens_per_block == expected.tokens_per_block);
    CHECK(found.live_ffn2_channels_per_block ==
          expected.live_ffn2_channels_per_block);
    macs += expected.executed_macs;
  }
  CHECK(result.macs.executed.total() == macs);
  CHECK(result.total_cycles == 0);
  CHECK_FALSE(result.check.bit_exact());
}

TEST_CASE("kept tokens count from those of the image") {
  const run_result result = run_reference(
      micro("synthetic:1",
            {"pruning.tokens.blocks=1,2", "pruning.tokens.keep=0.5"}),
      {});
  const vit::package model = vit::open_package("synthetic:micro");
  vit::pruning_policy policy = model.pruning;
  policy.keep_ppm = {1000000, 500000, 500000, 1000000};
  const vit::inference expected = vit::classify(
      model, policy, vit::open_images("synthetic:1", model).image(0));
  const auto& kept = result.images.at(0).kept_tokens;
  REQUIRE(kept.size() == 4);
  CHECK(kept[0].empty());
  CHECK(kept[3].empty());
  const auto& first = expected.decisions[1].survivors;
  CHECK(kept[1] == std::vector<std::uint32_t>(first.begin(), first.end()));
  std::vector<std::uint32_t> second;
  for (const std::uint16_t token : expected.decisions[2].survivors) {
    second.push_back(first[token]);
  }
  CHECK(kept[2] == second);
  CHECK(second.size() < first.size());
}

TEST_CASE("threads change nothing, and progress is told in order") {
  const auto expected = without_host(run_reference(micro("synthetic:9"), {}));
  for (const char* threads : {"2", "3", "64"}) {
    std::vector<std::size_t> seen;
    run_options options;
    options.progress = [&seen](const run_progress& progress) {
      CHECK(progress.images_total == 9);
      seen.push_back(progress.images_done);
    };
    const run_result result = run_reference(
        micro("synthetic:9", {std::string("host.threads=") + threads}),
        options);
    CHECK(without_host(result) == expected);
    CHECK(seen == std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
}

TEST_CASE("an interrupted run has the images so far") {
  int asked = 0;
  run_options options;
  options.interrupted = [&asked] { return ++asked > 3; };
  const run_result result =
      run_reference(micro("synthetic:9", {"host.threads=2"}), options);
  CHECK(result.status == run_status::interrupted);
  CHECK(result.end.message == "interrupted after 3 of 9 images");
  CHECK(result.images.size() == 3);
}

TEST_CASE("pictures bring their file names along") {
  const temporary_folder folder;
  const vit::picture grey{32, 32, 1, std::vector<std::uint8_t>(1024, 9)};
  for (const char* name : {"a.png", "b.png"}) {
    vit::test::write_bytes(folder.file(name), vit::test::png_bytes(grey));
  }
  const run_result result =
      run_reference(micro(folder.file(""), {"images.first=1"}), {});
  REQUIRE(result.images.size() == 1);
  CHECK(result.images[0].index == 1);
  CHECK(result.images[0].file == "b.png");
}

TEST_CASE("images that cannot be used are refused") {
  const temporary_folder folder;
  CHECK_THROWS_AS(run_reference(micro(folder.file("")), {}), vit::input_error);
  CHECK_THROWS_AS(run_reference(micro("synthetic:2", {"images.first=2"}), {}),
                  vit::input_error);
}

}  // namespace vitvp::platform::test
