// Executes the worked examples of docs/arithmetic.md with the numbers that
// stand there.
#include <catch2/catch.hpp>
#include <cctype>
#include <string>
#include <vector>

#include "test/vit/temporary_folder.hpp"
#include "vit/arithmetic.hpp"

namespace vitvp::vit::test {

namespace {

using numbers = std::vector<std::int64_t>;

// The document as one line without code marks, so that an example may be
// wrapped and set anyhow.
const std::string& document() {
  static const std::string text = [] {
    std::string flat;
    for (const char c : read_bytes(VITVP_SOURCE_DIR "/docs/arithmetic.md")) {
      if (c == '`') continue;
      const bool blank = c == ' ' || c == '\n';
      if (!blank) flat += c;
      if (blank && !flat.empty() && flat.back() != ' ') flat += ' ';
    }
    return flat;
  }();
  return text;
}

// Reads a number at `at` and steps over it.
bool read_number(std::size_t& at, numbers& values) {
  std::size_t end = at + (document()[at] == '-' ? 1 : 0);
  while (std::isdigit(static_cast<unsigned char>(document()[end])) != 0) ++end;
  if (end == at || document()[end - 1] == '-') return false;
  values.push_back(std::stoll(document().substr(at, end - at)));
  at = end;
  return true;
}

// One number, or for a list as many as commas join.
bool read_group(std::size_t& at, bool list, numbers& values) {
  while (read_number(at, values)) {
    if (!list || document().compare(at, 2, ", ") != 0) return true;
    at += 2;
  }
  return false;
}

// Matches `pattern` at `at`: '#' is a number, '@' a list of numbers.
bool match(std::size_t at, const std::string& pattern,
           std::vector<numbers>& groups) {
  groups.clear();
  for (const char c : pattern) {
    if (at >= document().size()) return false;
    if (c == '#' || c == '@') {
      groups.emplace_back();
      if (!read_group(at, c == '@', groups.back())) return false;
    } else if (document()[at++] != c) {
      return false;
    }
  }
  return true;
}

// The numbers of the first place in the document that reads like `pattern`.
std::vector<numbers> example(const std::string& pattern) {
  std::vector<numbers> groups;
  for (std::size_t at = 0; at < document().size(); ++at) {
    if (match(at, pattern, groups)) return groups;
  }
  FAIL("the document has no example of the form: " << pattern);
  return groups;
}

record to_record(std::int64_t bias, std::int64_t multiplier,
                 std::int64_t shift) {
  return {static_cast<std::int32_t>(bias),
          static_cast<std::int16_t>(multiplier),
          static_cast<std::uint8_t>(shift)};
}

}  // namespace

TEST_CASE("document: rounding half up on both signs") {
  const auto g = example(
      "multiplier = #, shift = # (factor 1/2) the accumulators @ give @.");
  const record r = to_record(0, g[0][0], g[1][0]);
  REQUIRE(g[2].size() == g[3].size());
  for (std::size_t i = 0; i < g[2].size(); ++i) {
    REQUIRE(requantise(static_cast<std::int32_t>(g[2][i]), r) == g[3][i]);
  }
}

TEST_CASE("document: worked example of requantisation") {
  const auto g = example(
      "a = #, bias = #, multiplier = #, shift = #: # * # = #; + # = #; "
      ">> # gives #.");
  const std::int64_t biased = g[0][0] + g[1][0];
  const std::int64_t half = std::int64_t{1} << (g[3][0] - 1);
  REQUIRE(biased == g[4][0]);
  REQUIRE(g[2][0] == g[5][0]);
  REQUIRE(biased * g[2][0] == g[6][0]);
  REQUIRE(half == g[7][0]);
  REQUIRE(biased * g[2][0] + half == g[8][0]);
  REQUIRE(g[3][0] == g[9][0]);
  REQUIRE(requantise(static_cast<std::int32_t>(g[0][0]),
                     to_record(g[1][0], g[2][0], g[3][0])) == g[10][0]);
}

TEST_CASE("document: worked example of LayerNorm") {
  const auto g = example(
      "D = #, epsilon = #, x = (@), all records {bias #, multiplier #, "
      "shift #} (factor 1/64 on t): sum = #, V = #*# - # = #, q = #, e = #, "
      "R = floor(2^#/#) = #, D*x - sum = (@), t = (@) + # >> # = (@), "
      "y = (@).");
  const std::int64_t width = g[0][0];
  const auto epsilon = g[1][0];
  const numbers& x = g[2];
  const record r = to_record(g[3][0], g[4][0], g[5][0]);
  std::vector<std::int16_t> row;
  std::int64_t squares = 0;
  for (const std::int64_t value : x) {
    row.push_back(static_cast<std::int16_t>(value));
    squares += value * value;
  }
  REQUIRE(static_cast<std::int64_t>(row.size()) == width);
  const row_statistics s =
      layer_norm_statistics(row.data(), row.size(), epsilon);
  REQUIRE(s.sum == g[6][0]);
  REQUIRE(numbers{width, squares, s.sum * s.sum} ==
          numbers{g[7][0], g[8][0], g[9][0]});
  const std::int64_t v = width * squares - s.sum * s.sum + epsilon;
  REQUIRE(v == g[10][0]);
  REQUIRE(integer_sqrt(static_cast<std::uint64_t>(v)) == g[11][0]);
  REQUIRE(s.exponent == g[12][0]);
  REQUIRE(s.exponent + 15 == g[13][0]);
  REQUIRE(g[14][0] == g[11][0]);
  REQUIRE(s.reciprocal == g[15][0]);
  REQUIRE(std::int64_t{1} << (s.exponent + 3) == g[18][0]);
  REQUIRE(s.exponent + 4 == g[19][0]);
  for (std::size_t i = 0; i < row.size(); ++i) {
    CAPTURE(i);
    REQUIRE(width * x[i] - s.sum == g[16][i]);
    REQUIRE((width * x[i] - s.sum) * s.reciprocal == g[17][i]);
    const std::int64_t t = layer_norm_value(row[i], row.size(), s);
    REQUIRE(t == g[20][i]);
    REQUIRE(layer_norm_scale(t, r) == g[21][i]);
  }
}

TEST_CASE("document: worked example of the softmax and its row record") {
  const auto g = example(
      "scores (@) with T[0] = #, T[#] = #, context factor {#, #}: e = (@), "
      "sum = #, e' = #, P = floor(#*#/#) = #, hence P = #, row.shift = #.");
  std::vector<std::int8_t> scores;
  for (const std::int64_t value : g[0]) {
    scores.push_back(static_cast<std::int8_t>(value));
  }
  softmax_table table{};
  table[0] = static_cast<std::uint8_t>(g[1][0]);
  table[static_cast<std::size_t>(g[2][0])] = static_cast<std::uint8_t>(g[3][0]);
  std::vector<std::uint8_t> e(scores.size());
  const std::uint32_t sum =
      softmax_row(scores.data(), scores.size(), table, e.data());
  REQUIRE(numbers(e.begin(), e.end()) == g[6]);
  REQUIRE(sum == g[7][0]);
  REQUIRE(bitlen(sum) == g[8][0]);
  REQUIRE(numbers{g[9][0], g[10][0], g[11][0]} ==
          numbers{g[4][0], std::int64_t{1} << g[8][0], g[7][0]});
  REQUIRE(g[9][0] * g[10][0] / g[11][0] == g[12][0]);
  const record row = context_row_record(to_record(0, g[4][0], g[5][0]), sum);
  REQUIRE(row.multiplier == g[13][0]);
  REQUIRE(row.shift == g[14][0]);
}

}  // namespace vitvp::vit::test
