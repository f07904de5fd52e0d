// Builds a network front to back: draw a layer's weights, run the calibration
// images through it, and choose its records from what comes out.
#include "vit/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "vit/input_error.hpp"
#include "vit/layers.hpp"
#include "vit/random_source.hpp"

namespace vitvp::vit {

namespace {

// Targets of the calibration, in steps of the respective format.
constexpr double embedding_rms = 1000;
constexpr double branch_rms = 250;
constexpr double i8_amplitude = 90;
constexpr double score_rms = 22;
constexpr double score_step = 0.05;
constexpr double context_rms = 24;
constexpr double logit_rms = 3000;
// LayerNorm's output has this deviation: 2^11 * 16384 / 2^20.
constexpr std::int32_t norm_unit = 32;
constexpr int norm_shift = 20;
// Share of the hidden channels whose life depends on the image.
constexpr double edge_share = 0.1;
// Statistics of one image alone do not carry over to others.
constexpr std::size_t calibration_images = 4;

// The same tensor for every calibration image.
template <typename T>
using batch = std::vector<matrix<T>>;
using batch_i8 = batch<std::int8_t>;
using batch_i16 = batch<std::int16_t>;
using batch_i32 = batch<std::int32_t>;

struct moments {
  double mean = 0;
  double rms = 0;      // about zero
  double largest = 0;  // of the absolute values
};

double guarded(double value) {
  return std::max(value, 1.0 / 16);
}

// The record closest to a positive real factor, bias 0.
record make_factor(double factor) {
  int exponent = 0;
  const double mantissa = std::frexp(factor, &exponent);
  long multiplier = std::lround(mantissa * 32768);
  if (multiplier == 32768) {
    multiplier = 16384;
    ++exponent;
  }
  const int shift = std::clamp(15 - exponent, 1, 44);
  return {0, static_cast<std::int16_t>(multiplier),
          static_cast<std::uint8_t>(shift)};
}

moments moments_of(const std::vector<std::int32_t>& values) {
  moments m;
  for (const std::int32_t value : values) {
    const double x = value;
    m.mean += x;
    m.rms += x * x;
    m.largest = std::max(m.largest, std::abs(x));
  }
  const auto count = static_cast<double>(values.size());
  m.mean /= count;
  m.rms = std::sqrt(m.rms / count);
  return m;
}

// Root mean square over all tensors.
double rms_of(const batch_i32& acc) {
  double square = 0;
  double count = 0;
  for (const matrix_i32& image : acc) {
    const auto elements = static_cast<double>(image.values.size());
    const double rms = moments_of(image.values).rms;
    square += rms * rms * elements;
    count += elements;
  }
  return std::sqrt(square / count);
}

// Elements of column `c`, image after image.
std::vector<std::int32_t> column_of(const batch_i32& acc, std::size_t c) {
  std::vector<std::int32_t> values;
  for (const matrix_i32& image : acc) {
    for (std::size_t r = 0; r < image.rows; ++r) values.push_back(image(r, c));
  }
  return values;
}

// Largest element of column `c` in each image.
std::vector<double> column_maxima(const batch_i32& acc, std::size_t c) {
  std::vector<double> maxima;
  for (const matrix_i32& image : acc) {
    std::int32_t largest = image(0, c);
    for (std::size_t r = 1; r < image.rows; ++r) {
      largest = std::max(largest, image(r, c));
    }
    maxima.push_back(largest);
  }
  return maxima;
}

// Applies `step` to every image's tensor.
template <typename T, typename Step>
auto for_each(const batch<T>& inputs, Step step) {
  std::vector<decltype(step(inputs.front()))> results;
  for (const matrix<T>& input : inputs) results.push_back(step(input));
  return results;
}

void add_residuals(batch_i16& x, const batch_i32& acc, const linear& l) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    add_residual(x[i], requantise_columns_i16(acc[i], l));
  }
}

double deviation_of(const moments& m) {
  return std::sqrt(std::max(0.0, m.rms * m.rms - m.mean * m.mean));
}

std::int32_t to_bias(double value) {
  return static_cast<std::int32_t>(
      std::lround(std::clamp(value, -0x1p30, 0x1p30)));
}

class builder {
 public:
  builder(const geometry& size, std::uint64_t seed,
          const synthetic_options& options)
      : m_size(size), m_options(options), m_random(seed, 1) {}

  package build(const image_set& calibration);

