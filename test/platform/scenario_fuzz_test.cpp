// Damaged scenarios: whatever the bytes, the outcome is a scenario or an
// input_error of one line. Sanitizer builds make this bite.
#include <catch2/catch.hpp>
#include <random>

#include "platform/scenario.hpp"
#include "platform/scenario_keys.hpp"
#include "test/vit/temporary_folder.hpp"

namespace vitvp::platform::test {

namespace {

const std::string& valid_text() {
  static const std::string text =
      vit::test::read_bytes(VITVP_SOURCE_DIR "/scenarios/deit_small.yaml") +
      "pruning:\n  tokens: {blocks: [3, 6, 9], keep: [0.7, 0.5, 0.5]}\n"
      "  ffn2:\n    enabled: true\n    threshold: 2\n"
      "uart: {echo: \"no\\x41\"}\nname: |\n  a\n  b\n";
  return text;
}

// True if `text` was a scenario.
bool attempt(const std::string& text,
             const std::vector<std::string>& overrides = {}) {
  try {
    parse_scenario(text, "a.yaml", overrides);
    return true;
  } catch (const vit::input_error& error) {
    const std::string message = error.what();
    CAPTURE(text, message);
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.size() < 9000);
    return false;
  }
}

std::size_t below(std::mt19937& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::string mutated(std::mt19937& random) {
  static const std::string pieces[] = {"*a",
                                       "&a ",
                                       "!!",
                                       "[",
                                       "{",
                                       "]",
                                       "}",
                                       ":",
                                       ": ",
                                       "- ",
                                       "? ",
                                       "|",
                                       ">",
                                       "\"",
                                       "'",
                                       "#",
                                       "%",
                                       "---\n",
                                       "...",
                                       "\n",
                                       "\t",
                                       "  ",
                                       "\xc3",
                                       "\\",
                                       "<<",
                                       "null",
                                       "~",
                                       "@",
                                       "`",
                                       ",",
                                       "\r",
                                       "1e99999",
                                       "\xef\xbb\xbf",
                                       "%YAML 1.2\n---",
                                       "!<",
                                       ">+",
                                       "|2",
                                       "\\U0010ffff"};
  std::string text = valid_text();
  const std::size_t count = 1 + below(random, 4);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = below(random, text.size());
    switch (below(random, 4)) {
      case 0:
        text[at] = static_cast<char>(below(random, 256));
        break;
      case 1:
        text.erase(at, 1 + below(random, 20));
        break;
      case 2:
        text.insert(at, pieces[below(random, std::size(pieces))]);
        break;
      default:
        text.insert(at, text.substr(below(random, text.size()), 30));
    }
    if (text.empty()) text = "a";
  }
  return text;
}

}  // namespace

TEST_CASE("a truncated scenario never crashes") {
  const std::string& text = valid_text();
  for (std::size_t length = 0; length <= text.size(); ++length) {
    attempt(text.substr(0, length));
  }
}

TEST_CASE("a mutated scenario never crashes") {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::size_t loaded = 0;
  constexpr int rounds = 5000;
  for (int i = 0; i < rounds; ++i) loaded += attempt(mutated(random)) ? 1 : 0;
  // Mutations of comments do no harm; if all did, nothing deep was reached.
  CHECK(loaded < rounds);
}

TEST_CASE("random bytes are never a scenario") {
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::size_t n = below(random, 60); n > 0; --n) {
      text += static_cast<char>(below(random, 96) + 32);
      if (below(random, 8) == 0) text += '\n';
    }
    CHECK_FALSE(attempt(text));
  }
}

TEST_CASE("a hostile override never crashes") {
  const std::string least =
      "package: synthetic:deit-tiny\nimages.path: synthetic:1\n";
  const std::string values[] = {
      "",   "[",  "[,]",  ",,,",  "{}",   "*a",
      "-1", "~",  "1e9",  "[[1]", "\n",   "\x01",
      "'",  "[]", "null", ".nan", "0x10", std::string(100000, '9')};
  for (const scenario_key& key : scenario_keys()) {
    for (const std::string& value : values) {
      attempt(least, {key.path + "=" + value});
    }
  }
  attempt(least, {std::string(100000, 'k') + "=1"});
  attempt(least, {std::string(100000, '.') + "=1"});
}

}  // namespace vitvp::platform::test
