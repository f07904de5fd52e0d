#include "platform/scenario.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "platform/scenario_keys.hpp"
#include "platform/scenario_values.hpp"
#include "platform/yaml_document.hpp"

namespace vitvp::platform {
namespace {

namespace fs = std::filesystem;
using kind = yaml_node::kind;

// Errors show this much of what somebody typed.
constexpr std::size_t most_shown = 80;

std::string shown(const std::string& text) {
  return text.substr(0, most_shown);
}

[[noreturn]] void refuse_unknown(const std::string& place,
                                 const std::string& path) {
  throw vit::input_error(place, shown(path), "unknown key",
                         "did you mean '" + nearest_key(path) + "'?");
}

std::string keys_of(const std::string& section) {
  std::string list;
  for (const scenario_key& key : scenario_keys()) {
    if (key.path.compare(0, section.size() + 1, section + ".") == 0) {
      list += (list.empty() ? "" : ", ") + key.path;
    }
  }
  return list;
}

// Stores one value; `place` goes into messages and origins.
void store(scenario& s, const scenario_key& key, const yaml_node& node,
           const std::string& place, const std::string& folder) {
  try {
    if (node.what == kind::null) {
      if (node.text.empty()) {
        throw value_error("has no value", "give one, or remove the key");
      }
      key.clear(s);
      s.origins.erase(key.path);
      return;
    }
    key.set(s, node, folder);
    s.origins[key.path] = place;
  } catch (const value_error& error) {
    // The place of an override already names the key.
    const bool is_override = place.compare(0, 2, "--") == 0;
    throw vit::input_error(place, is_override ? "" : key.path, error.what(),
                           error.remedy());
  }
}

// The keys of one file, section by section.
class file_reader {
 public:
  file_reader(scenario& s, std::string source, std::string folder)
      : m_scenario(s),
        m_source(std::move(source)),
        m_folder(std::move(folder)) {}

  void read(const yaml_node& mapping, const std::string& section) {
    for (const auto& [name, value] : mapping.entries) {
      const std::string path =
          section.empty() ? name.text : section + "." + name.text;
      read_key(path, value, m_source + ":" + std::to_string(name.line));
    }
  }

 private:
  void read_key(const std::string& path, const yaml_node& value,
                const std::string& place) {
    if (const scenario_key* key = find_key(path)) {
      const auto [first, is_new] = m_seen.emplace(path, place);
      if (!is_new) {
        throw vit::input_error(place, path,
                               "given twice, first in " + first->second,
                               "remove one");
      }
      store(m_scenario, *key, value, place, m_folder);
      return;
    }
    if (!is_section(path)) refuse_unknown(place, path);
    if (value.what == kind::null) return;
    if (value.what != kind::mapping) {
      throw vit::input_error(
          place, path,
          std::string("has ") + kind_name(value.what) + " instead of keys",
          "give one of " + keys_of(path));
    }
    read(value, path);
  }

