#include "platform/memory_image.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "firmware/runtime/model_image.h"
#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

constexpr std::uint64_t burst_bytes = 64;

std::uint64_t round_up(std::uint64_t value, std::uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// Hands out DRAM front to back and keeps what is to be written.
class layout {
 public:
  layout(std::uint32_t base, std::uint64_t bytes)
      : m_base(base), m_end(base + bytes), m_next(base) {}

  // Reserves bytes on a burst boundary.
  std::uint32_t reserve(std::uint64_t bytes, const char* what) {
    m_next = round_up(m_next, burst_bytes);
    if (bytes > m_end || m_next > m_end - bytes) {
      throw vit::input_error(
          "dram.total_mib: " + std::to_string((m_end - m_base) >> 20) +
          " MiB hold no room for " + std::to_string(bytes) + " bytes of " +
          what + " behind the " + std::to_string(m_next - m_base) +
          " bytes in use: raise it or lower images.limit");
    }
    const auto address = static_cast<std::uint32_t>(m_next);
    m_next += bytes;
    return address;
  }

  std::uint32_t place(std::vector<std::uint8_t> bytes, const char* what) {
    const std::uint32_t address = reserve(bytes.size(), what);
    m_image.segments.push_back({address, std::move(bytes)});
    return address;
  }

  // Everything reserved since the last call belongs to this purpose.
  void close_region(const char* purpose) {
    m_next = round_up(m_next, burst_bytes);
    const auto base = static_cast<std::uint32_t>(m_region);
    m_image.regions.push_back(
        {purpose, base, static_cast<std::uint32_t>(m_next - m_region)});
    m_region = m_next;
  }

  void start_regions() { m_region = m_next; }

  memory_image take_image() { return std::move(m_image); }

 private:
  std::uint64_t m_base;
  std::uint64_t m_end;
  std::uint64_t m_next;
  std::uint64_t m_region = 0;
  memory_image m_image;
};

template <typename T>
std::vector<std::uint8_t> to_bytes(const T* values, std::size_t count) {
  std::vector<std::uint8_t> bytes(count * sizeof(T));
  if (count != 0) std::memcpy(bytes.data(), values, bytes.size());
  return bytes;
}

vit_record to_record(const vit::record& r) {
  return {r.bias, r.multiplier, r.shift, 0};
}

std::uint32_t place_record(layout& memory, const vit::record& r) {
  const vit_record one = to_record(r);
  return memory.place(to_bytes(&one, 1), "records");
}

// The rows behind the weights: a tile's columns of them are its records.
void append_records(std::uint8_t* rows, std::size_t stride,
                    const std::vector<std::uint8_t>& records) {
  const std::size_t columns = records.size() / sizeof(vit_record);
  for (std::size_t first = 0; first < columns; first += VIT_RECORD_COLUMNS) {
    const std::size_t wide =
        std::min<std::size_t>(VIT_RECORD_COLUMNS, columns - first);
    for (std::size_t j = 0; j < VIT_RECORD_ROWS; ++j) {
      std::memcpy(rows + j * stride + first,
                  records.data() + first * sizeof(vit_record) + j * wide, wide);
    }
  }
}

vit_linear place_linear(layout& memory, const vit::linear& product) {
  const auto stride =
      static_cast<std::uint32_t>(round_up(product.n, burst_bytes));
  std::vector<std::uint8_t> weight(std::size_t{stride} *
                                   (product.k + VIT_RECORD_ROWS));
  for (std::size_t k = 0; k < product.k; ++k) {
    std::memcpy(weight.data() + k * stride,
                product.weight.data() + k * product.n, product.n);
  }
  std::vector<vit_record> records(product.n);
  for (std::size_t n = 0; n < product.n; ++n) {
    records[n] = to_record(product.column(n));
  }
  std::vector<std::uint8_t> bytes = to_bytes(records.data(), records.size());
  append_records(weight.data() + std::size_t{stride} * product.k, stride,
                 bytes);
  vit_linear placed{};
  placed.weight = memory.place(std::move(weight), "weights");
  placed.weight_stride = stride;
  placed.records = memory.place(std::move(bytes), "records");
  placed.terms = product.k;
  placed.columns = product.n;
  return placed;
}

vit_norm place_norm(layout& memory, const vit::layer_norm& norm) {
  std::vector<vit_record> records(norm.multiplier.size());
  for (std::size_t c = 0; c < records.size(); ++c) {
    records[c] = to_record(norm.channel(c));
  }
  vit_norm placed{};
  placed.records =
      memory.place(to_bytes(records.data(), records.size()), "records");
  placed.epsilon_lo = static_cast<std::uint32_t>(norm.epsilon);
  placed.epsilon_hi = static_cast<std::uint32_t>(norm.epsilon >> 32);
  return placed;
}

vit_block place_block(layout& memory, const vit::block& block,
                      std::uint32_t keep_ppm) {
  vit_block placed{};
  placed.keep_ppm = keep_ppm;
  placed.norm1 = place_norm(memory, block.norm1);
  placed.qkv = place_linear(memory, block.qkv);
  placed.scores_record = place_record(memory, block.scores);
  placed.softmax_table = memory.place(
      to_bytes(block.softmax.data(), block.softmax.size()), "tables");
  placed.context_multiplier =
      static_cast<std::uint32_t>(block.context.multiplier);
  placed.context_shift = block.context.shift;
  placed.projection = place_linear(memory, block.projection);
  placed.norm2 = place_norm(memory, block.norm2);
  placed.ffn1 = place_linear(memory, block.ffn1);
  placed.ffn2 = place_linear(memory, block.ffn2);
  return placed;
}

std::vector<std::uint8_t> stored_pixels(const vit::image_set& images,
                                        std::size_t index) {
  const std::uint8_t* pixels = images.image(index);
  std::vector<std::uint8_t> shifted(images.image_bytes());
  // u - 128 in two's complement is u with its top bit flipped.
  std::transform(
      pixels, pixels + shifted.size(), shifted.begin(),
      [](std::uint8_t u) { return static_cast<std::uint8_t>(u ^ 0x80U); });
  return shifted;
}

// What the runtime may need at once: residual stream, gathered copies and sums
// (i16), attention context and its gathered rows (i8), the hidden map.
std::uint64_t arena_bytes(const vit::geometry& size) {
  const std::uint64_t row = round_up(size.width, burst_bytes);
  const std::uint64_t tokens = size.tokens();
  return 4 * tokens * row * 2 + 3 * tokens * row +
         size.hidden * round_up(tokens, burst_bytes) + (1U << 16);
}

vit_image describe(const vit::geometry& size, const workload& work) {
  vit_image header{};
  header.magic = VIT_IMAGE_MAGIC;
  header.version = VIT_IMAGE_VERSION;
  header.image_height = size.image_height;
  header.image_width = size.image_width;
  header.image_channels = size.image_channels;
  header.patch = size.patch;
  header.width = size.width;
  header.heads = size.heads;
  header.depth = size.depth;
  header.hidden = size.hidden;
  header.classes = size.classes;
  header.tokens = size.tokens();
  header.ffn2_pruning = work.policy.ffn2_enabled ? 1 : 0;
  header.ffn2_threshold = work.policy.ffn2_threshold;
  header.ffn_plan = work.ffn_plan;
  header.image_count = static_cast<std::uint32_t>(work.count);
  return header;
}

// Where the lines of the patches of a row of patches are.
std::vector<std::uint16_t> patch_lines(const vit::geometry& size) {
  const std::uint32_t patches = size.image_width / size.patch;
  std::vector<std::uint16_t> lines;
  for (std::uint32_t x = 0; x < patches; ++x) {
    for (std::uint32_t y = 0; y < size.patch; ++y) {
      lines.push_back(static_cast<std::uint16_t>(y * patches + x));
    }
  }
  return lines;
}

void place_network(layout& memory, const workload& work, vit_image& header) {
  const vit::package& model = work.model;
  header.patch_embedding = place_linear(memory, model.patch);
  const std::vector<std::uint16_t> lines = patch_lines(model.size);
  header.patch_lines =
      memory.place(to_bytes(lines.data(), lines.size()), "patch lines");
  header.position = memory.place(
      to_bytes(model.position.data(), model.position.size()), "positions");
  std::vector<vit_block> blocks;
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    blocks.push_back(
        place_block(memory, model.blocks[b], work.policy.keep_ppm.at(b)));
  }
  header.blocks =
      memory.place(to_bytes(blocks.data(), blocks.size()), "block tables");
  header.norm = place_norm(memory, model.norm);
  header.head = place_linear(memory, model.head);
}

