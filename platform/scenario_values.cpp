#include "platform/scenario_values.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "vit/nearest.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform {
namespace {

namespace fs = std::filesystem;
using kind = yaml_node::kind;

constexpr std::size_t most_text_bytes = 4096;
constexpr std::size_t most_items = 64;
constexpr std::uint64_t most_synthetic_images = 100000;
const std::string synthetic_prefix = "synthetic:";

std::string quote(const std::string& text) {
  constexpr std::size_t most_shown = 60;
  return "'" +
         (text.size() > most_shown ? text.substr(0, most_shown) + "..."
                                   : text) +
         "'";
}

// The text of a plain scalar that should be a `what`.
const std::string& plain_text(const yaml_node& node, const std::string& what,
                              const std::string& remedy) {
  if (node.what != kind::scalar) {
    throw value_error(
        std::string("has ") + kind_name(node.what) + " instead of " + what,
        remedy);
  }
  if (node.quoted) {
    throw value_error("the string " + quote(node.text) + " is not " + what,
                      remedy);
  }
  return node.text;
}

template <typename number>
std::errc read_whole(const std::string& text, number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    return std::errc::invalid_argument;
  }
  return error;
}

bool is_whole_number(const std::string& text) {
  const std::size_t start = text.size() > 1 && text[0] == '-' ? 1 : 0;
  return !text.empty() &&
         text.find_first_not_of("0123456789", start) == std::string::npos;
}

// The number in a part of a specification.
std::uint64_t spec_number(const std::string& text, const char* what,
                          const integer_range& range) {
  std::uint64_t value = 0;
  if (read_whole(text, value) != std::errc() || value < range.least ||
      value > range.most) {
    throw value_error(
        std::string("the ") + what + " " + quote(text) + " is out of range",
        "use " + to_string(range));
  }
  return value;
}

// What stands between the prefix and the seed, which is checked.
std::string synthetic_subject(const std::string& spec) {
  const std::string rest = spec.substr(synthetic_prefix.size());
  const std::size_t colon = rest.find(':');
  if (colon != std::string::npos) {
    spec_number(rest.substr(colon + 1), "seed", {});
  }
  return rest.substr(0, colon);
}

bool is_synthetic(const std::string& spec) {
  return spec.compare(0, synthetic_prefix.size(), synthetic_prefix) == 0;
}

// The path of a file, or of a folder where `or_folder`, that is there.
std::string resolved_file(const std::string& text, const std::string& folder,
                          bool or_folder = false) {
  const fs::path path = (fs::path(folder) / text).lexically_normal();
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw value_error(
        (or_folder ? "no such file or folder: " : "no such file: ") +
        path.string());
  }
  if (fs::is_directory(status)) {
    if (or_folder) return path.string();
    throw value_error("is a folder, not a file: " + path.string());
  }
  // Opening a pipe would wait for somebody to write into it.
  if (!fs::is_regular_file(status)) {
    throw value_error("is a pipe or a device, not a file: " + path.string());
  }
  if (!std::ifstream(path)) {
    throw value_error("cannot be read: " + path.string());
  }
  return path.string();
}

}  // namespace

std::string to_string(const integer_range& range) {
  std::string text = std::to_string(range.least) + "..";
  text += range.most == UINT64_MAX ? "2^64-1" : std::to_string(range.most);
  return range.power_of_two ? text + ", a power of two" : text;
}

std::string to_string(double value) {
  char buffer[400];  // fixed notation of any double
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                                 std::chars_format::fixed)
                       .ptr;
  return {buffer, end};
}

std::string to_string(const real_range& range) {
  return to_string(range.least) + ".." + to_string(range.most);
}

bool to_boolean(const yaml_node& node) {
  const std::string& text =
      plain_text(node, "true or false", "use true or false");
  if (text == "true") return true;
  if (text == "false") return false;
  throw value_error(quote(text) + " is not true or false", "use true or false");
}

