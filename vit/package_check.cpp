// The ranges of docs/package.md.
#include <algorithm>
#include <cmath>

#include "vit/input_error.hpp"
#include "vit/package.hpp"

namespace vitvp::vit {

namespace {

constexpr std::int32_t largest_bias = std::int32_t{1} << 30;
constexpr std::uint32_t largest_resize = 4096;

// Says where values come from, so that an error can name it.
class checker {
 public:
  explicit checker(const std::string& source) : m_source(source) {}

  [[noreturn]] void fail(const std::string& tensor, const std::string& problem,
                         const std::string& remedy) const {
    throw input_error(m_source, "tensor '" + tensor + "'", problem, remedy);
  }

  void number(const std::string& key, std::uint64_t value,
              std::uint64_t smallest, std::uint64_t largest) const {
    if (value >= smallest && value <= largest) return;
    throw input_error(
        m_source, key, std::to_string(value) + " is out of range",
        "use " + std::to_string(smallest) + ".." + std::to_string(largest));
  }

  template <typename T>
  void elements(const std::string& tensor, const std::vector<T>& values,
                std::size_t count) const {
    if (values.size() == count) return;
    fail(tensor, "holds " + std::to_string(values.size()) + " elements",
         "it needs " + std::to_string(count));
  }

  template <typename T>
  void range(const std::string& tensor, const std::vector<T>& values,
             std::int64_t smallest, std::int64_t largest) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] >= smallest && values[i] <= largest) continue;
      fail(tensor,
           "element " + std::to_string(i) + " is " + std::to_string(values[i]),
           "use " + std::to_string(smallest) + ".." + std::to_string(largest));
    }
  }

 private:
  const std::string& m_source;
};

void check_linear(const checker& check, const linear& l,
                  const std::string& name, std::uint32_t k, std::uint32_t n) {
  check.number(name + " terms", l.k, k, k);
  check.number(name + " columns", l.n, n, n);
  check.elements(name + ".weight", l.weight, std::size_t{k} * n);
  check.elements(name + ".bias", l.bias, n);
  check.elements(name + ".multiplier", l.multiplier, n);
  check.elements(name + ".shift", l.shift, n);
  check.range(name + ".bias", l.bias, -largest_bias, largest_bias);
  check.range(name + ".multiplier", l.multiplier, 16384, 32767);
  check.range(name + ".shift", l.shift, 1, 62);
}

void check_layer_norm(const checker& check, const layer_norm& norm,
                      const std::string& name, std::uint32_t width) {
  check.elements(name + ".multiplier", norm.multiplier, width);
  check.elements(name + ".bias", norm.bias, width);
  check.elements(name + ".shift", norm.shift, width);
  check.range(name + ".bias", norm.bias, -largest_bias, largest_bias);
  check.range(name + ".shift", norm.shift, 1, 30);
  check.range(name + ".epsilon", std::vector<std::int64_t>{norm.epsilon}, 0,
              (std::int64_t{1} << 60) - 1);
}

void check_factor(const checker& check, const record& factor,
                  const std::string& name) {
  using one = std::vector<std::int64_t>;
  check.range(name + ".bias", one{factor.bias}, 0, 0);
  check.range(name + ".multiplier", one{factor.multiplier}, 16384, 32767);
  check.range(name + ".shift", one{factor.shift}, 1, 62);
}

void check_softmax(const checker& check, const softmax_table& table,
                   const std::string& name) {
  if (table[0] != 255) {
    check.fail(name, "element 0 is " + std::to_string(table[0]),
               "it must be 255");
  }
  for (std::size_t i = 1; i < table.size(); ++i) {
    if (table[i] <= table[i - 1]) continue;
    check.fail(name,
               "increases from " + std::to_string(table[i - 1]) + " to " +
                   std::to_string(table[i]) + " at element " +
                   std::to_string(i),
               "it must never increase");
  }
}

