// Synthetic packages: plausible activations, the promised share of dead
// channels, the same bytes every time.
#include "vit/synthetic.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "test/vit/random_model.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/input_error.hpp"
#include "vit/reference.hpp"

namespace vitvp::vit::test {

namespace {

// Large enough for statistics, small enough for sanitizer builds.
geometry medium_geometry() {
  return {64, 64, 3, 8, 96, 3, 8, 512, 10};
}

struct health {
  double saturated = 0;  // share of the elements
  double rms = 0;
};

template <typename T>
health examine(const observed_tensor& t) {
  const T* values = static_cast<const T*>(t.data);
  const auto count = static_cast<double>(t.rows * t.columns);
  const int limit = sizeof(T) == 1 ? 127 : 32767;
  health h;
  for (std::size_t i = 0; i < t.rows * t.columns; ++i) {
    const double value = values[i];
    if (value >= limit || value < -limit) h.saturated += 1 / count;
    h.rms += value * value / count;
  }
  h.rms = std::sqrt(h.rms);
  return h;
}

void require_healthy(const package& model, const pruning_policy& policy,
                     const std::uint8_t* image) {
  classify(model, policy, image, [](const observed_tensor& t) {
    if (!t.is_signed) return;
    CAPTURE(t.name);
    const bool narrow = t.element_bytes == 1;
    const health h =
        narrow ? examine<std::int8_t>(t) : examine<std::int16_t>(t);
    CHECK(h.saturated <= 0.01);
    CHECK(h.rms >= (narrow ? 6 : 500));
  });
}

double dead_share(const package& model, const inference& result) {
  double live = 0;
  for (const std::uint32_t channels : result.live_ffn2_channels_per_block) {
    live += channels;
  }
  return 1 - live / (model.size.hidden * model.size.depth);
}

std::string fingerprint(const package& model) {
  const temporary_folder folder;
  save_package(model, folder.file("p"));
  return read_bytes(folder.file("p"));
}

}  // namespace

TEST_CASE("deit-tiny activations neither vanish nor saturate") {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const package model = make_synthetic("deit-tiny", seed);
    const image_set images = make_synthetic_images(model.size, 2, seed + 70);
    for (std::size_t i = 0; i < images.count(); ++i) {
      CAPTURE(seed, i);
      require_healthy(model, model.pruning, images.image(i));
    }
    require_healthy(model, no_pruning(model.size.depth), images.image(0));
  }
}

TEST_CASE("the promised share of hidden channels is dead") {
  for (const double share : {0.3, 0.6, 0.8}) {
    synthetic_options options;
    options.dead_share = share;
    const package model = make_synthetic(medium_geometry(), 4, options);
    const image_set images = make_synthetic_images(model.size, 4, 99);
    double mean = 0;
    std::set<std::vector<std::uint16_t>> lists;
    for (std::size_t i = 0; i < images.count(); ++i) {
      const inference result = classify(model, model.pruning, images.image(i));
      mean += dead_share(model, result) / 4;
      lists.insert(result.decisions[5].live_channels);
    }
    REQUIRE(mean == Approx(share).margin(0.05));
    // Decided at run time: no two images share a list.
    REQUIRE(lists.size() == images.count());
  }
}

TEST_CASE("live hidden channels are as sparse as ReLU leaves them") {
  const package model = make_synthetic(medium_geometry(), 4);
  const image_set images = make_synthetic_images(model.size, 1, 99);
  classify(model, model.pruning, images.image(0),
           [&](const observed_tensor& t) {
             if (t.name.find("ffn1") == std::string::npos) return;
             const auto* h = static_cast<const std::int8_t*>(t.data);
             const auto all = static_cast<double>(t.rows * t.columns);
             const auto zero =
                 static_cast<double>(std::count(h, h + t.rows * t.columns, 0));
             const double live = 0.4 * all;
             const double share = 1 - (all - zero) / live;
             CAPTURE(t.name);
             CHECK(share > 0.45);
             CHECK(share < 0.8);
           });
}

TEST_CASE("no channel is dead if none was asked for") {
  synthetic_options options;
  options.dead_share = 0;
  const package model = make_synthetic("micro", 4, options);
  const image_set images = make_synthetic_images(model.size, 1, 4);
  const inference result = classify(model, model.pruning, images.image(0));
  REQUIRE(dead_share(model, result) < 0.2);
  options.dead_share = 1;
  const package dead = make_synthetic("micro", 4, options);
  const inference none = classify(dead, dead.pruning, images.image(0));
  REQUIRE(dead_share(dead, none) == 1);
}

