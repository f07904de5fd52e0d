// The table of scenario keys: parsing, overrides, suggestions, the echo in
// results and docs/scenarios.md all come from it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/scenario.hpp"
#include "platform/yaml_document.hpp"

namespace vitvp::platform {

struct scenario_key {
  std::string path;      ///< e.g. "sram.total_kib"
  std::string type;      ///< for people: "whole number", "one of", ...
  std::string range;     ///< for people: "1..256", "`iss`, `native`"; or empty
  std::string meaning;   ///< one or two sentences of Markdown
  bool is_list = false;  ///< an override may be `1,2,3`
  /// Converts and stores. `folder` is where relative paths start. Throws
  /// value_error.
  std::function<void(scenario&, const yaml_node&, const std::string& folder)>
      set;
  /// The value as JSON; null where it is absent.
  std::function<nlohmann::ordered_json(const scenario&)> get;
  /// Back to the default.
  std::function<void(scenario&)> clear;
};

/// All keys in the order of the documentation.
const std::vector<scenario_key>& scenario_keys();
/// The key with this path, or null.
const scenario_key* find_key(const std::string& path);
/// True if keys begin with `path` and a dot.
bool is_section(const std::string& path);
/// The known key or section that is closest to `path`.
std::string nearest_key(const std::string& path);

/// Every key with its value, nested as in a file.
nlohmann::ordered_json to_json(const scenario& s);

}  // namespace vitvp::platform
