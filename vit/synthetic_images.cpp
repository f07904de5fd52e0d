// Textured images from integers alone.
#include <algorithm>
#include <array>

#include "vit/input_error.hpp"
#include "vit/random_source.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit {

namespace {

constexpr int wave_count = 4;
constexpr int blob_count = 5;

// A triangle wave over the plane; positions in 1/65536 of a period.
struct wave {
  std::int32_t step_x;
  std::int32_t step_y;
  std::int32_t phase;
  std::array<std::int32_t, 16> amplitude;  // by channel
};

// A disc with a soft edge.
struct blob {
  std::int32_t x;
  std::int32_t y;
  std::int32_t radius_squared;
  std::array<std::int32_t, 16> height;  // by channel
};

std::array<std::int32_t, 16> draw_channels(random_source& random,
                                           std::int32_t largest) {
  std::array<std::int32_t, 16> values{};
  for (std::int32_t& value : values) value = random.between(-largest, largest);
  return values;
}

// -256..256 over one period of 65536.
std::int32_t triangle(std::int32_t position) {
  const std::int32_t within = position & 0xffff;
  return within < 0x8000 ? within / 64 - 256 : 768 - within / 64;
}

class painter {
 public:
  painter(const geometry& size, random_source random)
      : m_size(size), m_random(random), m_base(draw_channels(m_random, 40)) {
    const auto edge = static_cast<std::int32_t>(
        std::max(size.image_width, size.image_height));
    for (wave& w : m_waves) {
      // Up to 12 periods over the larger edge.
      w.step_x = m_random.between(-12 * 65536, 12 * 65536) / edge;
      w.step_y = m_random.between(-12 * 65536, 12 * 65536) / edge;
      w.phase = m_random.between(0, 65535);
      w.amplitude = draw_channels(m_random, 48);
    }
    for (blob& b : m_blobs) {
      b.x = m_random.between(0, static_cast<std::int32_t>(size.image_width));
      b.y = m_random.between(0, static_cast<std::int32_t>(size.image_height));
      const std::int32_t radius = m_random.between(1 + edge / 16, 1 + edge / 4);
      b.radius_squared = radius * radius;
      b.height = draw_channels(m_random, 90);
    }
  }

  void paint(std::uint8_t* target) {
    for (std::uint32_t y = 0; y < m_size.image_height; ++y) {
      for (std::uint32_t x = 0; x < m_size.image_width; ++x) {
        paint_pixel(static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                    target);
        target += m_size.image_channels;
      }
    }
  }

 private:
  void paint_pixel(std::int32_t x, std::int32_t y, std::uint8_t* target) {
    std::array<std::int32_t, wave_count> waves{};
    for (std::size_t i = 0; i < m_waves.size(); ++i) {
      waves[i] = triangle(m_waves[i].phase + x * m_waves[i].step_x +
                          y * m_waves[i].step_y);
    }
    std::array<std::int32_t, blob_count> blobs{};
    for (std::size_t i = 0; i < m_blobs.size(); ++i) {
      blobs[i] = depth_in(m_blobs[i], x, y);
    }
    const std::uint64_t noise = m_random.next();
    for (std::size_t c = 0; c < m_size.image_channels; ++c) {
      std::int32_t value = 128 + m_base[c] +
                           static_cast<std::int32_t>((noise >> (4 * c)) & 15) -
                           8;
      for (std::size_t i = 0; i < waves.size(); ++i) {
        value += waves[i] * m_waves[i].amplitude[c] / 256;
      }
      for (std::size_t i = 0; i < blobs.size(); ++i) {
        value += blobs[i] * m_blobs[i].height[c] / 256;
      }
      target[c] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
    }
  }

  // 0 outside, up to 256 well inside.
  static std::int32_t depth_in(const blob& b, std::int32_t x, std::int32_t y) {
    const std::int32_t distance = (x - b.x) * (x - b.x) + (y - b.y) * (y - b.y);
    if (distance >= b.radius_squared) return 0;
    const std::int64_t depth = b.radius_squared - distance;
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(256, 1024 * depth / b.radius_squared));
  }

  geometry m_size;
  random_source m_random;
  std::array<std::int32_t, 16> m_base;
  std::array<wave, wave_count> m_waves{};
  std::array<blob, blob_count> m_blobs{};
};

}  // namespace

image_set make_synthetic_images(const geometry& size, std::size_t count,
                                std::uint64_t seed) {
  check_geometry(size, "synthetic images");
  if (count == 0) {
    throw input_error("synthetic images", "count", "is 0",
                      "ask for at least one image");
  }
  image_set images;
  images.name = "synthetic-images-seed" + std::to_string(seed);
  images.provenance = "synthetic: textures of a seeded generator";
  images.license = "CC0-1.0";
  images.height = size.image_height;
  images.width = size.image_width;
  images.channels = size.image_channels;
  images.pixels.resize(count * images.image_bytes());
  images.labels.assign(count, unknown_label);
  for (std::size_t i = 0; i < count; ++i) {
    painter(size, random_source(seed, 1000 + i))
        .paint(images.pixels.data() + i * images.image_bytes());
  }
  return images;
}

}  // namespace vitvp::vit
