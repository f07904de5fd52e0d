// Packages and images by what a person types: a path or `synthetic:...`.
#include <charconv>

#include "vit/input_error.hpp"
#include "vit/picture_folder.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::vit {

namespace {

const std::string synthetic_prefix = "synthetic:";
constexpr std::uint64_t most_synthetic_images = 100000;

bool is_synthetic(const std::string& spec) {
  return spec.compare(0, synthetic_prefix.size(), synthetic_prefix) == 0;
}

// What follows the prefix: `WHAT[:SEED]`.
struct synthetic_spec {
  std::string what;
  std::uint64_t seed = 1;
};

std::uint64_t to_number(const std::string& spec, const std::string& text,
                        const char* what) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    throw input_error(spec.substr(0, 80), what, "not a number",
                      "use a decimal integer");
  }
  return value;
}

synthetic_spec parse(const std::string& spec) {
  synthetic_spec result;
  result.what = spec.substr(synthetic_prefix.size());
  const std::size_t colon = result.what.find(':');
  if (colon != std::string::npos) {
    result.seed = to_number(spec, result.what.substr(colon + 1), "seed");
    result.what.resize(colon);
  }
  return result;
}

}  // namespace

package open_package(const std::string& spec) {
  if (!is_synthetic(spec)) return load_package(spec);
  const synthetic_spec parsed = parse(spec);
  return make_synthetic(parsed.what, parsed.seed);
}

image_set open_images(const std::string& spec, const package& model,
                      const image_range& wanted) {
  if (!is_synthetic(spec)) {
    if (holds_pictures(spec)) return load_pictures(spec, model, wanted);
    image_set images = load_images(spec);
    check_images_fit(images, model.size, spec);
    return images;
  }
  const synthetic_spec parsed = parse(spec);
  const std::uint64_t count = to_number(spec, parsed.what, "count");
  if (count < 1 || count > most_synthetic_images) {
    throw input_error(spec.substr(0, 80), "count", "out of range",
                      "use 1.." + std::to_string(most_synthetic_images));
  }
  return make_synthetic_images(model.size, count, parsed.seed);
}

}  // namespace vitvp::vit