 private:
  linear draw_linear(std::size_t k, std::size_t n);
  layer_norm draw_norm();
  void set_column(linear& l, std::size_t c, std::int32_t bias, double factor);
  void centre_columns(linear& l, const batch_i32& acc);
  void fit_tensor(linear& l, const batch_i32& acc, double rms);
  double cut_hidden(const batch_i32& acc, std::size_t c, const moments& m,
                    bool on_edge);
  void fit_hidden(linear& l, const batch_i32& acc);
  void fit_scores(block& b, const batch_i32& acc);
  void fit_context(block& b, const batch_i32& acc,
                   const std::vector<exponents>& e);
  batch_i8 attend(block& b, const batch_i8& qkv, batch_i16& x,
                  std::uint32_t keep_ppm);
  block build_block(std::size_t index, batch_i16& x);
  void build_ffn(block& b, batch_i16& x);
  batch_i16 build_embedding(package& model, const image_set& images);

  geometry m_size;
  synthetic_options m_options;
  random_source m_random;
};

// Weights have a triangular distribution over -127..127.
linear builder::draw_linear(std::size_t k, std::size_t n) {
  linear l;
  l.k = static_cast<std::uint32_t>(k);
  l.n = static_cast<std::uint32_t>(n);
  l.weight.resize(k * n);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < l.weight.size(); ++i) {
    bits = i % 4 == 0 ? m_random.next() : bits >> 16;
    const int sum =
        static_cast<int>(bits & 255) + static_cast<int>((bits >> 8) & 255);
    l.weight[i] = static_cast<std::int8_t>(std::max(sum / 2 - 128, -127));
  }
  l.bias.resize(n);
  l.multiplier.resize(n);
  l.shift.resize(n);
  return l;
}

layer_norm builder::draw_norm() {
  layer_norm norm;
  for (std::size_t c = 0; c < m_size.width; ++c) {
    norm.multiplier.push_back(
        static_cast<std::int16_t>(m_random.between(11500, 20500)));
    norm.bias.push_back(m_random.between(-norm_unit / 5, norm_unit / 5) *
                        (1 << norm_shift));
    norm.shift.push_back(norm_shift);
  }
  // eps = 1e-6 at a residual scale of 1/1000.
  norm.epsilon = std::int64_t{m_size.width} * m_size.width;
  return norm;
}

void builder::set_column(linear& l, std::size_t c, std::int32_t bias,
                         double factor) {
  const record r = make_factor(factor);
  l.bias[c] = bias;
  l.multiplier[c] = r.multiplier;
  l.shift[c] = r.shift;
}

// Every column gets its own scale and loses most of its mean, as a trained
// network's per-channel quantisation would have it.
void builder::centre_columns(linear& l, const batch_i32& acc) {
  for (std::size_t c = 0; c < l.n; ++c) {
    const moments m = moments_of(column_of(acc, c));
    const double deviation = deviation_of(m);
    const double offset = (2 * m_random.unit() - 1) * deviation;
    const double amplitude = 3 * deviation + std::abs(offset);
    set_column(l, c, to_bias(offset - m.mean),
               i8_amplitude / std::max(amplitude, 1.0));
  }
}

// One scale for the tensor, with a spread over the columns.
void builder::fit_tensor(linear& l, const batch_i32& acc, double rms) {
  const double observed = std::max(rms_of(acc), 1.0);
  for (std::size_t c = 0; c < l.n; ++c) {
    const double spread = 0.8 + 0.4 * m_random.unit();
    const double bias = (m_random.unit() - 0.5) * 0.2 * observed;
    set_column(l, c, to_bias(bias), spread * rms / observed);
  }
}

// The accumulator above which a channel that is not simply dead fires. On the
// edge: near the maximum of an image taken at random. Live: fires on every
// calibration image, but on less than half of the tokens.
double builder::cut_hidden(const batch_i32& acc, std::size_t c,
                           const moments& m, bool on_edge) {
  const double deviation = deviation_of(m);
  const std::vector<double> maxima = column_maxima(acc, c);
  if (on_edge) {
    const auto images = static_cast<std::uint32_t>(maxima.size());
    return maxima[m_random.below(images)] +
           (m_random.unit() - 0.5) * 0.2 * deviation;
  }
  const double least = *std::min_element(maxima.begin(), maxima.end());
  return std::min(m.mean + 0.7 * m_random.unit() * deviation,
                  least - 0.5 * deviation);
}

// Most dead channels are dead on every image: their bias outweighs any sum.
void builder::fit_hidden(linear& l, const batch_i32& acc) {
  const double share = m_options.dead_share;
  const double on_edge =
      l.n * std::min({edge_share, 2 * share, 2 * (1 - share)});
  const auto dead = std::lround(l.n * share - on_edge / 2);
  const auto edge = std::lround(on_edge);
  std::vector<std::size_t> order(l.n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1],
              order[m_random.below(static_cast<std::uint32_t>(i))]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto rank = static_cast<long>(i);
    const std::size_t c = order[i];
    const moments m = moments_of(column_of(acc, c));
    const double cut = rank < dead ? 128.0 * 128.0 * l.k
                                   : cut_hidden(acc, c, m, rank < dead + edge);
    const double amplitude =
        std::max({m.mean + 3 * deviation_of(m) - cut, deviation_of(m), 1.0});
    set_column(l, c, to_bias(-cut), i8_amplitude / amplitude);
  }
}

