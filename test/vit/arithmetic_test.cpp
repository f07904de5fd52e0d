// The operators of docs/arithmetic.md on both signs, at their edges and
// against real numbers.
#include "vit/arithmetic.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "vit/pruning.hpp"
#include "vit/random_source.hpp"

namespace vitvp::vit::test {

namespace {

constexpr std::int64_t bias_limit = std::int64_t{1} << 30;

record random_record(random_source& random) {
  const std::int32_t bias = random.between(0, 1) == 0
                                ? random.between(-5000, 5000)
                                : random.between(-(1 << 30), 1 << 30);
  return {bias, static_cast<std::int16_t>(random.between(16384, 32767)),
          static_cast<std::uint8_t>(random.between(1, 62))};
}

}  // namespace

TEST_CASE("requantise rounds half up on both signs") {
  const record half = {0, 16384, 15};
  for (int a = -1001; a <= 1001; ++a) {
    REQUIRE(requantise(a, half) ==
            static_cast<std::int64_t>(std::floor(a / 2.0 + 0.5)));
  }
}

TEST_CASE("requantise is the real product rounded half up") {
  for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const record r = random_record(random);
    const std::int32_t a = random.between(-1069514880, 1069514880);
    // long double holds the 48-bit product and its half exactly.
    const long double product =
        (static_cast<long double>(a) + r.bias) * r.multiplier;
    const long double expected =
        std::floor(std::ldexp(product, -int{r.shift}) + 0.5L);
    if (r.shift < 16) {
      REQUIRE(static_cast<long double>(requantise(a, r)) == expected);
    } else {
      REQUIRE(std::abs(static_cast<long double>(requantise(a, r)) -
                       std::ldexp(product, -int{r.shift})) <= 0.5L);
    }
  }
}

TEST_CASE("requantise never decreases with the accumulator") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const record r = random_record(random);
    const std::int32_t a = random.between(-1000000, 1000000);
    REQUIRE(requantise(a, r) <= requantise(a + 1, r));
  }
}

TEST_CASE("requantise holds the largest sums and shifts") {
  const record most = {1 << 30, 32767, 1};
  REQUIRE(requantise(1069514880, most) ==
          ((bias_limit + 1069514880) * 32767 + 1) / 2);
  const record least = {-(1 << 30), 32767, 62};
  REQUIRE(requantise(-1069514880, least) == 0);
  REQUIRE(requantise_i16(1069514880, most) == 32767);
  REQUIRE(requantise_i8(-1069514880, {-(1 << 30), 32767, 1}) == -128);
}

TEST_CASE("outputs saturate to their format") {
  const record one = {0, 16384, 14};
  REQUIRE(requantise_i8(127, one) == 127);
  REQUIRE(requantise_i8(128, one) == 127);
  REQUIRE(requantise_i8(-128, one) == -128);
  REQUIRE(requantise_i8(-129, one) == -128);
  REQUIRE(requantise_relu(-1, one) == 0);
  REQUIRE(requantise_relu(0, one) == 0);
  REQUIRE(requantise_relu(200, one) == 127);
  REQUIRE(requantise_i16(32768, one) == 32767);
  REQUIRE(requantise_i16(-32769, one) == -32768);
}

TEST_CASE("bitlen and integer_sqrt are exact at powers of two") {
  REQUIRE(bitlen(0) == 0);
  for (unsigned e = 0; e < 62; ++e) {
    const std::uint64_t power = std::uint64_t{1} << e;
    REQUIRE(bitlen(power) == e + 1);
    if (power > 1) REQUIRE(bitlen(power - 1) == e);
  }
  for (std::uint64_t root = 1; root < (std::uint64_t{1} << 32); root *= 3) {
    REQUIRE(integer_sqrt(root * root) == root);
    REQUIRE(integer_sqrt(root * root - 1) == root - 1);
    REQUIRE(integer_sqrt(root * root + 2 * root) == root);
  }
  REQUIRE(integer_sqrt(0) == 0);
  REQUIRE(integer_sqrt(~std::uint64_t{0}) == 0xffffffff);
}

