#include "platform/run_reference.hpp"

#include <numeric>
#include <utility>

#include "platform/network_inputs.hpp"
#include "platform/reference_ahead.hpp"
#include "platform/run_clock.hpp"

namespace vitvp::platform {
namespace {

// Survivors count from the tokens that entered their block, the result from
// those of the image.
std::vector<std::vector<std::uint32_t>> kept_tokens(const vit::inference& found,
                                                    const network_inputs& in) {
  std::vector<std::uint32_t> left(in.model.size.tokens());
  std::iota(left.begin(), left.end(), 0U);
  std::vector<std::vector<std::uint32_t>> kept(found.decisions.size());
  for (std::size_t b = 0; b < kept.size(); ++b) {
    if (!in.policy.selects_tokens(b)) continue;
    for (const std::uint16_t token : found.decisions[b].survivors) {
      kept[b].push_back(left[token]);
    }
    left = kept[b];
  }
  return kept;
}

image_result result_of(const vit::inference& found, const network_inputs& in,
                       std::size_t position) {
  image_result image = begin_image(in, position);
  image.predicted = found.predicted;
  image.logits = found.logits;
  image.tokens_per_block = found.tokens_per_block;
  image.live_ffn2_channels_per_block = found.live_ffn2_channels_per_block;
  image.kept_tokens = kept_tokens(found, in);
  return image;
}

// The thread that takes the results computes nothing, unless it is the only
// one.
unsigned threads_of(const scenario& s) {
  return s.host.threads == 1 ? 1 : s.host.threads + 1;
}

}  // namespace

run_result run_reference(const scenario& s, const run_options& options) {
  run_clock clock;
  const network_inputs in = read_network(s);
  run_result result = begin_result(s, in);
  result.backend = result_backend::reference;
  for (const char* name :
       {"dma", "row_engine", "vector_unit", "pruning_unit"}) {
    result.engines.emplace_back().name = name;
  }
  result.sram.bytes = std::uint64_t{s.sram.total_kib} * 1024;
  clock.end_setup();
  reference_ahead ahead(
      {in.model, in.policy, in.images, in.first, in.count, false},
      threads_of(s));
  for (std::size_t i = 0; i < in.count; ++i) {
    if (options.interrupted && options.interrupted()) {
      result.status = run_status::interrupted;
      result.end.message = "interrupted after " + std::to_string(i) + " of " +
                           std::to_string(in.count) + " images";
      break;
    }
    ahead.start();
    result.images.push_back(result_of(ahead.take().inference, in, i));
    if (options.progress) options.progress({i + 1, in.count, 0, {}});
  }
  count_work(result, in.model.size);
  result.host = clock.elapsed();
  return result;
}

}  // namespace vitvp::platform
