// Damaged files: whatever the bytes, loading gives a valid object or an
// input_error, and nothing else. Sanitizer builds make this bite.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "test/vit/raw_file.hpp"
#include "vit/image_set.hpp"
#include "vit/input_error.hpp"
#include "vit/random_source.hpp"
#include "vit/reference.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit::test {

namespace {

geometry tiny_geometry() {
  return {4, 6, 1, 2, 6, 2, 1, 5, 3};
}

// Runs `load` on the path of a file of these bytes; counts what happened.
struct outcomes {
  std::size_t loaded = 0;
  std::size_t refused = 0;

  void attempt(const std::string& path, const std::string& bytes,
               const std::function<void(const std::string&)>& load) {
    write_bytes(path, bytes);
    try {
      load(path);
      ++loaded;
    } catch (const input_error&) {
      ++refused;
    }
  }
};

void load_and_run(const std::string& path) {
  const package model = load_package(path);
  const image_set images = make_synthetic_images(model.size, 1, 1);
  classify(model, model.pruning, images.image(0));
}

std::string package_bytes() {
  const temporary_folder folder;
  save_package(make_synthetic(tiny_geometry(), 1), folder.file("p"));
  return read_bytes(folder.file("p"));
}

std::string image_bytes() {
  const temporary_folder folder;
  save_images(make_synthetic_images(tiny_geometry(), 2, 1), folder.file("i"));
  return read_bytes(folder.file("i"));
}

outcomes truncate(const std::string& bytes,
                  const std::function<void(const std::string&)>& load) {
  const temporary_folder folder;
  outcomes result;
  for (std::size_t length = 0; length < bytes.size();
       length += 1 + length / 100) {
    result.attempt(folder.file("f"), bytes.substr(0, length), load);
  }
  result.attempt(folder.file("f"), bytes.substr(0, bytes.size() - 1), load);
  result.attempt(folder.file("f"), bytes + '\0', load);
  return result;
}

// Up to four damaged bytes each: a flipped bit, any byte, or a digit.
outcomes corrupt(const std::string& bytes, std::size_t attempts,
                 const std::function<void(const std::string&)>& load) {
  const temporary_folder folder;
  outcomes result;
  for (std::uint64_t seed = 1; seed <= attempts; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    std::string damaged = bytes;
    for (std::uint32_t i = random.below(4) + 1; i > 0; --i) {
      const auto size = static_cast<std::uint32_t>(bytes.size());
      char& byte = damaged[random.below(size)];
      const std::uint32_t kind = random.below(3);
      if (kind == 0) byte = static_cast<char>(byte ^ (1 << random.below(8)));
      if (kind == 1) byte = static_cast<char>(random.below(256));
      if (kind == 2) byte = "0123456789-,.[]{}\"e"[random.below(19)];
    }
    result.attempt(folder.file("f"), damaged, load);
  }
  return result;
}

}  // namespace

TEST_CASE("truncated packages and image sets are refused") {
  const outcomes packages = truncate(package_bytes(), load_and_run);
  REQUIRE(packages.loaded == 0);
  REQUIRE(packages.refused > 100);
  const outcomes images = truncate(image_bytes(), load_images);
  REQUIRE(images.loaded == 0);
  REQUIRE(images.refused > 100);
}

TEST_CASE("damaged packages load validly or are refused") {
  const outcomes result = corrupt(package_bytes(), 4000, load_and_run);
  REQUIRE(result.loaded > 50);
  REQUIRE(result.refused > 1000);
}

TEST_CASE("damaged image sets load validly or are refused") {
  const outcomes result = corrupt(image_bytes(), 4000, load_images);
  REQUIRE(result.loaded > 50);
  REQUIRE(result.refused > 1000);
}

TEST_CASE("damaged numbers in the header load validly or are refused") {
  const std::string bytes = package_bytes();
  const temporary_folder folder;
  outcomes result;
  for (std::size_t i = 8; i < bytes.size() && bytes[i] != '\0'; ++i) {
    if (bytes[i] < '0' || bytes[i] > '9') continue;
    for (const char digit : {'0', '9', '-', ' '}) {
      std::string damaged = bytes;
      damaged[i] = digit;
      result.attempt(folder.file("f"), damaged, load_and_run);
    }
  }
  REQUIRE(result.refused > 500);
}

}  // namespace vitvp::vit::test