// All heads share one factor.
void builder::fit_scores(block& b, const batch_i32& acc) {
  b.scores = make_factor(score_rms / guarded(rms_of(acc)));
  for (std::size_t k = 0; k < b.softmax.size(); ++k) {
    const double weight = 255 * std::exp(-score_step * static_cast<double>(k));
    b.softmax[k] = static_cast<std::uint8_t>(std::floor(weight + 0.5));
  }
}

void builder::fit_context(block& b, const batch_i32& acc,
                          const std::vector<exponents>& e) {
  double square = 0;
  double count = 0;
  for (std::size_t i = 0; i < acc.size(); ++i) {
    for (std::size_t r = 0; r < acc[i].rows; ++r) {
      for (std::size_t c = 0; c < acc[i].columns; ++c) {
        const double mean = acc[i](r, c) / static_cast<double>(e[i].sums[r]);
        square += mean * mean;
        count += 1;
      }
    }
  }
  b.context = make_factor(context_rms / guarded(std::sqrt(square / count)));
}

// The survivors' context; reduces `x` to the survivors.
batch_i8 builder::attend(block& b, const batch_i8& qkv, batch_i16& x,
                         std::uint32_t keep_ppm) {
  const std::size_t d = m_size.head_width();
  // Image after image, head after head.
  batch_i32 scores;
  for (const matrix_i8& image : qkv) {
    for (std::size_t h = 0; h < m_size.heads; ++h) {
      scores.push_back(accumulate_scores(image, h, d));
    }
  }
  fit_scores(b, scores);
  std::vector<exponents> e;
  batch_i32 sums;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    e.push_back(softmax(requantise_tensor_i8(scores[i], b.scores), b.softmax));
    sums.push_back(
        accumulate_context(e[i], qkv[i / m_size.heads], i % m_size.heads, d));
  }
  fit_context(b, sums, e);
  batch_i8 contexts;
  for (std::size_t image = 0; image < qkv.size(); ++image) {
    matrix_i8 context(qkv[image].rows, m_size.width);
    std::vector<std::uint32_t> importance(context.rows);
    for (std::size_t h = 0; h < m_size.heads; ++h) {
      const std::size_t i = image * m_size.heads + h;
      requantise_context(sums[i], e[i].sums, b.context, h * d, context);
      add_importance(e[i], importance);
    }
    const auto survivors = select_tokens(
        importance,
        kept_tokens(static_cast<std::uint32_t>(context.rows), keep_ppm));
    contexts.push_back(take_rows(context, survivors));
    x[image] = take_rows(x[image], survivors);
  }
  return contexts;
}

void builder::build_ffn(block& b, batch_i16& x) {
  b.norm2 = draw_norm();
  b.ffn1 = draw_linear(m_size.width, m_size.hidden);
  const batch_i32 before = for_each(x, [&](const matrix_i16& m) {
    return accumulate(normalise(m, b.norm2), b.ffn1);
  });
  fit_hidden(b.ffn1, before);
  b.ffn2 = draw_linear(m_size.hidden, m_size.width);
  const int threshold =
      m_options.pruning->ffn2_enabled ? m_options.pruning->ffn2_threshold : 0;
  const batch_i32 after = for_each(before, [&](const matrix_i32& m) {
    const matrix_i8 hidden = requantise_columns_relu(m, b.ffn1);
    return accumulate_live(hidden, b.ffn2, live_channels(hidden, threshold));
  });
  fit_tensor(b.ffn2, after, branch_rms);
  add_residuals(x, after, b.ffn2);
}

block builder::build_block(std::size_t index, batch_i16& x) {
  block b;
  b.norm1 = draw_norm();
  b.qkv = draw_linear(m_size.width, 3 * std::size_t{m_size.width});
  const batch_i32 acc = for_each(x, [&](const matrix_i16& m) {
    return accumulate(normalise(m, b.norm1), b.qkv);
  });
  centre_columns(b.qkv, acc);
  const batch_i8 qkv = for_each(acc, [&](const matrix_i32& m) {
    return requantise_columns_i8(m, b.qkv);
  });
  const batch_i8 context =
      attend(b, qkv, x, m_options.pruning->keep_ppm[index]);
  b.projection = draw_linear(m_size.width, m_size.width);
  const batch_i32 projected = for_each(
      context, [&](const matrix_i8& m) { return accumulate(m, b.projection); });
  fit_tensor(b.projection, projected, branch_rms);
  add_residuals(x, projected, b.projection);
  build_ffn(b, x);
  return b;
}

