// Images to classify, with their labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vit/geometry.hpp"

namespace vitvp::vit {

/// Label of an image whose class is not known.
constexpr std::int32_t unknown_label = -1;

/// `count` images of one size; docs/package.md, "Image set".
struct image_set {
  std::string name;
  std::string provenance;
  std::string license;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t channels = 0;
  std::vector<std::uint8_t> pixels;  ///< [.., height, width, channels]
  std::vector<std::int32_t> labels;  ///< [count], unknown_label or a class
  /// Index of the first image whose pixels are held. A set of pictures may
  /// hold those of some images only, open_images().
  std::size_t first_held = 0;
  /// [count], relative to the folder that the pictures are from; empty for
  /// other sets.
  std::vector<std::string> files;

  std::size_t count() const { return labels.size(); }
  std::size_t image_bytes() const {
    return std::size_t{height} * width * channels;
  }
  /// The image_bytes() pixels of image `index` < count(), which must be held.
  const std::uint8_t* image(std::size_t index) const {
    return pixels.data() + (index - first_held) * image_bytes();
  }
};

/// Images from `first` on, at most `most`.
struct image_range {
  std::size_t first = 0;
  std::size_t most = SIZE_MAX;
};

/// Reads and checks an image set: 1..2^31-1 images of 1..2048 pixels each way
/// and 1..16 channels. Throws input_error, naming file and tensor.
image_set load_images(const std::string& path);

/// Checks and writes an image set. Throws input_error if it is invalid or the
/// file cannot be written.
void save_images(const image_set& images, const std::string& path);

/// Throws input_error, with `source` as the file's name, unless the images
/// have the size, and the labels are classes, of a network of this geometry.
void check_images_fit(const image_set& images, const geometry& size,
                      const std::string& source);

}  // namespace vitvp::vit