TEST_CASE("deit packages prune half of the tokens at blocks 3, 6 and 9") {
  const package model = make_synthetic("deit-tiny", 1);
  REQUIRE(model.synthetic);
  REQUIRE(model.name == "synthetic-deit-tiny-seed1");
  for (std::size_t b = 0; b < 12; ++b) {
    REQUIRE(model.pruning.keep_ppm[b] ==
            (b == 3 || b == 6 || b == 9 ? 500000 : 1000000));
  }
  REQUIRE(model.pruning.ffn2_enabled);
  REQUIRE(model.pruning.ffn2_threshold == 0);
}

TEST_CASE("a seed determines package and images") {
  REQUIRE(fingerprint(make_synthetic("micro", 3)) ==
          fingerprint(make_synthetic("micro", 3)));
  REQUIRE(fingerprint(make_synthetic("micro", 3)) !=
          fingerprint(make_synthetic("micro", 4)));
  const geometry size = named_geometry("micro");
  const image_set three = make_synthetic_images(size, 3, 8);
  const image_set five = make_synthetic_images(size, 5, 8);
  REQUIRE(std::equal(three.pixels.begin(), three.pixels.end(),
                     five.pixels.begin()));
  REQUIRE(make_synthetic_images(size, 3, 9).pixels != three.pixels);
}

TEST_CASE("images are textured and unlabelled") {
  const geometry size = named_geometry("deit-tiny");
  const image_set images = make_synthetic_images(size, 8, 2);
  REQUIRE(images.labels == std::vector<std::int32_t>(8, unknown_label));
  for (std::size_t i = 0; i < images.count(); ++i) {
    CAPTURE(i);
    double mean = 0;
    double square = 0;
    double step = 0;
    const auto count = static_cast<double>(images.image_bytes());
    for (std::size_t p = 3; p < images.image_bytes(); ++p) {
      const double pixel = images.image(i)[p];
      mean += pixel / count;
      square += pixel * pixel / count;
      step += std::abs(pixel - images.image(i)[p - 3]) / count;
    }
    const double deviation = std::sqrt(square - mean * mean);
    REQUIRE(deviation > 20);
    // Neighbours are close, which they are not in white noise.
    REQUIRE(step < 0.6 * deviation);
  }
}

TEST_CASE("any geometry in range has a synthetic package") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const geometry size = random_geometry(random, 80);
    const package model = make_synthetic(size, seed);
    const image_set images = make_synthetic_images(size, 1, seed);
    const inference result = classify(model, model.pruning, images.image(0));
    REQUIRE(result.logits.size() == size.classes);
  }
}

TEST_CASE("open_package and open_images read specifications") {
  const package model = open_package("synthetic:micro:7");
  REQUIRE(model.name == "synthetic-micro-seed7");
  REQUIRE(open_package("synthetic:micro").name == "synthetic-micro-seed1");
  REQUIRE(open_images("synthetic:3:5", model).count() == 3);
  const temporary_folder folder;
  save_package(model, folder.file("p"));
  REQUIRE(open_package(folder.file("p")).name == model.name);
  save_images(open_images("synthetic:2", model), folder.file("i"));
  REQUIRE(open_images(folder.file("i"), model).count() == 2);
  REQUIRE_THROWS_AS(
      open_images(folder.file("i"), make_synthetic(medium_geometry(), 1)),
      input_error);
}

TEST_CASE("unusable specifications say what would do") {
  REQUIRE_THROWS_WITH(open_package("synthetic:deit-huge"),
                      Catch::Contains("deit-huge") &&
                          Catch::Contains("deit-tiny, deit-small, deit-base"));
  const package model = make_synthetic("micro", 1);
  for (const char* spec :
       {"synthetic:", "synthetic:micro:", "synthetic:micro:x",
        "synthetic:micro:-1", "synthetic:micro:1:2",
        "synthetic:micro:99999999999999999999", ""}) {
    CAPTURE(spec);
    REQUIRE_THROWS_AS(open_package(spec), input_error);
  }
  for (const char* spec :
       {"synthetic:", "synthetic:0", "synthetic:-1", "synthetic:100001",
        "synthetic:1:", "no/such/file"}) {
    CAPTURE(spec);
    REQUIRE_THROWS_AS(open_images(spec, model), input_error);
  }
  synthetic_options options;
  options.dead_share = 1.5;
  REQUIRE_THROWS_AS(make_synthetic("micro", 1, options), input_error);
  options.dead_share = std::nan("");
  REQUIRE_THROWS_AS(make_synthetic("micro", 1, options), input_error);
  REQUIRE_THROWS_AS(make_synthetic_images(model.size, 0, 1), input_error);
  geometry odd = model.size;
  odd.heads = 7;
  REQUIRE_THROWS_AS(make_synthetic(odd, 1), input_error);
}

}  // namespace vitvp::vit::test
