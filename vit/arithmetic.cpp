#include "vit/arithmetic.hpp"

#include <algorithm>

namespace vitvp::vit {

namespace {

// floor(x / 2^s) for either sign. GCC and clang define >> on negative values
// as the arithmetic shift.
std::int64_t shift_right(std::int64_t x, unsigned s) {
  return x >> s;
}

std::int64_t half(unsigned shift) {
  return std::int64_t{1} << (shift - 1);
}

}  // namespace

std::int8_t sat8(std::int64_t x) {
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(x, -128, 127));
}

std::int16_t sat16(std::int64_t x) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(x, -32768, 32767));
}

unsigned bitlen(std::uint64_t x) {
  unsigned bits = 0;
  while (x != 0) {
    x >>= 1;
    ++bits;
  }
  return bits;
}

std::uint32_t integer_sqrt(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    const std::uint64_t candidate = root | bit;
    if (candidate * candidate <= x) root = candidate;
  }
  return static_cast<std::uint32_t>(root);
}

std::int64_t requantise(std::int32_t accumulator, const record& r) {
  const std::int64_t biased = std::int64_t{accumulator} + r.bias;
  return shift_right(biased * r.multiplier + half(r.shift), r.shift);
}

std::int8_t requantise_i8(std::int32_t accumulator, const record& r) {
  return sat8(requantise(accumulator, r));
}

std::int8_t requantise_relu(std::int32_t accumulator, const record& r) {
  return static_cast<std::int8_t>(
      std::clamp<std::int64_t>(requantise(accumulator, r), 0, 127));
}

std::int16_t requantise_i16(std::int32_t accumulator, const record& r) {
  return sat16(requantise(accumulator, r));
}

row_statistics layer_norm_statistics(const std::int16_t* x, std::size_t width,
                                     std::int64_t epsilon) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < width; ++i) {
    sum += x[i];
    squares += std::int64_t{x[i]} * x[i];
  }
  const std::int64_t variance =
      static_cast<std::int64_t>(width) * squares - sum * sum + epsilon;
  const std::uint32_t root = integer_sqrt(static_cast<std::uint64_t>(variance));
  const std::uint64_t q = std::max<std::uint32_t>(1, root);
  const unsigned e = bitlen(q);
  const std::uint64_t reciprocal = (std::uint64_t{1} << (e + 15)) / q;
  return {sum, e, static_cast<std::uint32_t>(reciprocal)};
}

std::int64_t layer_norm_value(std::int16_t x, std::size_t width,
                              const row_statistics& s) {
  const std::int64_t centred = static_cast<std::int64_t>(width) * x - s.sum;
  return shift_right(centred * s.reciprocal + half(s.exponent + 4),
                     s.exponent + 4);
}

std::int8_t layer_norm_scale(std::int64_t t, const record& r) {
  return sat8(shift_right(t * r.multiplier + r.bias + half(r.shift), r.shift));
}

std::uint32_t softmax_row(const std::int8_t* s, std::size_t n,
                          const softmax_table& table, std::uint8_t* e) {
  const int largest = *std::max_element(s, s + n);
  std::uint32_t sum = 0;
  for (std::size_t j = 0; j < n; ++j) {
    e[j] = table[static_cast<std::size_t>(largest - s[j])];
    sum += e[j];
  }
  return sum;
}

record context_row_record(const record& factor, std::uint32_t sum) {
  const unsigned e = bitlen(sum);
  const auto multiplier = static_cast<std::uint64_t>(factor.multiplier);
  std::uint64_t p = (multiplier << e) / sum;
  unsigned shift = factor.shift + e;
  if (p >= 32768) {
    p /= 2;
    --shift;
  }
  return {0, static_cast<std::int16_t>(p), static_cast<std::uint8_t>(shift)};
}

std::uint32_t importance_reciprocal(std::uint32_t sum) {
  return (std::uint32_t{1} << 24) / sum;
}

std::vector<std::uint16_t> select_tokens(
    const std::vector<std::uint32_t>& importance, std::size_t kept) {
  std::vector<std::uint16_t> tokens(importance.size());
  for (std::size_t j = 0; j < tokens.size(); ++j) {
    tokens[j] = static_cast<std::uint16_t>(j);
  }
  // Rank all but the class token; a stable sort leaves ties in index order.
  std::stable_sort(tokens.begin() + 1, tokens.end(),
                   [&](std::uint16_t a, std::uint16_t b) {
                     return importance[a] > importance[b];
                   });
  tokens.resize(kept);
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

std::uint32_t largest_index(const std::int16_t* logits, std::size_t classes) {
  return static_cast<std::uint32_t>(std::max_element(logits, logits + classes) -
                                    logits);
}

}  // namespace vitvp::vit
