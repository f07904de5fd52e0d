#include "platform/memory_image.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "firmware/runtime/model_image.h"
#include "vit/input_error.hpp"
#include "vit/synthetic.hpp"

namespace vit = vitvp::vit;
using vitvp::platform::build_memory_image;
using vitvp::platform::memory_image;
using vitvp::platform::workload;

namespace {

constexpr std::uint32_t dram_base = 0x80000000;

vit::geometry odd_geometry() {
  vit::geometry size;
  size.image_height = 6;
  size.image_width = 9;
  size.image_channels = 2;
  size.patch = 3;
  size.width = 20;
  size.heads = 2;
  size.depth = 2;
  size.hidden = 37;
  size.classes = 5;
  return size;
}

// DRAM as the firmware would see it.
class memory {
 public:
  memory(const memory_image& image, const vit::image_set& images)
      : m_bytes(8U << 20) {
    write_memory_image(image, images,
                       [this](std::uint32_t address, const std::uint8_t* from,
                              std::size_t bytes) {
                         std::copy(from, from + bytes,
                                   m_bytes.begin() + (address - dram_base));
                       });
  }
  template <typename T>
  T at(std::uint32_t address) const {
    T value;
    std::memcpy(&value, m_bytes.data() + (address - dram_base), sizeof(T));
    return value;
  }

 private:
  std::vector<std::uint8_t> m_bytes;
};

}  // namespace

TEST_CASE("the firmware finds every parameter where the image says") {
  const vit::package model = vit::make_synthetic(odd_geometry(), 7);
  const vit::image_set images = vit::make_synthetic_images(model.size, 3, 7);
  const workload work{model, model.pruning, images, 1, 2, VIT_FFN_SPILL};
  const memory_image image = build_memory_image(work, dram_base, 8U << 20);
  const memory dram(image, images);

  const auto header = dram.at<vit_image>(image.header);
  CHECK(header.magic == VIT_IMAGE_MAGIC);
  CHECK(header.tokens == 7);
  CHECK(header.image_count == 2);
  CHECK(header.ffn_plan == VIT_FFN_SPILL);

  const auto block = dram.at<vit_block>(
      header.blocks + static_cast<std::uint32_t>(sizeof(vit_block)));
  const vit::linear& ffn2 = model.blocks[1].ffn2;
  CHECK(block.ffn2.terms == 37);
  CHECK(block.ffn2.columns == 20);
  CHECK(block.ffn2.weight % 64 == 0);
  CHECK(block.ffn2.weight_stride % 64 == 0);
  for (std::uint32_t k : {0U, 17U, 36U}) {
    for (std::uint32_t n : {0U, 19U}) {
      CHECK(dram.at<std::int8_t>(block.ffn2.weight +
                                 k * block.ffn2.weight_stride + n) ==
            ffn2.weight[k * 20 + n]);
    }
  }
  const auto record = dram.at<vit_record>(block.ffn2.records + 19 * 8);
  CHECK(record.bias == ffn2.bias[19]);
  CHECK(record.multiplier == ffn2.multiplier[19]);
  CHECK(record.shift == ffn2.shift[19]);
  CHECK(record.zero == 0);
  CHECK(dram.at<std::int16_t>(header.position + 2 * 33) == model.position[33]);

  // Three patches side by side, of three lines each: the lines of the first
  // patch are every third one of the row.
  const std::vector<std::uint16_t> lines{0, 3, 6, 1, 4, 7, 2, 5, 8};
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    CHECK(dram.at<std::uint16_t>(header.patch_lines + 2 * i) == lines[i]);
  }

  // The second image of the run is the set's third, shifted by 128.
  CHECK(dram.at<std::int8_t>(header.images + header.image_stride + 5) ==
        static_cast<int>(images.image(2)[5]) - 128);
}

TEST_CASE("a tile of weights with the rows behind it ends in its records") {
  vit::geometry size = odd_geometry();
  size.width = 48;
  const vit::package model = vit::make_synthetic(size, 7);
  const vit::image_set images = vit::make_synthetic_images(size, 1, 7);
  const workload work{model, model.pruning, images, 0, 1, VIT_FFN_AUTO};
  const memory_image image = build_memory_image(work, dram_base, 8U << 20);
  const memory dram(image, images);
  const auto header = dram.at<vit_image>(image.header);
  const vit_linear qkv = dram.at<vit_block>(header.blocks).qkv;
  REQUIRE(qkv.columns == 144);

  for (const auto& [first, wide] :
       {std::pair<std::uint32_t, std::uint32_t>{0, 64}, {64, 64}, {128, 16}}) {
    // Eight rows of `wide` bytes, one behind the other, as the DMA puts them.
    std::vector<std::uint8_t> brought;
    for (std::uint32_t row = 48; row < 56; ++row) {
      for (std::uint32_t column = first; column < first + wide; ++column) {
        brought.push_back(dram.at<std::uint8_t>(
            qkv.weight + row * qkv.weight_stride + column));
      }
    }
    for (std::uint32_t n = 0; n < wide; ++n) {
      vit_record record;
      std::memcpy(&record, brought.data() + 8 * n, 8);
      const vit::record expected = model.blocks[0].qkv.column(first + n);
      CHECK(record.bias == expected.bias);
      CHECK(record.multiplier == expected.multiplier);
      CHECK(record.shift == expected.shift);
    }
  }
}

TEST_CASE("regions cover the image without overlap") {
  const vit::package model = vit::make_synthetic(odd_geometry(), 7);
  const vit::image_set images = vit::make_synthetic_images(model.size, 1, 7);
  const workload work{model, model.pruning, images, 0, 1, VIT_FFN_AUTO};
  const memory_image image = build_memory_image(work, dram_base, 8U << 20);

  std::uint32_t next = dram_base;
  for (const auto& region : image.regions) {
    CHECK(region.base == next);
    next = region.base + region.size;
  }
  REQUIRE(image.regions.size() == 5);
  CHECK(image.regions[0].purpose == "firmware");
  CHECK(image.regions[4].purpose == "activations");
}

TEST_CASE("a DRAM that is too small is refused with the sizes") {
  const vit::package model = vit::make_synthetic(odd_geometry(), 7);
  const vit::image_set images = vit::make_synthetic_images(model.size, 1, 7);
  const workload work{model, model.pruning, images, 0, 1, VIT_FFN_AUTO};
  CHECK_THROWS_WITH(build_memory_image(work, dram_base, 1U << 20),
                    Catch::Contains("dram.total_mib: 1 MiB"));
}
