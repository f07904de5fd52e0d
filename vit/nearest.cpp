#include "vit/nearest.hpp"

#include <algorithm>

namespace vitvp::vit {
namespace {

// Longer words are not worth the time that comparing them would take.
constexpr std::size_t most_compared = 64;

std::string last_part(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string::npos ? key : key.substr(dot + 1);
}

}  // namespace

std::size_t edit_distance(const std::string& a, const std::string& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width);
  std::vector<std::size_t> above(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t replaced =
          above[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string nearest(const std::string& typed,
                    const std::vector<std::string>& known) {
  const std::string word = typed.substr(0, most_compared);
  std::string best;
  std::size_t least = SIZE_MAX;
  for (const std::string& candidate : known) {
    std::size_t distance = edit_distance(word, candidate);
    if (last_part(candidate) != candidate) {
      distance = std::min(
          distance,
          edit_distance(last_part(word), last_part(candidate)) * 2 + 1);
    }
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace vitvp::vit