batch_i16 builder::build_embedding(package& model, const image_set& images) {
  model.patch = draw_linear(m_size.patch_terms(), m_size.width);
  batch_i32 acc;
  for (std::size_t i = 0; i < images.count(); ++i) {
    acc.push_back(
        accumulate(gather_patches(m_size, images.image(i)), model.patch));
  }
  fit_tensor(model.patch, acc, embedding_rms);
  model.position.resize(std::size_t{m_size.tokens()} * m_size.width);
  for (std::size_t i = 0; i < model.position.size(); ++i) {
    // The class token has no patch to add.
    const std::int32_t spread = i < m_size.width ? 1000 : 400;
    model.position[i] = static_cast<std::int16_t>(
        m_random.between(-spread, spread) + m_random.between(-spread, spread));
  }
  return for_each(acc, [&](const matrix_i32& m) {
    return add_positions(requantise_columns_i16(m, model.patch),
                         model.position);
  });
}

package builder::build(const image_set& calibration) {
  package model;
  model.size = m_size;
  model.synthetic = true;
  model.pruning = *m_options.pruning;
  batch_i16 x = build_embedding(model, calibration);
  for (std::size_t b = 0; b < m_size.depth; ++b) {
    model.blocks.push_back(build_block(b, x));
  }
  model.norm = draw_norm();
  model.head = draw_linear(m_size.width, m_size.classes);
  const batch_i32 logits = for_each(x, [&](const matrix_i16& m) {
    return accumulate(normalise(take_rows(m, {0}), model.norm), model.head);
  });
  fit_tensor(model.head, logits, logit_rms);
  model.residual_scale = 0.001;
  model.logit_scale = 0.001;
  return model;
}

struct named_size {
  const char* name;
  geometry size;
};

// DeiT: Touvron et al., arXiv 2012.12877, table 1. `micro` is ours, for tests
// that want all the layers in no time.
const std::vector<named_size>& named_sizes() {
  static const std::vector<named_size> sizes = {
      {"deit-tiny", {224, 224, 3, 16, 192, 3, 12, 768, 1000}},
      {"deit-small", {224, 224, 3, 16, 384, 6, 12, 1536, 1000}},
      {"deit-base", {224, 224, 3, 16, 768, 12, 12, 3072, 1000}},
      {"micro", {32, 32, 3, 8, 48, 3, 4, 96, 10}}};
  return sizes;
}

}  // namespace

std::vector<std::string> known_geometries() {
  std::vector<std::string> names;
  for (const named_size& entry : named_sizes()) names.push_back(entry.name);
  return names;
}

geometry named_geometry(const std::string& name) {
  std::string known;
  for (const named_size& entry : named_sizes()) {
    if (name == entry.name) return entry.size;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw input_error("geometry", name.substr(0, 40), "not known",
                    "use one of " + known);
}

pruning_policy default_pruning(const geometry& size) {
  pruning_policy policy = no_pruning(size.depth);
  policy.ffn2_enabled = true;
  for (std::size_t quarter = 1; quarter <= 3; ++quarter) {
    const std::size_t block = quarter * size.depth / 4;
    if (block > 0) policy.keep_ppm[block] = keep_all_ppm / 2;
  }
  return policy;
}

package make_synthetic(const geometry& size, std::uint64_t seed,
                       const synthetic_options& options) {
  check_geometry(size, "synthetic package");
  synthetic_options complete = options;
  if (!complete.pruning) complete.pruning = default_pruning(size);
  if (!(options.dead_share >= 0 && options.dead_share <= 1)) {
    throw input_error("synthetic package", "dead_share", "out of range",
                      "use 0..1");
  }
  if (!is_valid(*complete.pruning, size.depth)) {
    throw input_error("synthetic package", "pruning",
                      "does not fit the network",
                      "give one keep ratio per block");
  }
  package model =
      builder(size, seed, complete)
          .build(make_synthetic_images(size, calibration_images, seed));
  model.name = "synthetic-seed" + std::to_string(seed);
  model.provenance = "synthetic: seeded random weights, not trained; seed " +
                     std::to_string(seed);
  check_package(model, model.name);
  return model;
}

package make_synthetic(const std::string& geometry_name, std::uint64_t seed,
                       const synthetic_options& options) {
  package model = make_synthetic(named_geometry(geometry_name), seed, options);
  model.name = "synthetic-" + geometry_name + "-seed" + std::to_string(seed);
  return model;
}

}  // namespace vitvp::vit
