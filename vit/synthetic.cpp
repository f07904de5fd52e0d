// Builds a network front to back: draw a layer's weights, run the calibration
// image through it, and choose its records from what comes out.
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
constexpr double score_rms = 28;
constexpr double score_amplitude = 110;
constexpr double score_step = 0.05;
constexpr double context_rms = 28;
constexpr double logit_rms = 3000;
// LayerNorm's output has this deviation: 2^11 * 16384 / 2^20.
constexpr std::int32_t norm_unit = 32;
constexpr int norm_shift = 20;
// Share of the hidden channels whose life depends on the image.
constexpr double edge_share = 0.1;

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

std::vector<std::int32_t> column_of(const matrix_i32& acc, std::size_t c) {
  std::vector<std::int32_t> values(acc.rows);
  for (std::size_t r = 0; r < acc.rows; ++r) values[r] = acc(r, c);
  return values;
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
  void centre_columns(linear& l, const matrix_i32& acc);
  void fit_tensor(linear& l, const matrix_i32& acc, double rms);
  void fit_hidden(linear& l, const matrix_i32& acc);
  void fit_scores(block& b, const std::vector<matrix_i32>& acc);
  void fit_context(block& b, const std::vector<matrix_i32>& acc,
                   const std::vector<exponents>& e);
  matrix_i8 attend(block& b, const matrix_i8& qkv,
                   std::vector<std::uint32_t>& importance);
  block build_block(std::size_t index, matrix_i16& x);
  void build_ffn(block& b, matrix_i16& x);
  matrix_i16 build_embedding(package& model, const std::uint8_t* image);

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
    norm.bias.push_back(m_random.between(-norm_unit / 5, norm_unit / 5)
                        << norm_shift);
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
void builder::centre_columns(linear& l, const matrix_i32& acc) {
  for (std::size_t c = 0; c < acc.columns; ++c) {
    const moments m = moments_of(column_of(acc, c));
    const double deviation = deviation_of(m);
    const double offset = (m_random.unit() - 0.5) * deviation;
    const double amplitude =
        std::max(m.largest + std::abs(m.mean - offset), 3 * deviation);
    set_column(l, c, to_bias(offset - m.mean),
               i8_amplitude / std::max(amplitude, 1.0));
  }
}

// One scale for the tensor, with a spread over the columns.
void builder::fit_tensor(linear& l, const matrix_i32& acc, double rms) {
  const double observed = std::max(moments_of(acc.values).rms, 1.0);
  for (std::size_t c = 0; c < acc.columns; ++c) {
    const double spread = 0.8 + 0.4 * m_random.unit();
    const double bias = (m_random.unit() - 0.5) * 0.2 * observed;
    set_column(l, c, to_bias(bias), spread * rms / observed);
  }
}

// Most dead channels are dead on every image (their bias outweighs any sum);
// the ones on the edge are decided by the image; the live ones are zero on 50
// to 75 % of the tokens.
void builder::fit_hidden(linear& l, const matrix_i32& acc) {
  const auto hidden = static_cast<double>(acc.columns);
  const double share = m_options.dead_share;
  const double on_edge =
      hidden * std::min({edge_share, 2 * share, 2 * (1 - share)});
  const auto dead = std::lround(hidden * share - on_edge / 2);
  const auto edge = std::lround(on_edge);
  std::vector<std::size_t> order(acc.columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1],
              order[m_random.below(static_cast<std::uint32_t>(i))]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t c = order[i];
    const std::vector<std::int32_t> values = column_of(acc, c);
    const moments m = moments_of(values);
    const double deviation = deviation_of(m);
    const double largest = *std::max_element(values.begin(), values.end());
    double cut = m.mean + 0.7 * m_random.unit() * deviation;
    if (static_cast<long>(i) < dead) {
      cut = 128.0 * 128.0 * l.k;
    } else if (static_cast<long>(i) < dead + edge) {
      cut = largest + (m_random.unit() - 0.5) * 0.2 * deviation;
    }
    const double amplitude = std::max({largest - cut, 2.5 * deviation, 1.0});
    set_column(l, c, to_bias(-cut), i8_amplitude / amplitude);
  }
}

// All heads share one factor.
void builder::fit_scores(block& b, const std::vector<matrix_i32>& acc) {
  double square = 0;
  double largest = 0;
  for (const matrix_i32& head : acc) {
    const moments m = moments_of(head.values);
    square += m.rms * m.rms / static_cast<double>(acc.size());
    largest = std::max(largest, m.largest);
  }
  b.scores = make_factor(std::min(score_rms / guarded(std::sqrt(square)),
                                  score_amplitude / guarded(largest)));
  for (std::size_t k = 0; k < b.softmax.size(); ++k) {
    const double weight = 255 * std::exp(-score_step * static_cast<double>(k));
    b.softmax[k] = static_cast<std::uint8_t>(std::floor(weight + 0.5));
  }
}

