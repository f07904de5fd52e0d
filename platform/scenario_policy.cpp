#include "platform/scenario_policy.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace vitvp::platform {
namespace {

constexpr const char* blocks_key = "pruning.tokens.blocks";
constexpr const char* keep_key = "pruning.tokens.keep";

std::uint32_t to_ppm(double share) {
  return static_cast<std::uint32_t>(
      std::lround(share * static_cast<double>(vit::keep_all_ppm)));
}

bool selects_any(const std::vector<std::uint32_t>& keep_ppm) {
  return std::any_of(keep_ppm.begin(), keep_ppm.end(), [](std::uint32_t keep) {
    return keep < vit::keep_all_ppm;
  });
}

// The blocks that drop tokens where the scenario does not list ratios for all.
std::vector<std::uint32_t> pruned_blocks(
    const scenario& s, const std::vector<std::uint32_t>& package_keep) {
  if (s.pruning.tokens.blocks) {
    for (const std::uint32_t block : *s.pruning.tokens.blocks) {
      if (block < package_keep.size()) continue;
      throw scenario_error(s, blocks_key, "no block " + std::to_string(block),
                           "the package has blocks 0.." +
                               std::to_string(package_keep.size() - 1));
    }
    return *s.pruning.tokens.blocks;
  }
  std::vector<std::uint32_t> blocks;
  for (std::uint32_t b = 0; b < package_keep.size(); ++b) {
    if (package_keep[b] < vit::keep_all_ppm) blocks.push_back(b);
  }
  if (blocks.empty()) {
    throw scenario_error(s, keep_key, "the package drops no tokens",
                         std::string("say where to, in ") + blocks_key);
  }
  return blocks;
}

std::vector<std::uint32_t> keep_by_block(
    const scenario& s, const std::vector<std::uint32_t>& package_keep) {
  const auto& tokens = s.pruning.tokens;
  const std::size_t depth = package_keep.size();
  std::vector<std::uint32_t> keep(depth, vit::keep_all_ppm);
  if (!tokens.keep) {
    for (const std::uint32_t b : pruned_blocks(s, package_keep)) {
      if (package_keep[b] == vit::keep_all_ppm) {
        throw scenario_error(
            s, blocks_key,
            "the package has no keep ratio for block " + std::to_string(b),
            std::string("give one in ") + keep_key);
      }
      keep[b] = package_keep[b];
    }
    return keep;
  }
  if (!tokens.blocks && tokens.keep->size() > 1) {
    if (tokens.keep->size() != depth) {
      throw scenario_error(
          s, keep_key,
          std::to_string(tokens.keep->size()) + " values for a network of " +
              std::to_string(depth) + " blocks",
          std::string("give one for each block, or name blocks in ") +
              blocks_key);
    }
    std::transform(tokens.keep->begin(), tokens.keep->end(), keep.begin(),
                   to_ppm);
    return keep;
  }
  const std::vector<std::uint32_t> blocks = pruned_blocks(s, package_keep);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    keep[blocks[i]] = to_ppm(tokens.keep->size() == 1 ? tokens.keep->front()
                                                      : tokens.keep->at(i));
  }
  return keep;
}

void apply_tokens(const scenario& s, vit::pruning_policy& policy) {
  const auto& tokens = s.pruning.tokens;
  if (tokens.enabled == false) {
    policy.keep_ppm.assign(policy.keep_ppm.size(), vit::keep_all_ppm);
    return;
  }
  if (tokens.blocks || tokens.keep) {
    policy.keep_ppm = keep_by_block(s, policy.keep_ppm);
  } else if (tokens.enabled == true && !selects_any(policy.keep_ppm)) {
    throw scenario_error(
        s, "pruning.tokens.enabled", "the package drops no tokens",
        std::string("say where to, in ") + blocks_key + " and " + keep_key);
  }
}

}  // namespace

vit::pruning_policy effective_pruning(const scenario& s,
                                      const vit::package& model) {
  vit::pruning_policy policy = model.pruning;
  apply_tokens(s, policy);
  const auto& ffn2 = s.pruning.ffn2;
  policy.ffn2_enabled =
      ffn2.enabled.value_or(policy.ffn2_enabled || ffn2.threshold.has_value());
  if (ffn2.threshold) {
    policy.ffn2_threshold = static_cast<std::uint8_t>(*ffn2.threshold);
  }
  return policy;
}

std::size_t image_count(const scenario& s, std::size_t available) {
  if (s.images.first >= available) {
    throw scenario_error(
        s, "images.first",
        std::to_string(s.images.first) + " is behind the last of " +
            std::to_string(available) + " images",
        available == 0 ? "" : "use 0.." + std::to_string(available - 1));
  }
  const std::size_t left = available - static_cast<std::size_t>(s.images.first);
  return s.images.limit
             ? std::min(left, static_cast<std::size_t>(*s.images.limit))
             : left;
}

}  // namespace vitvp::platform
