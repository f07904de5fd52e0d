// Image sets: round trip and malformed files.
#include "vit/image_set.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "test/vit/raw_file.hpp"
#include "vit/input_error.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit::test {

namespace {

using Catch::Contains;

raw_file sound_file() {
  const temporary_folder folder;
  save_images(make_synthetic_images(named_geometry("micro"), 3, 1),
              folder.file("i"));
  return take_apart(read_bytes(folder.file("i")));
}

std::string load_error(const std::function<void(raw_file&)>& modify) {
  raw_file file = sound_file();
  modify(file);
  const temporary_folder folder;
  const std::string path = folder.file("i");
  write_bytes(path, to_bytes(file));
  try {
    load_images(path);
    return "";
  } catch (const input_error& error) {
    std::string message = error.what();
    REQUIRE(message.find(path) == 0);
    return message;
  }
}

std::string shape_error(const std::vector<int>& shape) {
  return load_error(
      [&](raw_file& file) { file.header["images"]["shape"] = shape; });
}

}  // namespace

TEST_CASE("a saved image set is loaded equal") {
  const temporary_folder folder;
  image_set images = make_synthetic_images(named_geometry("micro"), 5, 1);
  images.labels = {0, -1, 9, 32766, 3};
  images.name = "name";
  images.license = "";
  save_images(images, folder.file("i"));
  const image_set loaded = load_images(folder.file("i"));
  REQUIRE(loaded.pixels == images.pixels);
  REQUIRE(loaded.labels == images.labels);
  REQUIRE(loaded.name == images.name);
  REQUIRE(loaded.provenance == images.provenance);
  REQUIRE(loaded.license.empty());
  REQUIRE(loaded.height == 32);
  REQUIRE(loaded.width == 32);
  REQUIRE(loaded.channels == 3);
  REQUIRE(loaded.image(4) ==
          loaded.pixels.data() + std::size_t{4} * 32 * 32 * 3);
}

TEST_CASE("the sound image set loads") {
  REQUIRE(load_error([](raw_file&) {}).empty());
}

TEST_CASE("metadata of an image set") {
  const auto metadata_error = [](const char* key, const char* value) {
    return load_error(
        [&](raw_file& file) { file.header["__metadata__"][key] = value; });
  };
  REQUIRE_THAT(metadata_error("format", "vitvp-package"),
               Contains("must be vitvp-images"));
  REQUIRE_THAT(metadata_error("version", "2"), Contains("must be 1"));
  REQUIRE_THAT(
      load_error([](raw_file& file) { file.header.erase("__metadata__"); }),
      Contains("format"));
  REQUIRE(metadata_error("anything", "else").empty());
}

TEST_CASE("an image set without images") {
  REQUIRE_THAT(load_error([](raw_file& file) {
                 file.header["images"]["shape"] = {0, 32, 32, 3};
                 file.header["images"]["data_offsets"] = {0, 0};
                 file.header["labels"]["shape"] = {0};
                 file.header["labels"]["data_offsets"] = {0, 0};
                 file.data.clear();
               }),
               Contains("count is 0"));
  const temporary_folder folder;
  REQUIRE_THROWS_WITH(save_images(image_set{}, folder.file("i")),
                      Contains("count is 0"));
}

TEST_CASE("image tensors of the wrong shape or dtype") {
  REQUIRE_THAT(shape_error({3, 32, 32, 3, 1}), Contains("4-dimensional"));
  REQUIRE_THAT(shape_error({3, 32, 96}), Contains("4-dimensional"));
  REQUIRE_THAT(shape_error({1, 1, 9216, 1}), Contains("width is 9216"));
  REQUIRE_THAT(shape_error({1, 9216, 1, 1}), Contains("height is 9216"));
  REQUIRE_THAT(shape_error({1, 96, 1, 96}), Contains("channels is 96"));
  REQUIRE_THAT(shape_error({9, 32, 32, 1}), Contains("tensor 'labels'"));
  REQUIRE_THAT(
      load_error([](raw_file& file) { file.header["images"]["dtype"] = "I8"; }),
      Contains("tensor 'images'"));
  REQUIRE_THAT(load_error([](raw_file& file) {
                 file.header["labels"]["dtype"] = "F32";
               }),
               Contains("tensor 'labels'"));
}

TEST_CASE("missing and extra tensors of an image set") {
  for (const char* name : {"images", "labels"}) {
    CAPTURE(name);
    REQUIRE_THAT(load_error([&](raw_file& file) {
                   file.header["other"] = file.header[name];
                   file.header.erase(name);
                 }),
                 Contains("'other'"));
  }
  REQUIRE_THAT(load_error([](raw_file& file) {
                 file.header.erase("labels");
                 file.data.resize(file.data.size() - 12);
               }),
               Contains("'labels': missing"));
}

TEST_CASE("labels that are no classes") {
  const auto label_error = [](std::int32_t label) {
    return load_error([&](raw_file& file) { poke(file, "labels", 1, label); });
  };
  REQUIRE_THAT(label_error(-2), Contains("label of image 1 is -2"));
  REQUIRE_THAT(label_error(32767), Contains("label of image 1"));
  REQUIRE(label_error(32766).empty());
  image_set images = make_synthetic_images(named_geometry("micro"), 2, 1);
  images.labels[1] = 10;
  REQUIRE_THROWS_WITH(check_images_fit(images, named_geometry("micro"), "file"),
                      Contains("file") && Contains("label of image 1 is 10"));
  images.labels[1] = 9;
  REQUIRE_NOTHROW(check_images_fit(images, named_geometry("micro"), "file"));
}

TEST_CASE("images of another size than the network's") {
  const image_set images = make_synthetic_images(named_geometry("micro"), 1, 1);
  REQUIRE_THROWS_WITH(
      check_images_fit(images, named_geometry("deit-tiny"), "file"),
      Contains("32x32x3") && Contains("224x224x3"));
}

}  // namespace vitvp::vit::test
