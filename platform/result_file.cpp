#include "platform/result_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

constexpr const char* option = "--out";

bool is_flat(const json& list) {
  for (const json& item : list) {
    if (item.is_structured()) return false;
  }
  return true;
}

void append(std::string& text, const json& tree, std::size_t depth);

void append_members(std::string& text, const json& tree, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const char* separator = "\n";
  for (const auto& [key, value] : tree.items()) {
    text += separator + indent;
    if (tree.is_object()) text += json(key).dump() + ": ";
    append(text, value, depth + 1);
    separator = ",\n";
  }
  text += "\n" + std::string(2 * depth, ' ');
}

void append(std::string& text, const json& tree, std::size_t depth) {
  const bool is_list = tree.is_array();
  if (!tree.is_structured() || tree.empty()) {
    // Bytes that are no UTF-8 must not end a run.
    text += tree.dump(-1, ' ', false, json::error_handler_t::replace);
  } else if (is_list && is_flat(tree)) {
    text += "[";
    const char* separator = "";
    for (const json& item : tree) {
      text += separator;
      append(text, item, depth + 1);
      separator = ", ";
    }
    text += "]";
  } else {
    text += is_list ? "[" : "{";
    append_members(text, tree, depth);
    text += is_list ? "]" : "}";
  }
}

// Removes the file unless keep() was called.
class temporary_file {
 public:
  explicit temporary_file(fs::path path) : m_path(std::move(path)) {}
  ~temporary_file() {
    std::error_code ignored;
    if (!m_kept) fs::remove(m_path, ignored);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  const fs::path& path() const { return m_path; }
  void keep() { m_kept = true; }

 private:
  fs::path m_path;
  bool m_kept = false;
};

// Another process may write into the same folder.
fs::path temporary_path(const std::string& path) {
  return path + ".part" + std::to_string(getpid());
}

}  // namespace

std::string to_text(const json& tree) {
  std::string text;
  append(text, tree, 0);
  return text + "\n";
}

result_file::result_file(const std::string& directory, const std::string& name)
    : m_path((fs::path(directory) / name).string()) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory)) {
    throw vit::input_error(option, directory, "cannot be made a folder",
                           error.message());
  }
  fs::remove(m_path, error);
  const temporary_file probe(temporary_path(m_path));
  if (error || !std::ofstream(probe.path())) {
    throw vit::input_error(option, directory, "cannot be written",
                           error ? error.message() : "");
  }
}

void result_file::write(const json& tree) const {
  write_text(to_text(tree));
}

void result_file::write_text(const std::string& text) const {
  temporary_file part(temporary_path(m_path));
  std::ofstream stream(part.path(), std::ios::binary);
  stream << text << std::flush;
  stream.close();
  std::error_code error;
  if (stream) fs::rename(part.path(), m_path, error);
  if (!stream || error) {
    throw vit::input_error(option, m_path, "cannot be written",
                           error ? error.message() : "is the disk full?");
  }
  part.keep();
}

}  // namespace vitvp::platform