TEST_CASE("layer norm is the real one to within its rounding") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const std::size_t width = 2 + random.below(500);
    const int spread = 200 + random.between(0, 8000);
    std::vector<std::int16_t> x(width);
    double mean = 0;
    for (std::int16_t& value : x) {
      value = static_cast<std::int16_t>(random.between(-spread, spread) + 300);
      mean += value;
    }
    mean /= static_cast<double>(width);
    double variance = 0;
    for (const double value : x) variance += (value - mean) * (value - mean);
    const double deviation = std::sqrt(variance / static_cast<double>(width));
    const row_statistics s = layer_norm_statistics(x.data(), width, 0);
    REQUIRE(s.reciprocal > 32768);
    REQUIRE(s.reciprocal <= 65536);
    for (const std::int16_t value : x) {
      const double real = (value - mean) / deviation * 2048;
      const auto t = static_cast<double>(layer_norm_value(value, width, s));
      // The root loses up to 1/q, the reciprocal up to 2^-15.
      const double q = deviation * static_cast<double>(width);
      REQUIRE(std::abs(t - real) <= 0.51 + std::abs(real) * (1 / q + 0x1p-15));
    }
  }
}

TEST_CASE("layer norm of a constant row is its bias") {
  const std::vector<std::int16_t> x(77, -1234);
  const row_statistics s = layer_norm_statistics(x.data(), x.size(), 0);
  const std::int64_t t = layer_norm_value(x[0], x.size(), s);
  REQUIRE(t == 0);
  REQUIRE(layer_norm_scale(t, {3 << 10, -20000, 10}) == 3);
}

TEST_CASE("layer norm of the smallest deviations") {
  // V = 2*1 - 1 = 1 and 3*1 - 1 = 2: q = 1, R = 65536.
  const std::int16_t two[] = {1, 0};
  const row_statistics s = layer_norm_statistics(two, 2, 0);
  REQUIRE(s.exponent == 1);
  REQUIRE(s.reciprocal == 65536);
  REQUIRE(layer_norm_value(1, 2, s) == 2048);
  REQUIRE(layer_norm_value(0, 2, s) == -2048);
  const std::int16_t three[] = {0, 1, 0};
  const row_statistics third = layer_norm_statistics(three, 3, 0);
  REQUIRE(layer_norm_value(1, 3, third) == 4096);
  REQUIRE(layer_norm_value(0, 3, third) == -2048);
}

TEST_CASE("importance_reciprocal drops the remainder") {
  REQUIRE(importance_reciprocal(255) == 65793);
  REQUIRE(importance_reciprocal(256) == 65536);
  REQUIRE(importance_reciprocal(604) == 27776);
  REQUIRE(importance_reciprocal(255 * 1025) == 64);
}

TEST_CASE("layer norm holds the widest and largest rows") {
  std::vector<std::int16_t> x(4096, -32768);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 32767;
  const std::int64_t epsilon = (std::int64_t{1} << 60) - 1;
  const row_statistics s = layer_norm_statistics(x.data(), x.size(), 0);
  REQUIRE(std::abs(layer_norm_value(32767, x.size(), s)) == 2048);
  const row_statistics dim = layer_norm_statistics(x.data(), x.size(), epsilon);
  REQUIRE(layer_norm_value(32767, x.size(), dim) < 2048);
  // One outlier: the largest normalised value, sqrt(D - 1).
  std::fill(x.begin(), x.end(), static_cast<std::int16_t>(-32768));
  x[5] = 32767;
  const row_statistics outlier = layer_norm_statistics(x.data(), x.size(), 0);
  REQUIRE(layer_norm_value(32767, x.size(), outlier) / 2048 == 63);
}

TEST_CASE("a negative layer norm multiplier rounds half up") {
  // 5 * -16384 / 2^15 = -2.5, which rounds to -2.
  REQUIRE(layer_norm_scale(5, {0, -16384, 15}) == -2);
  REQUIRE(layer_norm_scale(-5, {0, -16384, 15}) == 3);
  REQUIRE(layer_norm_scale(123456, {1 << 20, 0, 20}) == 1);
}

