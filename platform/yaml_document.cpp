#include "platform/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

using kind = yaml_node::kind;

std::string place(const std::string& source, int line) {
  return source + ":" + std::to_string(line);
}

// Builds the tree. Works on events, since a YAML::Node would already have
// followed aliases and dropped duplicate keys.
class tree_builder final : public YAML::EventHandler {
 public:
  tree_builder(const std::string& text, const std::string& source)
      : m_text(text), m_source(source) {}

  yaml_node& root() { return m_root; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    yaml_node node = make(mark, kind::null, anchor, "");
    // A null that is written and one that is not give the same event.
    for (const char* spelling : {"null", "Null", "NULL", "~"}) {
      if (is_at(mark, spelling)) node.text = spelling;
    }
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not allowed", "repeat the value");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag,
                YAML::anchor_t anchor, const std::string& value) override {
    yaml_node node = make(mark, kind::scalar, anchor, tag);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(mark, kind::sequence, anchor, tag));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(make(mark, kind::mapping, anchor, tag));
  }
  void OnMapEnd() override { close(); }

 private:
  // True if the word `word` stands at `mark`.
  bool is_at(const YAML::Mark& mark, const std::string& word) const {
    std::size_t start = 0;
    for (int line = 0; line < mark.line; ++line) {
      start = m_text.find('\n', start) + 1;
      if (start == 0) return false;
    }
    start += static_cast<std::size_t>(std::max(mark.column, 0));
    if (start >= m_text.size() ||
        m_text.compare(start, word.size(), word) != 0) {
      return false;
    }
    const std::size_t end = start + word.size();
    return end == m_text.size() ||
           std::string(" \t\r\n,]}#").find(m_text[end]) != std::string::npos;
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& problem,
                           const std::string& remedy = "") const {
    throw vit::input_error(place(m_source, mark.line + 1), "", problem, remedy);
  }

  yaml_node make(const YAML::Mark& mark, kind what, YAML::anchor_t anchor,
                 const std::string& tag) {
    if (anchor != YAML::NullAnchor) {
      refuse(mark, "anchors (&name) are not allowed", "repeat the value");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, "tags (!name) are not allowed", "remove the tag");
    }
    if (++m_nodes > yaml_most_nodes) {
      refuse(mark, "more than " + std::to_string(yaml_most_nodes) + " values");
    }
    yaml_node node;
    node.what = what;
    node.line = mark.line + 1;
    if (m_open.size() >= static_cast<std::size_t>(yaml_most_levels) &&
        (what == kind::sequence || what == kind::mapping)) {
      refuse(mark, "nested deeper than " + std::to_string(yaml_most_levels) +
                       " levels");
    }
    return node;
  }

  // Nodes under construction are kept by value: a tree that grows would move
  // them.
  void open(yaml_node node) { m_open.push_back({std::move(node), {}, false}); }

  void close() {
    yaml_node node = std::move(m_open.back().node);
    m_open.pop_back();
    add(std::move(node));
  }

  void add(yaml_node node) {
    if (m_open.empty()) {
      m_root = std::move(node);
      return;
    }
    level& top = m_open.back();
    if (top.node.what == kind::sequence) {
      top.node.items.push_back(std::move(node));
    } else if (top.has_key) {
      top.node.entries.emplace_back(std::move(top.key), std::move(node));
      top.has_key = false;
    } else {
      top.key = checked_key(top.node, std::move(node));
      top.has_key = true;
    }
  }

  yaml_node checked_key(const yaml_node& mapping, yaml_node key) const {
    if (key.what != kind::scalar) {
      throw vit::input_error(place(m_source, key.line), "",
                             "a key must be a name",
                             "write `key: value`, one on each line");
    }
    for (const auto& [other, value] : mapping.entries) {
      if (other.text != key.text) continue;
      throw vit::input_error(
          place(m_source, key.line), key.text,
          "given twice, first in line " + std::to_string(other.line),
          "remove one");
    }
    return key;
  }

  struct level {
    yaml_node node;
    yaml_node key;
    bool has_key;
  };

  const std::string& m_text;
  const std::string& m_source;
  yaml_node m_root;
  std::vector<level> m_open;
  std::size_t m_nodes = 0;
};

int line_at(const std::string& text, std::size_t position) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(position);
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

// The length of the UTF-8 sequence at `at`; 0 if there is none.
std::size_t sequence_length(const std::string& text, std::size_t at) {
  const auto byte = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(at);
  std::size_t length = 0;
  if (lead < 0x80) length = 1;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  if (lead >= 0xe0 && lead <= 0xef) length = 3;
  if (lead >= 0xf0 && lead <= 0xf4) length = 4;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

void check_is_text(const std::string& text, const std::string& source) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool control = byte == 0x7f || (byte < 0x20 && byte != '\t' &&
                                          byte != '\n' && byte != '\r');
    const std::size_t length = control ? 0 : sequence_length(text, at);
    if (length == 0) {
      throw vit::input_error(place(source, line_at(text, at)), "",
                             "a byte that is no UTF-8 text",
                             "is this a YAML file?");
    }
    at += length;
  }
}

}  // namespace

const char* kind_name(yaml_node::kind what) {
  switch (what) {
    case kind::null:
      return "nothing";
    case kind::scalar:
      return "a value";
    case kind::sequence:
      return "a list";
    case kind::mapping:
      return "a mapping";
  }
  return "?";
}

yaml_node parse_yaml(const std::string& text, const std::string& source) {
  if (text.size() > yaml_most_bytes) {
    throw vit::input_error(
        source, "", "larger than " + std::to_string(yaml_most_bytes) + " bytes",
        "is this a scenario?");
  }
  check_is_text(text, source);
  std::istringstream stream(text);
  tree_builder builder(text, source);
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) {
      tree_builder rest(text, source);
      if (parser.HandleNextDocument(rest) && rest.root().what != kind::null) {
        throw vit::input_error(place(source, rest.root().line), "",
                               "a second document", "keep one");
      }
    }
  } catch (const YAML::Exception& error) {
    const int line = std::max(error.mark.line, 0) + 1;
    throw vit::input_error(place(source, line), "",
                           "YAML syntax: " + error.msg);
  }
  return std::move(builder.root());
}

}  // namespace vitvp::platform
