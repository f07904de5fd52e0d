#include "platform/yaml_document.hpp"

#include <catch2/catch.hpp>

#include "vit/input_error.hpp"

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Message;
using kind = yaml_node::kind;

void refuses(const std::string& text, const std::string& message) {
  CAPTURE(text.substr(0, 80));
  CHECK_THROWS_MATCHES(parse_yaml(text, "x.yaml"), vit::input_error,
                       Message(message));
}

}  // namespace

TEST_CASE("a document keeps order, lines and quotes") {
  const yaml_node root = parse_yaml("b: 1\na:\n  - x\n  - '2'\nc:\n", "x");
  REQUIRE(root.what == kind::mapping);
  REQUIRE(root.entries.size() == 3);
  CHECK(root.entries[0].first.text == "b");
  CHECK(root.entries[0].second.text == "1");
  CHECK_FALSE(root.entries[0].second.quoted);
  CHECK(root.entries[1].first.line == 2);
  REQUIRE(root.entries[1].second.items.size() == 2);
  CHECK(root.entries[1].second.items[1].quoted);
  CHECK(root.entries[1].second.items[1].line == 4);
  CHECK(root.entries[2].second.what == kind::null);
}

TEST_CASE("a null that is written has a text, one that is not has none") {
  const yaml_node root = parse_yaml(
      "a: null\nb: ~\nc:\nd: {e: null, f: }\ng: [NULL]\nnullx:\nh:\n", "x");
  const auto text = [&root](std::size_t at) {
    const yaml_node& node = root.entries.at(at).second;
    CHECK(node.what == kind::null);
    return node.text;
  };
  CHECK(text(0) == "null");
  CHECK(text(1) == "~");
  CHECK(text(2).empty());
  CHECK(root.entries[3].second.entries[0].second.text == "null");
  CHECK(root.entries[3].second.entries[1].second.text.empty());
  CHECK(root.entries[4].second.items[0].text == "NULL");
  CHECK(text(5).empty());
  CHECK(text(6).empty());
}

TEST_CASE("an empty document is nothing") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    CHECK(parse_yaml(text, "x").what == kind::null);
  }
}

TEST_CASE("what could expand is refused") {
  refuses("a: &x 1\nb: 2\n",
          "x.yaml:1: anchors (&name) are not allowed; repeat the value");
  refuses("b: 2\na: *x\n",
          "x.yaml:2: YAML syntax: the referenced anchor is not defined");
  refuses("a: !!binary aGk=\n",
          "x.yaml:1: tags (!name) are not allowed; remove the tag");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            before + "," + before + "," + before + "," + before + "]\n";
  }
  refuses(bomb, "x.yaml:1: anchors (&name) are not allowed; repeat the value");
}

TEST_CASE("what is too much is refused") {
  refuses(std::string(17, '[') + std::string(17, ']'),
          "x.yaml:1: nested deeper than 16 levels");
  refuses(std::string(100000, '['), "x.yaml:1: nested deeper than 16 levels");
  refuses(std::string(yaml_most_bytes + 1, 'a'),
          "x.yaml: larger than 262144 bytes; is this a scenario?");
  std::string many = "[";
  for (int i = 0; i < 10000; ++i) many += "1,";
  refuses(many + "1]", "x.yaml:1: more than 10000 values");
  CHECK_NOTHROW(parse_yaml(std::string(16, '[') + std::string(16, ']'), "x"));
}

TEST_CASE("what is no mapping of names is refused") {
  refuses("a: 1\nb: 2\na: 3\n",
          "x.yaml:3: a: given twice, first in line 1; remove one");
  refuses("s:\n  a: 1\n  a: 2\n",
          "x.yaml:3: a: given twice, first in line 2; remove one");
  refuses("? [a, b]\n: 1\n",
          "x.yaml:1: a key must be a name; write `key: value`, one on each "
          "line");
  refuses("a: 1\n---\nb: 2\n", "x.yaml:3: a second document; keep one");
}

TEST_CASE("a syntax error names its line") {
  refuses("a: 1\nb: [1, 2\n",
          "x.yaml:3: YAML syntax: end of sequence flow not found");
  refuses("a: 1\n  b: 2\n", "x.yaml:2: YAML syntax: illegal map value");
  refuses("a: \"x", "x.yaml:1: YAML syntax: illegal EOF in scalar");
}

TEST_CASE("bytes that are no text are refused") {
  const std::string message =
      "x.yaml:2: a byte that is no UTF-8 text; is this a YAML file?";
  refuses(std::string("a: 1\nb\0: 2\n", 11), message);
  refuses("a: 1\nb: \x1b[2J\n", message);
  refuses("a: 1\nb: \xff\n", message);
  refuses("a: 1\nb: \xc3", message);
  CHECK_NOTHROW(parse_yaml("name: Zürich\r\n", "x"));
}

}  // namespace vitvp::platform::test