void builder::fit_context(block& b, const std::vector<matrix_i32>& acc,
                          const std::vector<exponents>& e) {
  double square = 0;
  double largest = 0;
  std::size_t count = 0;
  for (std::size_t h = 0; h < acc.size(); ++h) {
    for (std::size_t r = 0; r < acc[h].rows; ++r) {
      for (std::size_t c = 0; c < acc[h].columns; ++c) {
        const double mean = acc[h](r, c) / static_cast<double>(e[h].sums[r]);
        square += mean * mean;
        largest = std::max(largest, std::abs(mean));
        ++count;
      }
    }
  }
  const double rms = std::sqrt(square / static_cast<double>(count));
  b.context = make_factor(
      std::min(context_rms / guarded(rms), i8_amplitude / guarded(largest)));
}

matrix_i8 builder::attend(block& b, const matrix_i8& qkv,
                          std::vector<std::uint32_t>& importance) {
  const std::size_t d = m_size.head_width();
  std::vector<matrix_i32> scores;
  for (std::size_t h = 0; h < m_size.heads; ++h) {
    scores.push_back(accumulate_scores(qkv, h, d));
  }
  fit_scores(b, scores);
  std::vector<exponents> e;
  std::vector<matrix_i32> sums;
  for (std::size_t h = 0; h < m_size.heads; ++h) {
    e.push_back(softmax(requantise_tensor_i8(scores[h], b.scores), b.softmax));
    sums.push_back(accumulate_context(e[h], qkv, h, d));
    add_importance(e[h], importance);
  }
  fit_context(b, sums, e);
  matrix_i8 context(qkv.rows, m_size.width);
  for (std::size_t h = 0; h < m_size.heads; ++h) {
    requantise_context(sums[h], e[h].sums, b.context, h * d, context);
  }
  return context;
}

void builder::build_ffn(block& b, matrix_i16& x) {
  b.norm2 = draw_norm();
  const matrix_i8 y = normalise(x, b.norm2);
  b.ffn1 = draw_linear(m_size.width, m_size.hidden);
  const matrix_i32 before = accumulate(y, b.ffn1);
  fit_hidden(b.ffn1, before);
  const matrix_i8 hidden = requantise_columns_relu(before, b.ffn1);
  b.ffn2 = draw_linear(m_size.hidden, m_size.width);
  const int threshold =
      m_options.pruning->ffn2_enabled ? m_options.pruning->ffn2_threshold : 0;
  const matrix_i32 after =
      accumulate_live(hidden, b.ffn2, live_channels(hidden, threshold));
  fit_tensor(b.ffn2, after, branch_rms);
  add_residual(x, requantise_columns_i16(after, b.ffn2));
}

block builder::build_block(std::size_t index, matrix_i16& x) {
  block b;
  b.norm1 = draw_norm();
  const matrix_i8 y = normalise(x, b.norm1);
  b.qkv = draw_linear(m_size.width, 3 * std::size_t{m_size.width});
  const matrix_i32 acc = accumulate(y, b.qkv);
  centre_columns(b.qkv, acc);
  std::vector<std::uint32_t> importance(x.rows);
  matrix_i8 context = attend(b, requantise_columns_i8(acc, b.qkv), importance);
  const auto kept = kept_tokens(static_cast<std::uint32_t>(x.rows),
                                m_options.pruning->keep_ppm[index]);
  const std::vector<std::uint16_t> survivors = select_tokens(importance, kept);
  context = take_rows(context, survivors);
  x = take_rows(x, survivors);
  b.projection = draw_linear(m_size.width, m_size.width);
  const matrix_i32 projected = accumulate(context, b.projection);
  fit_tensor(b.projection, projected, branch_rms);
  add_residual(x, requantise_columns_i16(projected, b.projection));
  build_ffn(b, x);
  return b;
}

matrix_i16 builder::build_embedding(package& model, const std::uint8_t* image) {
  const matrix_i8 patches = gather_patches(m_size, image);
  model.patch = draw_linear(m_size.patch_terms(), m_size.width);
  const matrix_i32 acc = accumulate(patches, model.patch);
  fit_tensor(model.patch, acc, embedding_rms);
  model.position.resize(std::size_t{m_size.tokens()} * m_size.width);
  for (std::size_t i = 0; i < model.position.size(); ++i) {
    // The class token has no patch to add.
    const std::int32_t spread = i < m_size.width ? 1000 : 400;
    model.position[i] = static_cast<std::int16_t>(
        m_random.between(-spread, spread) + m_random.between(-spread, spread));
  }
  return add_positions(requantise_columns_i16(acc, model.patch),
                       model.position);
}

package builder::build(const image_set& calibration) {
  package model;
  model.size = m_size;
  model.synthetic = true;
  model.pruning = *m_options.pruning;
  matrix_i16 x = build_embedding(model, calibration.image(0));
  for (std::size_t b = 0; b < m_size.depth; ++b) {
    model.blocks.push_back(build_block(b, x));
  }
  model.norm = draw_norm();
  const matrix_i8 y = normalise(take_rows(x, {0}), model.norm);
  model.head = draw_linear(m_size.width, m_size.classes);
  const matrix_i32 logits = accumulate(y, model.head);
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
  for (const std::size_t quarter : {1, 2, 3}) {
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
      builder(size, seed, complete).build(make_synthetic_images(size, 1, seed));
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
