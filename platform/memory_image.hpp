// Lays a network, its images and room for its results out in DRAM, the way the
// firmware reads them (firmware/runtime/model_image.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vit/image_set.hpp"
#include "vit/package.hpp"
#include "vit/pruning.hpp"

namespace vitvp::platform {

/// A range of DRAM and what its traffic is accounted to: "firmware", "weights",
/// "images", "results" or "activations".
struct memory_region {
  std::string purpose;
  std::uint32_t base = 0;
  std::uint32_t size = 0;
};

/// Bytes to write before reset.
struct memory_segment {
  std::uint32_t address = 0;
  std::vector<std::uint8_t> bytes;
};

/// The image: what to write where, and where the results will be.
struct memory_image {
  std::uint32_t header = 0;              ///< address of the struct vit_image
  std::vector<memory_segment> segments;  ///< all but the pixels
  /// Of image first_image of the set, and from each to the next.
  std::uint32_t pixels = 0;
  std::uint32_t pixels_stride = 0;
  std::size_t first_image = 0;
  std::size_t image_count = 0;
  std::vector<memory_region> regions;  ///< ascending, not overlapping
  std::uint32_t results = 0;
  std::uint32_t result_stride = 0;
};

/// What the firmware runs: the network under a policy, on `count` images from
/// `first` on.
struct workload {
  const vit::package& model;
  const vit::pruning_policy& policy;
  const vit::image_set& images;
  std::size_t first = 0;
  std::size_t count = 0;
  std::uint32_t ffn_plan = 0;  ///< enum vit_ffn_plan
};

/// DRAM that the firmware keeps for its code, data and stack, from the start.
constexpr std::uint32_t firmware_bytes = 1U << 20;

/// Builds the image for a DRAM of `dram_bytes` at `dram_base`. Throws
/// vit::input_error, with the sizes, if it does not fit.
memory_image build_memory_image(const workload& work, std::uint32_t dram_base,
                                std::uint64_t dram_bytes);

using memory_writer = std::function<void(
    std::uint32_t address, const std::uint8_t* from, std::size_t bytes)>;

/// Writes all of the image; pixels as arithmetic.md section 4 wants them, minus
/// 128. `images` are the workload's.
void write_memory_image(const memory_image& image, const vit::image_set& images,
                        const memory_writer& write);

}  // namespace vitvp::platform
