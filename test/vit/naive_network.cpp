#include "test/vit/naive_network.hpp"

#include <algorithm>
#include <functional>

namespace vitvp::vit::test {

namespace {

__extension__ using wide = __int128;
using row = std::vector<int>;
using rows = std::vector<row>;

wide power_of_two(int exponent) {
  wide result = 1;
  for (int i = 0; i < exponent; ++i) result *= 2;
  return result;
}

wide floor_divide(wide a, wide b) {
  wide quotient = a / b;
  if (a % b != 0 && a < 0) --quotient;
  return quotient;
}

// floor(x / 2^shift + 1/2)
wide divide_rounded(wide x, int shift) {
  return floor_divide(2 * x + power_of_two(shift), power_of_two(shift + 1));
}

int limit(wide x, int low, int high) {
  if (x < low) return low;
  if (x > high) return high;
  return static_cast<int>(x);
}

wide scale(wide acc, const record& r) {
  return divide_rounded((acc + r.bias) * r.multiplier, r.shift);
}

// Calls `term(k)` for every k and counts.
struct adder {
  std::uint64_t& macs;
  wide operator()(std::size_t count,
                  const std::function<wide(std::size_t)>& term) {
    wide sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += term(k);
    macs += count;
    return sum;
  }
};

rows apply(const rows& a, const linear& l, int low, int high,
           std::uint64_t& macs) {
  rows result;
  for (const row& in : a) {
    row out;
    for (std::size_t c = 0; c < l.n; ++c) {
      const wide acc = adder{macs}(
          l.k, [&](std::size_t k) { return in[k] * l.weight[k * l.n + c]; });
      out.push_back(limit(scale(acc, l.column(c)), low, high));
    }
    result.push_back(out);
  }
  return result;
}

row naive_layer_norm(const row& x, const layer_norm& norm) {
  const auto d = static_cast<wide>(x.size());
  wide sum = 0;
  for (const int value : x) sum += value;
  // D * sum of (x - mean)^2 * D = sum over i of (D x_i - sum)^2 / D
  wide variance = 0;
  for (const int value : x) variance += (d * value - sum) * (d * value - sum);
  variance = variance / d + norm.epsilon;
  wide low = 0;
  wide high = power_of_two(32);
  while (high - low > 1) {
    const wide middle = (low + high) / 2;
    (middle * middle <= variance ? low : high) = middle;
  }
  const wide q = low == 0 ? 1 : low;
  int e = 0;
  while (power_of_two(e) <= q) ++e;
  const wide reciprocal = power_of_two(e + 15) / q;
  row y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const wide t = divide_rounded((d * x[i] - sum) * reciprocal, e + 4);
    y.push_back(limit(
        divide_rounded(t * norm.multiplier[i] + norm.bias[i], norm.shift[i]),
        -128, 127));
  }
  return y;
}

rows naive_layer_norm(const rows& x, const layer_norm& norm) {
  rows y;
  for (const row& values : x) y.push_back(naive_layer_norm(values, norm));
  return y;
}

// The context of all tokens; adds to the importance of each.
rows naive_attention(const block& b, const geometry& size, const rows& y,
                     std::vector<wide>& importance, std::uint64_t& macs) {
  const std::size_t width = size.width;
  const std::size_t d = size.head_width();
  const rows qkv = apply(y, b.qkv, -128, 127, macs);
  rows context(y.size(), row(width));
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t h = 0; h < size.heads; ++h) {
      row e;
      for (std::size_t j = 0; j < y.size(); ++j) {
        const wide acc = adder{macs}(d, [&](std::size_t c) {
          return qkv[i][h * d + c] * qkv[j][width + h * d + c];
        });
        e.push_back(limit(scale(acc, b.scores), -128, 127));
      }
      const int largest = *std::max_element(e.begin(), e.end());
      wide sum = 0;
      for (int& value : e) {
        value = b.softmax[static_cast<std::size_t>(largest - value)];
        sum += value;
      }
      // The row's factor, as large as 16 bits allow.
      int shift = b.context.shift;
      wide power = 1;
      while (power <= sum) {
        power *= 2;
        ++shift;
      }
      wide multiplier = b.context.multiplier * power / sum;
      if (multiplier > 32767) {
        multiplier /= 2;
        --shift;
      }
      for (std::size_t c = 0; c < d; ++c) {
        const wide acc = adder{macs}(y.size(), [&](std::size_t j) {
          return e[j] * qkv[j][2 * width + h * d + c];
        });
        context[i][h * d + c] =
            limit(divide_rounded(acc * multiplier, shift), -128, 127);
      }
      if (i != 0) continue;
      for (std::size_t j = 0; j < y.size(); ++j) {
        importance[j] += e[j] * (power_of_two(24) / sum);
      }
    }
  }
  return context;
}

