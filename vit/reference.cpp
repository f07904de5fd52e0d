#include "vit/reference.hpp"

#include <stdexcept>
#include <utility>

#include "vit/arithmetic.hpp"
#include "vit/layers.hpp"

namespace vitvp::vit {

namespace {

// Hands intermediate tensors to the caller's observer, if there is one.
class reporter {
 public:
  explicit reporter(const tensor_observer& observe) : m_observe(observe) {}

  template <typename T>
  void operator()(const std::string& name, std::size_t rows,
                  std::size_t columns, const std::vector<T>& values) const {
    if (!m_observe) return;
    m_observe({name, rows, columns, sizeof(T), std::is_signed<T>::value,
               values.data()});
  }

  template <typename T>
  void operator()(const std::string& name, const matrix<T>& m) const {
    (*this)(name, m.rows, m.columns, m.values);
  }

 private:
  const tensor_observer& m_observe;
};

// What attention gives: the context of all tokens and, per token, the
// importance that ranks it.
struct attention {
  matrix_i8 context;
  std::vector<std::uint32_t> importance;
};

attention attend(const block& b, const geometry& size, const matrix_i8& qkv,
                 const std::string& name, const reporter& report) {
  const std::size_t d = size.head_width();
  const std::string scores_name = name + ".scores.";
  const std::string softmax_name = name + ".softmax.";
  attention result;
  result.context = matrix_i8(qkv.rows, size.width);
  result.importance.assign(qkv.rows, 0);
  for (std::size_t h = 0; h < size.heads; ++h) {
    const std::string head = std::to_string(h);
    const matrix_i8 scores =
        requantise_tensor_i8(accumulate_scores(qkv, h, d), b.scores);
    report(scores_name + head, scores);
    const exponents e = softmax(scores, b.softmax);
    report(softmax_name + head, e.values);
    requantise_context(accumulate_context(e, qkv, h, d), e.sums, b.context,
                       h * d, result.context);
    add_importance(e, result.importance);
  }
  report(name + ".context", result.context);
  return result;
}

// The feed-forward branch; fills decisions.live_channels.
matrix_i16 feed_forward(const block& b, const pruning_policy& policy,
                        const matrix_i16& x, const std::string& name,
                        const reporter& report, block_decisions& decisions) {
  const matrix_i8 y = normalise(x, b.norm2);
  report(name + ".norm2", y);
  const matrix_i8 hidden =
      requantise_columns_relu(accumulate(y, b.ffn1), b.ffn1);
  report(name + ".ffn1", hidden);
  if (policy.ffn2_enabled) {
    decisions.live_channels = live_channels(hidden, policy.ffn2_threshold);
    report(name + ".live", 1, decisions.live_channels.size(),
           decisions.live_channels);
  } else {
    decisions.live_channels = all_indices(hidden.columns);
  }
  return requantise_columns_i16(
      accumulate_live(hidden, b.ffn2, decisions.live_channels), b.ffn2);
}

// One block: replaces the residual stream `x` by the block's output.
block_decisions run_block(const package& model, const pruning_policy& policy,
                          std::size_t index, matrix_i16& x,
                          const reporter& report) {
  const block& b = model.blocks[index];
  const std::string name = "blocks." + std::to_string(index);
  block_decisions decisions;
  const matrix_i8 y = normalise(x, b.norm1);
  report(name + ".norm1", y);
  const matrix_i8 qkv = requantise_columns_i8(accumulate(y, b.qkv), b.qkv);
  report(name + ".qkv", qkv);
  attention result = attend(b, model.size, qkv, name, report);
  if (policy.selects_tokens(index)) {
    const std::size_t kept =
        kept_tokens(static_cast<std::uint32_t>(x.rows), policy.keep_ppm[index]);
    decisions.survivors = select_tokens(result.importance, kept);
    report(name + ".survivors", 1, kept, decisions.survivors);
    result.context = take_rows(result.context, decisions.survivors);
    x = take_rows(x, decisions.survivors);
  } else {
    decisions.survivors = all_indices(x.rows);
  }
  add_residual(x, requantise_columns_i16(
                      accumulate(result.context, b.projection), b.projection));
  report(name + ".projection", x);
  add_residual(x, feed_forward(b, policy, x, name, report, decisions));
  report(name + ".ffn2", x);
  return decisions;
}

matrix_i16 embed(const package& model, const std::uint8_t* image) {
  const matrix_i8 patches = gather_patches(model.size, image);
  return add_positions(
      requantise_columns_i16(accumulate(patches, model.patch), model.patch),
      model.position);
}

}  // namespace

inference classify(const package& model, const pruning_policy& policy,
                   const std::uint8_t* image, const tensor_observer& observe) {
  if (!is_valid(policy, model.size.depth)) {
    throw std::invalid_argument("pruning policy does not fit the network");
  }
  const reporter report(observe);
  inference result;
  matrix_i16 x = embed(model, image);
  report("embed", x);
  for (std::size_t b = 0; b < model.blocks.size(); ++b) {
    block_decisions decisions = run_block(model, policy, b, x, report);
    result.tokens_per_block.push_back(
        static_cast<std::uint32_t>(decisions.survivors.size()));
    result.live_ffn2_channels_per_block.push_back(
        static_cast<std::uint32_t>(decisions.live_channels.size()));
    result.decisions.push_back(std::move(decisions));
  }
  const matrix_i8 y = normalise(take_rows(x, {0}), model.norm);
  report("norm", y);
  const matrix_i16 logits =
      requantise_columns_i16(accumulate(y, model.head), model.head);
  report("logits", logits);
  result.logits = logits.values;
  result.predicted = largest_index(result.logits.data(), result.logits.size());
  result.executed = count_executed_macs(model.size, result.tokens_per_block,
                                        result.live_ffn2_channels_per_block);
  result.executed_macs = result.executed.total();
  return result;
}

}  // namespace vitvp::vit