std::uint64_t to_integer(const yaml_node& node, const integer_range& range) {
  const std::string remedy = "use " + to_string(range);
  const std::string& text = plain_text(node, "a whole number", remedy);
  if (!is_whole_number(text)) {
    throw value_error(quote(text) + " is not a whole number", remedy);
  }
  std::uint64_t value = 0;
  const bool fits = read_whole(text, value) == std::errc();
  const bool has_form =
      !range.power_of_two || (value != 0 && (value & (value - 1)) == 0);
  if (!fits || value < range.least || value > range.most || !has_form) {
    throw value_error(quote(text) + " is out of range", remedy);
  }
  return value;
}

double to_real(const yaml_node& node, const real_range& range) {
  const std::string remedy = "use " + to_string(range);
  const std::string& text = plain_text(node, "a number", remedy);
  double value = 0;
  const bool is_named = text == ".nan" || text == ".NaN" || text == ".inf" ||
                        text == "-.inf" || text == "+.inf" || text == ".Inf";
  const std::errc error = is_named ? std::errc() : read_whole(text, value);
  if (error == std::errc::invalid_argument) {
    throw value_error(quote(text) + " is not a number", remedy);
  }
  if (is_named || error != std::errc() || !std::isfinite(value)) {
    throw value_error(quote(text) + " is not a finite number", remedy);
  }
  if (value < range.least || value > range.most) {
    throw value_error(quote(text) + " is out of range", remedy);
  }
  return value;
}

std::string to_text(const yaml_node& node) {
  if (node.what != kind::scalar) {
    throw value_error(std::string("has ") + kind_name(node.what) +
                      " instead of text");
  }
  if (node.text.empty()) throw value_error("is empty");
  if (node.text.size() > most_text_bytes) {
    throw value_error("is longer than " + std::to_string(most_text_bytes) +
                      " bytes");
  }
  return node.text;
}

namespace {

// Converts each item of a list; `accepts_one` takes a scalar for a list of one.
template <typename item, typename convert>
std::vector<item> to_list(const yaml_node& node, bool accepts_one,
                          convert&& converted) {
  std::vector<item> list;
  if (accepts_one && node.what == kind::scalar) {
    list.push_back(static_cast<item>(converted(node)));
    return list;
  }
  if (node.what != kind::sequence) {
    throw value_error(
        std::string("has ") + kind_name(node.what) + " instead of a list",
        "write [a, b, c]");
  }
  if (node.items.empty() || node.items.size() > most_items) {
    throw value_error(
        "a list of " + std::to_string(node.items.size()) + " values",
        "use 1.." + std::to_string(most_items) + " values");
  }
  for (const yaml_node& one : node.items) {
    list.push_back(static_cast<item>(converted(one)));
  }
  return list;
}

}  // namespace

std::vector<std::uint32_t> to_integers(const yaml_node& node,
                                       const integer_range& range) {
  return to_list<std::uint32_t>(node, false, [&range](const yaml_node& one) {
    return to_integer(one, range);
  });
}

std::vector<double> to_reals(const yaml_node& node, const real_range& range) {
  return to_list<double>(node, true, [&range](const yaml_node& one) {
    return to_real(one, range);
  });
}

std::string to_file(const yaml_node& node, const std::string& folder) {
  return resolved_file(to_text(node), folder);
}

std::string to_package(const yaml_node& node, const std::string& folder) {
  std::string text = to_text(node);
  if (!is_synthetic(text)) return resolved_file(text, folder);
  const std::string geometry = synthetic_subject(text);
  std::string known;
  for (const std::string& name : vit::known_geometries()) {
    if (name == geometry) return text;
    known += (known.empty() ? "" : ", ") + name;
  }
  throw value_error("no geometry " + quote(geometry),
                    "did you mean " +
                        vit::nearest(geometry, vit::known_geometries()) +
                        "? known: " + known);
}

std::string to_images(const yaml_node& node, const std::string& folder) {
  std::string text = to_text(node);
  if (!is_synthetic(text)) return resolved_file(text, folder, true);
  spec_number(synthetic_subject(text), "count", {1, most_synthetic_images});
  return text;
}

}  // namespace vitvp::platform
