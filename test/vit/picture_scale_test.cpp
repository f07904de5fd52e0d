// Scaling and cutting, against docs/evaluation.md evaluated in double
// precision.
#include "vit/picture_scale.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "vit/picture_fit.hpp"
#include "vit/random_source.hpp"

namespace vitvp::vit::test {

namespace {

picture random_picture(random_source& random, std::uint32_t height,
                       std::uint32_t width, std::uint32_t channels) {
  picture p{height, width, channels, {}};
  for (std::size_t i = 0; i < std::size_t{height} * width * channels; ++i) {
    // Black and white overshoot most.
    const std::uint32_t kind = random.below(4);
    p.pixels.push_back(static_cast<std::uint8_t>(kind == 0 ? 0
                                                 : kind == 1
                                                     ? 255
                                                     : random.below(256)));
  }
  return p;
}

double k(interpolation how, double x) {
  const double a = std::fabs(x);
  if (how == interpolation::bilinear) return a < 1 ? 1 - a : 0;
  if (a < 1) return 1.5 * a * a * a - 2.5 * a * a + 1;
  if (a < 2) return -0.5 * a * a * a + 2.5 * a * a - 4 * a + 2;
  return 0;
}

// Pixel i of `to` ones from all of a line, which at(j) gives.
template <typename line>
double pixel(interpolation how, std::size_t from, std::size_t to, std::size_t i,
             line at) {
  const double s = static_cast<double>(from) / static_cast<double>(to);
  const double f = std::max(s, 1.0);
  const double c = (static_cast<double>(i) + 0.5) * s;
  double whole = 0;
  for (std::size_t j = 0; j < from; ++j) {
    whole += k(how, (static_cast<double>(j) + 0.5 - c) / f);
  }
  double sum = 0;
  for (std::size_t j = 0; j < from; ++j) {
    const double weight = k(how, (static_cast<double>(j) + 0.5 - c) / f);
    sum += std::round(weight / whole * 4194304) * at(j);
  }
  return std::clamp(std::floor(sum / 4194304 + 0.5), 0.0, 255.0);
}

picture expected(const picture& p, std::size_t height, std::size_t width,
                 interpolation how) {
  std::vector<double> rows(p.height * width * p.channels);
  for (std::size_t y = 0; y < p.height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < p.channels; ++c) {
        rows[(y * width + x) * p.channels + c] =
            pixel(how, p.width, width, x, [&](std::size_t j) {
              return p.pixels[(y * p.width + j) * p.channels + c];
            });
      }
    }
  }
  picture result{static_cast<std::uint32_t>(height),
                 static_cast<std::uint32_t>(width),
                 p.channels,
                 {}};
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t at = 0; at < width * p.channels; ++at) {
      result.pixels.push_back(static_cast<std::uint8_t>(pixel(
          how, p.height, height, y,
          [&](std::size_t j) { return rows[j * width * p.channels + at]; })));
    }
  }
  return result;
}

std::vector<std::uint8_t> cut(const picture& p, std::size_t top,
                              std::size_t left, std::size_t height,
                              std::size_t width) {
  std::vector<std::uint8_t> part;
  for (std::size_t y = top; y < top + height; ++y) {
    for (std::size_t at = left * p.channels; at < (left + width) * p.channels;
         ++at) {
      part.push_back(p.pixels[y * p.width * p.channels + at]);
    }
  }
  return part;
}

geometry images(std::uint32_t height, std::uint32_t width,
                std::uint32_t channels) {
  geometry size;
  size.image_height = height;
  size.image_width = width;
  size.image_channels = channels;
  return size;
}

}  // namespace

TEST_CASE("scaled pictures are those of the definition, bit for bit") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    random_source random(seed);
    const picture p =
        random_picture(random, 1 + random.below(60), 1 + random.below(60),
                       random.below(2) == 0 ? 1 : 3);
    const std::uint32_t height = 1 + random.below(50);
    const std::uint32_t width = 1 + random.below(50);
    CAPTURE(seed, p.height, p.width, height, width);
    for (const interpolation how :
         {interpolation::bicubic, interpolation::bilinear}) {
      const picture whole = expected(p, height, width, how);
      REQUIRE(
          scale_picture(p, height, width, {0, 0, height, width}, how).pixels ==
          whole.pixels);
      const std::uint32_t top = random.below(height);
      const std::uint32_t left = random.below(width);
      REQUIRE(scale_picture(p, height, width,
                            {top, left, height - top, width - left}, how)
                  .pixels == cut(whole, top, left, height - top, width - left));
    }
  }
}

TEST_CASE("shrinking averages over all that a pixel covers") {
  // Stripes that sampling without a filter would turn into one of the two.
  picture p{4, 64, 1, {}};
  for (int i = 0; i < 4 * 64; ++i) {
    p.pixels.push_back(i % 2 == 0 ? 0 : 200);
  }
  for (const std::uint8_t value :
       scale_picture(p, 1, 4, {0, 0, 1, 4}, interpolation::bilinear).pixels) {
    CHECK(std::abs(value - 100) <= 5);
  }
}

TEST_CASE("a picture that fits is taken as it is") {
  random_source random(1);
  for (const interpolation how :
       {interpolation::bicubic, interpolation::bilinear}) {
    const picture p = random_picture(random, 24, 40, 3);
    CHECK(fit_picture(p, images(24, 40, 3), {{}, how}) == p.pixels);
  }
}

TEST_CASE("the shorter side is scaled and the centre cut out") {
  random_source random(2);
  const auto how = interpolation::bicubic;
  // 100 x 61 becomes 52 x 32 with margins of 14 and 4.
  const picture tall = random_picture(random, 100, 61, 1);
  CHECK(fit_picture(tall, images(24, 24, 1), {32, how}) ==
        cut(expected(tall, 52, 32, how), 14, 4, 24, 24));
  // 61 x 102 becomes 32 x 53: a margin of 14.5, which rounds to 14; and
  // 61 x 98 becomes 32 x 51: one of 13.5, which rounds to 14 as well.
  for (const auto& [width, scaled] : {std::pair(102U, 53U), {98U, 51U}}) {
    const picture wide = random_picture(random, 61, width, 1);
    CHECK(fit_picture(wide, images(24, 24, 1), {32, how}) ==
          cut(expected(wide, 32, scaled, how), 4, 14, 24, 24));
  }
  // Images that are no squares are covered: 20 x 10 to 40 x 20, not 12 x 6.
  const picture small = random_picture(random, 10, 20, 1);
  CHECK(fit_picture(small, images(12, 40, 1), {{}, how}) ==
        cut(expected(small, 20, 40, how), 4, 0, 12, 40));
}

TEST_CASE("grey becomes RGB and RGB becomes grey") {
  const picture grey{1, 2, 1, {7, 200}};
  CHECK(fit_picture(grey, images(1, 2, 3), {}) ==
        std::vector<std::uint8_t>{7, 7, 7, 200, 200, 200});
  // 0.299 R + 0.587 G + 0.114 B: 76.2, 149.7, 29.1 and 255.
  const picture rgb{1, 4, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
  CHECK(fit_picture(rgb, images(1, 4, 1), {}) ==
        std::vector<std::uint8_t>{76, 150, 29, 255});
}

TEST_CASE("a long thin picture costs no more than what is seen of it") {
  const picture thin{1, 32768, 1, std::vector<std::uint8_t>(32768, 9)};
  CHECK(fit_picture(thin, images(8, 8, 1), {4096, interpolation::bicubic}) ==
        std::vector<std::uint8_t>(64, 9));
}

}  // namespace vitvp::vit::test