// A token survives if fewer than `kept` others outrank it.
row naive_survivors(const std::vector<wide>& importance, std::uint32_t keep) {
  const wide others = static_cast<wide>(importance.size()) - 1;
  wide kept = others * keep / 1000000;
  if (kept * 1000000 != others * keep) ++kept;
  row survivors = {0};
  for (std::size_t j = 1; j < importance.size(); ++j) {
    wide ahead = 0;
    for (std::size_t i = 1; i < importance.size(); ++i) {
      if (importance[i] > importance[j] ||
          (importance[i] == importance[j] && i < j)) {
        ++ahead;
      }
    }
    if (ahead < kept) survivors.push_back(static_cast<int>(j));
  }
  return survivors;
}

void add(rows& x, const rows& branch) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t c = 0; c < x[i].size(); ++c) {
      x[i][c] = limit(x[i][c] + branch[i][c], -32768, 32767);
    }
  }
}

rows naive_ffn2(const rows& hidden, const linear& l, const row& live,
                std::uint64_t& macs) {
  rows result;
  for (const row& in : hidden) {
    row out;
    for (std::size_t c = 0; c < l.n; ++c) {
      const wide acc = adder{macs}(live.size(), [&](std::size_t i) {
        const auto f = static_cast<std::size_t>(live[i]);
        return in[f] * l.weight[f * l.n + c];
      });
      out.push_back(limit(scale(acc, l.column(c)), -32768, 32767));
    }
    result.push_back(out);
  }
  return result;
}

rows naive_embed(const package& model, const std::uint8_t* image,
                 std::uint64_t& macs) {
  const geometry& g = model.size;
  rows patches;
  for (std::size_t gy = 0; gy < g.image_height / g.patch; ++gy) {
    for (std::size_t gx = 0; gx < g.image_width / g.patch; ++gx) {
      row a;
      for (std::size_t py = 0; py < g.patch; ++py) {
        for (std::size_t px = 0; px < g.patch; ++px) {
          for (std::size_t c = 0; c < g.image_channels; ++c) {
            const std::size_t y = gy * g.patch + py;
            const std::size_t x = gx * g.patch + px;
            a.push_back(image[(y * g.image_width + x) * g.image_channels + c] -
                        128);
          }
        }
      }
      patches.push_back(a);
    }
  }
  rows x = apply(patches, model.patch, -32768, 32767, macs);
  x.insert(x.begin(), row(g.width, 0));
  rows position;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto first =
        model.position.begin() + static_cast<std::ptrdiff_t>(i * g.width);
    position.emplace_back(first, first + static_cast<int>(g.width));
  }
  add(x, position);
  return x;
}

}  // namespace

naive_result naive_classify(const package& model, const pruning_policy& policy,
                            const std::uint8_t* image) {
  naive_result result;
  rows x = naive_embed(model, image, result.macs);
  for (std::size_t index = 0; index < model.blocks.size(); ++index) {
    const block& b = model.blocks[index];
    std::vector<wide> importance(x.size());
    const rows all = naive_attention(
        b, model.size, naive_layer_norm(x, b.norm1), importance, result.macs);
    const row survivors = naive_survivors(importance, policy.keep_ppm[index]);
    rows context;
    rows kept;
    for (const int token : survivors) {
      context.push_back(all[static_cast<std::size_t>(token)]);
      kept.push_back(x[static_cast<std::size_t>(token)]);
    }
    x = kept;
    add(x, apply(context, b.projection, -32768, 32767, result.macs));
    const rows hidden =
        apply(naive_layer_norm(x, b.norm2), b.ffn1, 0, 127, result.macs);
    row live;
    for (std::size_t f = 0; f < model.size.hidden; ++f) {
      const bool fires = std::any_of(
          hidden.begin(), hidden.end(),
          [&](const row& values) { return values[f] > policy.ffn2_threshold; });
      if (fires || !policy.ffn2_enabled) live.push_back(static_cast<int>(f));
    }
    add(x, naive_ffn2(hidden, b.ffn2, live, result.macs));
    result.survivors.push_back(survivors);
    result.live_channels.push_back(live);
  }
  const rows y = {naive_layer_norm(x[0], model.norm)};
  result.logits = apply(y, model.head, -32768, 32767, result.macs)[0];
  for (std::size_t c = 0; c < result.logits.size(); ++c) {
    const auto best = static_cast<std::size_t>(result.predicted);
    if (result.logits[c] > result.logits[best]) {
      result.predicted = static_cast<int>(c);
    }
  }
  return result;
}

}  // namespace vitvp::vit::test