TEST_CASE("softmax with its context record is a weighted mean") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const std::size_t n = 1 + random.below(1025);
    softmax_table table{};
    for (std::size_t k = 0; k < table.size(); ++k) {
      table[k] = static_cast<std::uint8_t>(
          std::floor(255 * std::exp(-0.03 * static_cast<double>(k)) + 0.5));
    }
    std::vector<std::int8_t> scores(n);
    for (std::int8_t& s : scores) {
      s = static_cast<std::int8_t>(random.between(-128, 127));
    }
    std::vector<std::uint8_t> e(n);
    const std::uint32_t sum = softmax_row(scores.data(), n, table, e.data());
    REQUIRE(sum >= 255);
    const record factor = {
        0, static_cast<std::int16_t>(random.between(16384, 32767)), 15};
    const record row = context_row_record(factor, sum);
    REQUIRE(row.multiplier >= 16384);
    const double expected = factor.multiplier * 0x1p-15 / sum;
    const double got = std::ldexp(row.multiplier, -int{row.shift});
    REQUIRE(got <= expected);
    REQUIRE(got > expected * (1 - 1.0 / 16384));
  }
}

TEST_CASE("the context record is normalised for every sum") {
  for (const int multiplier : {16384, 16385, 20000, 32767}) {
    const record factor = {0, static_cast<std::int16_t>(multiplier), 40};
    for (std::uint32_t sum = 255; sum <= 255 * 1025; ++sum) {
      const record row = context_row_record(factor, sum);
      if (row.multiplier < 16384 || row.shift > 40 + bitlen(sum)) {
        CAPTURE(multiplier, sum);
        FAIL("not normalised");
      }
    }
  }
  const record exact = context_row_record({0, 20000, 22}, 512);
  REQUIRE(exact.multiplier == 20000);
  REQUIRE(exact.shift == 31);
}

TEST_CASE("select_tokens breaks ties towards the lower index") {
  REQUIRE(select_tokens({9, 5, 7, 5, 7, 1}, 3) ==
          std::vector<std::uint16_t>{0, 2, 4});
  REQUIRE(select_tokens({0, 5, 7, 5, 7, 1}, 4) ==
          std::vector<std::uint16_t>{0, 1, 2, 4});
  REQUIRE(select_tokens({0, 3, 3, 3, 3}, 3) ==
          std::vector<std::uint16_t>{0, 1, 2});
}

TEST_CASE("select_tokens keeps the class token whatever its importance") {
  REQUIRE(select_tokens({0, 1, 2}, 1) == std::vector<std::uint16_t>{0});
  REQUIRE(select_tokens({100, 1, 2}, 2) == std::vector<std::uint16_t>{0, 2});
  REQUIRE(select_tokens({0, 1, 2}, 3) == std::vector<std::uint16_t>{0, 1, 2});
  REQUIRE(select_tokens({7}, 1) == std::vector<std::uint16_t>{0});
}

TEST_CASE("kept_tokens rounds up and counts the class token") {
  STATIC_REQUIRE(kept_tokens(197, 500000) == 99);
  STATIC_REQUIRE(kept_tokens(99, 500000) == 50);
  STATIC_REQUIRE(kept_tokens(50, 500000) == 26);
  STATIC_REQUIRE(kept_tokens(1, 500000) == 1);
  STATIC_REQUIRE(kept_tokens(1025, 0) == 1);
  STATIC_REQUIRE(kept_tokens(1025, 1) == 2);
  STATIC_REQUIRE(kept_tokens(1025, 999999) == 1025);
  STATIC_REQUIRE(kept_tokens(1025, 1000000) == 1025);
}

TEST_CASE("largest_index takes the lowest on ties") {
  const std::int16_t logits[] = {-5, 9, 3, 9, -32768};
  REQUIRE(largest_index(logits, 5) == 1);
  const std::int16_t low[] = {-32768, -32768};
  REQUIRE(largest_index(low, 2) == 0);
}

}  // namespace vitvp::vit::test
