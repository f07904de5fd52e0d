#include "vit/image_set.hpp"

#include "vit/input_error.hpp"
#include "vit/safetensors.hpp"

namespace vitvp::vit {

namespace {

constexpr std::uint64_t largest_edge = 2048;
constexpr std::uint64_t most_channels = 16;
constexpr std::uint64_t most_images = 0x7fffffff;

std::string optional_text(const string_map& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

void expect_text(const safetensors_file& file, const char* key,
                 const std::string& expected) {
  if (optional_text(file.metadata(), key) == expected) return;
  throw input_error(file.path(), std::string("metadata '") + key + "'",
                    "not an image set of a known version",
                    "must be " + expected);
}

void check_extent(const std::string& source, const char* what,
                  std::uint64_t value, std::uint64_t largest) {
  if (value >= 1 && value <= largest) return;
  throw input_error(source, "tensor 'images'",
                    std::string(what) + " is " + std::to_string(value),
                    "use 1.." + std::to_string(largest));
}

void check_labels(const std::vector<std::int32_t>& labels, std::int32_t classes,
                  const std::string& source) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= unknown_label && labels[i] < classes) continue;
    throw input_error(source, "tensor 'labels'",
                      "label of image " + std::to_string(i) + " is " +
                          std::to_string(labels[i]),
                      "use -1 (unknown) or 0.." + std::to_string(classes - 1));
  }
}

}  // namespace

image_set load_images(const std::string& path) {
  safetensors_file file(path);
  expect_text(file, "format", "vitvp-images");
  expect_text(file, "version", "1");
  for (const auto& entry : file.tensors()) {
    if (entry.first != "images" && entry.first != "labels") {
      throw input_error(path, "tensor '" + entry.first + "'",
                        "does not belong into an image set", "remove it");
    }
  }
  const auto found = file.tensors().find("images");
  if (found == file.tensors().end() || found->second.shape.size() != 4) {
    throw input_error(path, "tensor 'images'", "missing or not 4-dimensional",
                      "must be U8 [count, height, width, channels]");
  }
  const tensor_shape extents = found->second.shape;
  check_extent(path, "count", extents[0], most_images);
  check_extent(path, "height", extents[1], largest_edge);
  check_extent(path, "width", extents[2], largest_edge);
  check_extent(path, "channels", extents[3], most_channels);
  image_set images;
  images.name = optional_text(file.metadata(), "name");
  images.provenance = optional_text(file.metadata(), "provenance");
  images.license = optional_text(file.metadata(), "license");
  images.height = static_cast<std::uint32_t>(extents[1]);
  images.width = static_cast<std::uint32_t>(extents[2]);
  images.channels = static_cast<std::uint32_t>(extents[3]);
  images.pixels = file.read<std::uint8_t>("images", extents);
  images.labels = file.read<std::int32_t>("labels", {extents[0]});
  check_labels(images.labels, 32767, path);
  return images;
}

void save_images(const image_set& images, const std::string& path) {
  check_extent(path, "count", images.count(), most_images);
  check_extent(path, "height", images.height, largest_edge);
  check_extent(path, "width", images.width, largest_edge);
  check_extent(path, "channels", images.channels, most_channels);
  check_labels(images.labels, 32767, path);
  string_map metadata = {{"format", "vitvp-images"}, {"version", "1"}};
  if (!images.name.empty()) metadata["name"] = images.name;
  if (!images.provenance.empty()) metadata["provenance"] = images.provenance;
  if (!images.license.empty()) metadata["license"] = images.license;
  save_safetensors(
      path, metadata,
      {make_tensor_source(
           "images", images.pixels,
           {images.count(), images.height, images.width, images.channels}),
       make_tensor_source("labels", images.labels, {images.count()})});
}

void check_images_fit(const image_set& images, const geometry& size,
                      const std::string& source) {
  if (images.height != size.image_height || images.width != size.image_width ||
      images.channels != size.image_channels) {
    const auto to_text = [](std::uint32_t h, std::uint32_t w, std::uint32_t c) {
      return std::to_string(h) + "x" + std::to_string(w) + "x" +
             std::to_string(c);
    };
    throw input_error(
        source, "tensor 'images'",
        "images are " + to_text(images.height, images.width, images.channels),
        "the network takes " +
            to_text(size.image_height, size.image_width, size.image_channels));
  }
  check_labels(images.labels, static_cast<std::int32_t>(size.classes), source);
}

}  // namespace vitvp::vit