void reserve_images(layout& memory, const workload& work, vit_image& header) {
  header.image_stride = static_cast<std::uint32_t>(
      round_up(work.images.image_bytes(), burst_bytes));
  header.images =
      memory.reserve(std::uint64_t{header.image_stride} * work.count, "images");
}

}  // namespace

memory_image build_memory_image(const workload& work, std::uint32_t dram_base,
                                std::uint64_t dram_bytes) {
  const vit::geometry& size = work.model.size;
  layout memory(dram_base, dram_bytes);
  memory.start_regions();
  memory.reserve(firmware_bytes, "firmware");
  memory.close_region("firmware");

  vit_image header = describe(size, work);
  const std::uint32_t header_address =
      memory.reserve(sizeof(vit_image), "the model header");
  place_network(memory, work, header);
  memory.close_region("weights");
  reserve_images(memory, work, header);
  memory.close_region("images");
  header.result_stride = vit_result_bytes(size.depth, size.classes);
  header.results = memory.reserve(
      std::uint64_t{header.result_stride} * work.count, "results");
  memory.close_region("results");
  header.arena_bytes = static_cast<std::uint32_t>(arena_bytes(size));
  header.arena = memory.reserve(header.arena_bytes, "activations");
  memory.close_region("activations");

  memory_image image = memory.take_image();
  image.pixels = header.images;
  image.pixels_stride = header.image_stride;
  image.first_image = work.first;
  image.image_count = work.count;
  image.header = header_address;
  image.segments.push_back({header_address, to_bytes(&header, 1)});
  image.results = header.results;
  image.result_stride = header.result_stride;
  return image;
}

void write_memory_image(const memory_image& image, const vit::image_set& images,
                        const memory_writer& write) {
  for (const memory_segment& segment : image.segments) {
    write(segment.address, segment.bytes.data(), segment.bytes.size());
  }
  std::uint32_t at = image.pixels;
  for (std::size_t i = 0; i < image.image_count; ++i) {
    const auto pixels = stored_pixels(images, image.first_image + i);
    write(at, pixels.data(), pixels.size());
    at += image.pixels_stride;
  }
}

}  // namespace vitvp::platform
