#include "platform/scenario_docs.hpp"

#include "platform/scenario_keys.hpp"
#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

const std::string begin_mark = "<!-- keys: begin";
const std::string end_mark = "<!-- keys: end -->";

std::string section_of(const std::string& path) {
  const std::size_t dot = path.find('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string heading(const std::string& section) {
  return "\n### " + (section.empty() ? "General" : "`" + section + "`") +
         "\n\n| key | type | range | default | meaning |\n"
         "|---|---|---|---|---|\n";
}

std::string default_text(const scenario_key& key) {
  const nlohmann::ordered_json value = key.get(scenario());
  if (value.is_null()) return "";
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return text.empty() ? "" : "`" + text + "`";
  }
  return "`" + value.dump() + "`";
}

std::string row(const scenario_key& key) {
  return "| `" + key.path + "` | " + key.type + " | " + key.range + " | " +
         default_text(key) + " | " + key.meaning + " |\n";
}

}  // namespace

std::string scenario_tables() {
  // Keys without a section lie between others; they make the first table.
  std::string general = heading("");
  std::string others;
  std::string section;
  for (const scenario_key& key : scenario_keys()) {
    const std::string own = section_of(key.path);
    if (own.empty()) {
      general += row(key);
      continue;
    }
    if (own != section) others += heading(own);
    section = own;
    others += row(key);
  }
  return general + others;
}

std::string with_scenario_tables(const std::string& page,
                                 const std::string& source) {
  const std::size_t begin = page.find(begin_mark);
  const std::size_t end = page.find(end_mark);
  const std::size_t line_end =
      begin == std::string::npos ? begin : page.find('\n', begin);
  if (line_end == std::string::npos || end == std::string::npos ||
      end < line_end) {
    throw vit::input_error(
        source, "",
        "has no lines '" + begin_mark + " -->' and '" + end_mark + "'");
  }
  return page.substr(0, line_end + 1) + scenario_tables() + "\n" +
         page.substr(end);
}

}  // namespace vitvp::platform