void check_block(const checker& check, const block& b, const geometry& size,
                 const std::string& name) {
  const std::uint32_t d = size.width;
  check_layer_norm(check, b.norm1, name + ".norm1", d);
  check_linear(check, b.qkv, name + ".qkv", d, 3 * d);
  check_factor(check, b.scores, name + ".scores");
  check_softmax(check, b.softmax, name + ".softmax.table");
  check_factor(check, b.context, name + ".context");
  const unsigned sum_bits = bitlen(std::uint64_t{255} * size.tokens());
  if (b.context.shift + sum_bits > 62) {
    check.fail(name + ".context.shift", "is " + std::to_string(b.context.shift),
               "with " + std::to_string(size.tokens()) +
                   " tokens it may be at most " +
                   std::to_string(62 - sum_bits));
  }
  check_linear(check, b.projection, name + ".projection", d, d);
  check_layer_norm(check, b.norm2, name + ".norm2", d);
  check_linear(check, b.ffn1, name + ".ffn1", d, size.hidden);
  check_linear(check, b.ffn2, name + ".ffn2", size.hidden, d);
}

void check_multiple(const std::string& source, const char* key,
                    std::uint32_t value, const char* of,
                    std::uint32_t divisor) {
  if (value % divisor == 0) return;
  throw input_error(source, key,
                    std::to_string(value) + " is not a multiple of " + of,
                    std::string(of) + " is " + std::to_string(divisor));
}

void check_scale(const std::string& source, const char* key, double value) {
  if (std::isfinite(value) && value >= 1e-12 && value <= 1e6) return;
  throw input_error(source, key, "is not a plausible scale",
                    "use a number from 1e-12 to 1e6");
}

void check_description(const package& model, const std::string& source) {
  if (!is_valid(model.pruning, model.size.depth)) {
    throw input_error(source, "keep_ppm, ffn2_threshold",
                      "do not fit the network",
                      "one ratio of 0..1000000 per block, threshold 0..126");
  }
  check_scale(source, "residual_scale", model.residual_scale);
  check_scale(source, "logit_scale", model.logit_scale);
  if (!model.class_names.empty() &&
      model.class_names.size() != model.size.classes) {
    throw input_error(
        source, "class_names",
        "holds " + std::to_string(model.class_names.size()) + " names",
        "there are " + std::to_string(model.size.classes) + " classes");
  }
  if (model.pictures.resize) {
    checker(source).number(
        "resize", *model.pictures.resize,
        std::min(model.size.image_height, model.size.image_width),
        largest_resize);
  }
}

}  // namespace

void check_geometry(const geometry& size, const std::string& source) {
  const checker check(source);
  check.number("image_height", size.image_height, 1, 2048);
  check.number("image_width", size.image_width, 1, 2048);
  check.number("image_channels", size.image_channels, 1, 16);
  check.number("patch", size.patch, 1, 64);
  check.number("width", size.width, 1, 4096);
  check.number("heads", size.heads, 1, 64);
  check.number("depth", size.depth, 1, 64);
  check.number("hidden", size.hidden, 1, 16384);
  check.number("classes", size.classes, 2, 32767);
  check_multiple(source, "image_height", size.image_height, "patch",
                 size.patch);
  check_multiple(source, "image_width", size.image_width, "patch", size.patch);
  check_multiple(source, "width", size.width, "heads", size.heads);
  check.number("tokens (from image and patch)", size.tokens(), 2, 1025);
  check.number("patch*patch*image_channels", size.patch_terms(), 1, 32767);
}

void check_package(const package& model, const std::string& source) {
  const geometry& size = model.size;
  check_geometry(size, source);
  check_description(model, source);
  const checker check(source);
  check_linear(check, model.patch, "patch", size.patch_terms(), size.width);
  check.elements("position", model.position,
                 std::size_t{size.tokens()} * size.width);
  check.number("blocks", model.blocks.size(), size.depth, size.depth);
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    check_block(check, model.blocks[b], size, "blocks." + std::to_string(b));
  }
  check_layer_norm(check, model.norm, "norm", size.width);
  check_linear(check, model.head, "head", size.width, size.classes);
}

}  // namespace vitvp::vit