  scenario& m_scenario;
  std::string m_source;
  std::string m_folder;
  std::map<std::string, std::string> m_seen;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

yaml_node scalar(const std::string& text) {
  yaml_node node;
  node.what = text == "null" || text.empty() ? kind::null : kind::scalar;
  node.text = text;
  return node;
}

// `[1, 2]` and `1,2` are lists, all else is a scalar.
yaml_node list_or_scalar(std::string text) {
  const bool bracketed =
      text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (!bracketed && text.find(',') == std::string::npos) return scalar(text);
  if (bracketed) text = trimmed(text.substr(1, text.size() - 2));
  yaml_node list;
  list.what = kind::sequence;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    yaml_node item;
    item.what = kind::scalar;
    item.text = trimmed(text.substr(0, comma));
    list.items.push_back(std::move(item));
    text = comma == std::string::npos ? "" : text.substr(comma + 1);
  }
  return list;
}

// The value that the command line gives.
void replace(scenario& s, const scenario_key& key, const std::string& value,
             const std::string& place) {
  store(s, key, key.is_list ? list_or_scalar(value) : scalar(value), place, "");
}

void apply_override(scenario& s, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw vit::input_error("--set " + shown(text), "", "is not key=value",
                           "e.g. --set sram.total_kib=96");
  }
  const std::string path = trimmed(text.substr(0, equals));
  const std::string value = trimmed(text.substr(equals + 1));
  const std::string place = "--set " + shown(path);
  const scenario_key* key = find_key(path);
  if (!key && is_section(path)) {
    throw vit::input_error(place, "", "is a section, not a key",
                           "set one of " + keys_of(path));
  }
  if (!key) {
    throw vit::input_error(place, "", "unknown key",
                           "did you mean '" + nearest_key(path) + "'?");
  }
  replace(s, *key, value, place);
}

void require_given(const std::string& source, const std::string& key,
                   const std::string& value, const std::string& example) {
  if (!value.empty()) return;
  throw vit::input_error(source, key, "is missing", "add it, e.g. " + example);
}

// What no single key can tell.
void check_together(const scenario& s) {
  const std::uint64_t unit = std::uint64_t{s.sram.banks} * s.sram.line_bytes;
  if (std::uint64_t{s.sram.total_kib} * 1024 % unit != 0) {
    throw scenario_error(
        s, "sram.total_kib",
        std::to_string(s.sram.total_kib) +
            " KiB is no multiple of sram.banks * sram.line_bytes = " +
            std::to_string(unit) + " bytes",
        "change one of them");
  }
  if (s.dram.row_miss_ns < s.dram.row_hit_ns) {
    throw scenario_error(s, "dram.row_miss_ns",
                         to_string(s.dram.row_miss_ns) +
                             " is less than dram.row_hit_ns, " +
                             to_string(s.dram.row_hit_ns),
                         "a miss takes at least as long as a hit");
  }
  const auto& tokens = s.pruning.tokens;
  if (tokens.blocks) {
    for (std::size_t i = 1; i < tokens.blocks->size(); ++i) {
      if ((*tokens.blocks)[i - 1] < (*tokens.blocks)[i]) continue;
      throw scenario_error(s, "pruning.tokens.blocks",
                           "must ascend, without repetition");
    }
  }
  if (tokens.blocks && tokens.keep && tokens.keep->size() != 1 &&
      tokens.keep->size() != tokens.blocks->size()) {
    throw scenario_error(s, "pruning.tokens.keep",
                         std::to_string(tokens.keep->size()) +
                             " values for the " +
                             std::to_string(tokens.blocks->size()) +
                             " blocks of pruning.tokens.blocks",
                         "give one, or as many");
  }
}

std::string read_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw vit::input_error(path, "", "no such scenario file");
  }
  if (fs::is_directory(status)) {
    throw vit::input_error(path, "", "is a folder, not a scenario file");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(yaml_most_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (!stream.eof() && stream.fail())) {
    throw vit::input_error(path, "", "cannot be read");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

scenario parse_scenario(const std::string& text, const std::string& source,
                        const std::vector<std::string>& overrides,
                        const std::vector<option_value>& options) {
  scenario s;
  const yaml_node root = parse_yaml(text, source);
  if (root.what != kind::mapping && root.what != kind::null) {
    throw vit::input_error(
        source + ":" + std::to_string(root.line), "",
        std::string("holds ") + kind_name(root.what) + " instead of keys",
        "write `key: value`, one on each line");
  }
  file_reader(s, source, fs::path(source).parent_path().string())
      .read(root, "");
  for (const std::string& one : overrides) apply_override(s, one);
  for (const option_value& one : options) {
    replace(s, *find_key(one.key), one.value, one.option);
  }
  if (s.name.empty()) s.name = fs::path(source).stem().string();
  require_given(source, "package", s.package, "package: synthetic:deit-tiny");
  require_given(source, "images.path", s.images.path,
                "images: {path: synthetic:1}");
  check_together(s);
  return s;
}

scenario load_scenario(const std::string& path,
                       const std::vector<std::string>& overrides,
                       const std::vector<option_value>& options) {
  return parse_scenario(read_file(path), path, overrides, options);
}

vit::input_error scenario_error(const scenario& s, const std::string& key,
                                const std::string& problem,
                                const std::string& remedy) {
  const auto origin = s.origins.find(key);
  if (origin == s.origins.end()) return {key, "", problem, remedy};
  // An override's place already names the key.
  const bool is_override = origin->second.compare(0, 2, "--") == 0;
  return {origin->second, is_override ? "" : key, problem, remedy};
}

}  // namespace vitvp::platform
