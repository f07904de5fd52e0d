// A YAML file as a small tree that remembers lines, read with bounds that no
// hostile file gets past.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace vitvp::platform {

/// One value of a document.
struct yaml_node {
  enum class kind { null, scalar, sequence, mapping };
  kind what = kind::null;
  int line = 0;                  ///< from 1
  std::string text;              ///< of a scalar, or of a null that is spelled
  bool quoted = false;           ///< the scalar was a quoted string
  std::vector<yaml_node> items;  ///< of a sequence
  /// Of a mapping, in the order of the file: key (a scalar) and value.
  std::vector<std::pair<yaml_node, yaml_node>> entries;
};

/// "nothing", "a value", "a list" or "a mapping".
const char* kind_name(yaml_node::kind what);

/// Largest document, in bytes.
constexpr std::size_t yaml_most_bytes = 262144;
/// Deepest nesting of lists and mappings.
constexpr int yaml_most_levels = 16;
/// Most values in a document.
constexpr std::size_t yaml_most_nodes = 10000;

/// Parses one document; an empty one is a null node. Throws vit::input_error
/// that begins with `source:LINE`, on: YAML errors, anchors, aliases, tags,
/// keys that are no scalars or come twice, several documents, bytes that are no
/// text, and more than the bounds above.
yaml_node parse_yaml(const std::string& text, const std::string& source);

}  // namespace vitvp::platform
