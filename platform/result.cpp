#include "platform/result.hpp"

#include <cstdio>

namespace vitvp::platform {
namespace {

// FNV-1a, 64 bit: http://www.isthe.com/chongo/tech/comp/fnv/
class fnv1a {
 public:
  void add_bytes(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      m_hash ^= (value >> (8 * i)) & 0xffU;
      m_hash *= 0x100000001b3ULL;
    }
  }
  void add_u32(std::uint64_t value) { add_bytes(value, 4); }
  void add_list(const std::vector<std::uint32_t>& list) {
    add_u32(list.size());
    for (const std::uint32_t value : list) add_u32(value);
  }
  std::uint64_t hash() const { return m_hash; }

 private:
  std::uint64_t m_hash = 0xcbf29ce484222325ULL;
};

void add(vit::mac_counts& sum, const vit::mac_counts& term) {
  sum.patch += term.patch;
  sum.qkv += term.qkv;
  sum.scores += term.scores;
  sum.context += term.context;
  sum.projection += term.projection;
  sum.ffn1 += term.ffn1;
  sum.ffn2 += term.ffn2;
  sum.head += term.head;
}

void expect_at_most(run_result& result, const char* less, std::uint64_t a,
                    const char* more, std::uint64_t b) {
  if (a <= b) return;
  result.check.failures.push_back(std::string("sums: ") + less + ", " +
                                  std::to_string(a) + ", exceeds " + more +
                                  ", " + std::to_string(b));
}

}  // namespace

void count_work(run_result& result, const vit::geometry& size) {
  result.macs = {};
  result.ffn2 = {};
  for (const image_result& image : result.images) {
    add(result.macs.dense, vit::count_dense_macs(size));
    add(result.macs.executed,
        vit::count_executed_macs(size, image.tokens_per_block,
                                 image.live_ffn2_channels_per_block));
    for (const std::uint32_t live : image.live_ffn2_channels_per_block) {
      result.ffn2.rows_fetched += live;
    }
    result.ffn2.rows_total += std::uint64_t{size.hidden} * size.depth;
  }
}

void check_sums(run_result& result) {
  for (const engine_result& engine : result.engines) {
    if (engine.total() != result.total_cycles) {
      result.check.failures.push_back(
          "sums: the cycles of " + engine.name + " add up to " +
          std::to_string(engine.total()) + ", not to the run's " +
          std::to_string(result.total_cycles));
    }
    expect_at_most(result, (engine.name + " busy").c_str(), engine.busy,
                   "cycles", result.total_cycles);
  }
  expect_at_most(result, "macs executed", result.macs.executed.total(),
                 "macs dense", result.macs.dense.total());
  expect_at_most(result, "ffn2 rows fetched", result.ffn2.rows_fetched,
                 "ffn2 rows in all", result.ffn2.rows_total);
  if (result.sram.peak_bytes) {
    expect_at_most(result, "sram in use", *result.sram.peak_bytes,
                   "sram configured", result.sram.bytes);
  }
}

bool all_held(const run_result& result) {
  return result.status == run_status::done && !result.check.first_difference &&
         result.check.failures.empty();
}

std::optional<double> accuracy(const run_result& result) {
  std::size_t labelled = 0;
  std::size_t right = 0;
  for (const image_result& image : result.images) {
    if (!image.label) continue;
    ++labelled;
    if (std::int64_t{*image.label} == std::int64_t{image.predicted}) ++right;
  }
  if (labelled == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(labelled);
}

std::string digest(const std::vector<image_result>& images) {
  fnv1a hash;
  for (const image_result& image : images) {
    hash.add_u32(image.index);
    hash.add_u32(image.predicted);
    hash.add_u32(image.logits.size());
    for (const std::int16_t logit : image.logits) {
      hash.add_bytes(static_cast<std::uint16_t>(logit), 2);
    }
    hash.add_list(image.tokens_per_block);
    hash.add_list(image.live_ffn2_channels_per_block);
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(hash.hash()));
  return text;
}

}  // namespace vitvp::platform
