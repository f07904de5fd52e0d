#include "vit/picture_scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace vitvp::vit {

namespace {

constexpr int weight_bits = 22;

// What one new pixel is made of: old pixels from `first` on.
struct mixture {
  std::size_t first = 0;
  std::vector<std::int64_t> weights;  // in 2^-weight_bits
};

double support(interpolation how) {
  return how == interpolation::bilinear ? 1 : 2;
}

double kernel(interpolation how, double x) {
  x = std::abs(x);
  if (x >= support(how)) return 0;
  if (how == interpolation::bilinear) return 1 - x;
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

mixture mix(std::uint32_t from, std::uint64_t to, std::uint64_t index,
            interpolation how) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double stretch = std::max(scale, 1.0);
  const double centre = (static_cast<double>(index) + 0.5) * scale;
  const double reach = support(how) * stretch;
  mixture result;
  result.first =
      static_cast<std::size_t>(std::max(std::floor(centre - reach), 0.0));
  const auto end = static_cast<std::size_t>(
      std::min<double>(std::ceil(centre + reach), from));
  std::vector<double> weights;
  double sum = 0;
  for (std::size_t j = result.first; j < end; ++j) {
    const double at = static_cast<double>(j) + 0.5;
    weights.push_back(kernel(how, (at - centre) / stretch));
    sum += weights.back();
  }
  for (const double weight : weights) {
    result.weights.push_back(
        std::llround(std::ldexp(weight / sum, weight_bits)));
  }
  return result;
}

// The sum over old pixels that lie `step` apart, `at` the first of the row or
// column.
std::uint8_t apply(const mixture& m, const std::uint8_t* at, std::size_t step) {
  std::int64_t sum = std::int64_t{1} << (weight_bits - 1);
  at += m.first * step;
  for (const std::int64_t weight : m.weights) {
    sum += weight * *at;
    at += step;
  }
  // An arithmetic shift, so that halves are rounded upwards.
  return static_cast<std::uint8_t>(
      std::clamp<std::int64_t>(sum >> weight_bits, 0, 255));
}

std::vector<mixture> mixtures(std::uint32_t from, std::uint64_t to,
                              std::uint64_t first, std::uint32_t count,
                              interpolation how) {
  std::vector<mixture> result;
  for (std::uint32_t i = 0; i < count; ++i) {
    result.push_back(mix(from, to, first + i, how));
  }
  return result;
}

}  // namespace

picture scale_picture(const picture& from, std::uint64_t height,
                      std::uint64_t width, const picture_part& part,
                      interpolation how) {
  const std::vector<mixture> across =
      mixtures(from.width, width, part.left, part.width, how);
  const std::vector<mixture> down =
      mixtures(from.height, height, part.top, part.height, how);
  const std::size_t first_row = down.front().first;
  const std::size_t end_row = down.back().first + down.back().weights.size();
  const std::size_t channels = from.channels;
  const std::size_t row = part.width * channels;

  // Rows of the source that matter, already `part.width` wide.
  std::vector<std::uint8_t> narrow;
  narrow.reserve((end_row - first_row) * row);
  for (std::size_t y = first_row; y < end_row; ++y) {
    const std::uint8_t* source = from.pixels.data() + y * from.width * channels;
    for (const mixture& m : across) {
      for (std::size_t c = 0; c < channels; ++c) {
        narrow.push_back(apply(m, source + c, channels));
      }
    }
  }
  picture result{part.height, part.width, from.channels, {}};
  result.pixels.reserve(part.height * row);
  for (mixture m : down) {
    m.first -= first_row;
    for (std::size_t x = 0; x < row; ++x) {
      result.pixels.push_back(apply(m, narrow.data() + x, row));
    }
  }
  return result;
}

}  // namespace vitvp::vit
