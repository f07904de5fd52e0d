#include "vit/picture_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

#include "vit/input_error.hpp"
#include "vit/nearest.hpp"
#include "vit/picture.hpp"
#include "vit/picture_fit.hpp"

namespace vitvp::vit {

namespace {

namespace fs = std::filesystem;

struct labelled_file {
  fs::path path;
  std::int32_t label = unknown_label;
};

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_hidden(const fs::path& path) {
  return path.filename().string().front() == '.';
}

bool ends_in(const fs::path& path, std::initializer_list<const char*> endings) {
  std::string ending = path.extension().string();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

// Whether it ends as pictures do; refuses those of other formats.
bool is_named_as_picture(const fs::path& path) {
  if (ends_in(path, {".png", ".jpg", ".jpeg"})) return true;
  if (ends_in(path, {".avif", ".bmp", ".gif", ".heic", ".pbm", ".pgm", ".ppm",
                     ".tif", ".tiff", ".webp"})) {
    throw input_error(path.string(), "", "is neither PNG nor JPEG",
                      "convert it, or take it out of the folder");
  }
  return false;
}

[[noreturn]] void refuse_unreadable(const fs::path& path,
                                    const std::error_code& error) {
  throw input_error(path.string(), "", "cannot be read", error.message());
}

// What is in a folder, sorted, without what is hidden.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (!is_hidden(at->path())) found.push_back(at->path());
  }
  if (error) refuse_unreadable(folder, error);
  std::sort(found.begin(), found.end());
  return found;
}

// Pictures of a folder and of all folders in it, sorted.
std::vector<fs::path> pictures_below(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(error) && is_named_as_picture(at->path())) {
      found.push_back(at->path());
    }
    if (error) refuse_unreadable(at->path(), error);
  }
  if (error) refuse_unreadable(folder, error);
  std::sort(found.begin(), found.end());
  return found;
}

std::int32_t class_of(const fs::path& folder, const package& model) {
  const std::string name = folder.filename().string();
  const auto& names = model.class_names;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) {
    return static_cast<std::int32_t>(found - names.begin());
  }
  std::uint32_t number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, number);
  if (error == std::errc() && stop == end && number < model.size.classes) {
    return static_cast<std::int32_t>(number);
  }
  throw input_error(folder.string(), "",
                    "is no class of the network; did you mean '" +
                        nearest(name, names) + "'?",
                    "name folders by class, or by number: 0.." +
                        std::to_string(model.size.classes - 1));
}

std::vector<labelled_file> classes_of(const std::string& path,
                                      const std::vector<fs::path>& folders,
                                      const package& model) {
  const bool is_named = !model.class_names.empty();
  if (!is_named && folders.size() != model.size.classes) {
    throw input_error(
        path, "",
        "holds " + std::to_string(folders.size()) + " folders, the network " +
            "has " + std::to_string(model.size.classes) + " unnamed classes",
        "make a folder for each, or give the package class_names");
  }
  std::vector<labelled_file> files;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::int32_t label =
        is_named ? class_of(folders[i], model) : static_cast<std::int32_t>(i);
    const std::vector<fs::path> found = pictures_below(folders[i]);
    if (found.empty()) {
      throw input_error(folders[i].string(), "", "holds no picture",
                        "put PNG or JPEG files there, or remove it");
    }
    for (const fs::path& picture : found) files.push_back({picture, label});
  }
  return files;
}

std::vector<labelled_file> files_of(const std::string& path,
                                    const package& model) {
  if (!is_folder(path)) return {{path, unknown_label}};
  std::vector<fs::path> folders;
  std::vector<labelled_file> files;
  for (const fs::path& entry : entries(path)) {
    if (is_folder(entry)) {
      folders.push_back(entry);
    } else if (is_named_as_picture(entry)) {
      files.push_back({entry, unknown_label});
    }
  }
  if (files.empty() && folders.empty()) {
    throw input_error(path, "", "holds no picture",
                      "put PNG or JPEG files there, or a folder of them for "
                      "each class");
  }
  if (files.empty()) return classes_of(path, folders, model);
  if (folders.empty()) return files;
  throw input_error(path, "",
                    "holds pictures ('" + files[0].path.filename().string() +
                        "') and folders ('" + folders[0].filename().string() +
                        "')",
                    "leave pictures without a class, or folders of classes");
}

}  // namespace

bool holds_pictures(const std::string& path) {
  return is_folder(path) || is_picture(path) || is_named_as_picture(path);
}

image_set load_pictures(const std::string& path, const package& model,
                        const image_range& wanted) {
  const geometry& size = model.size;
  if (size.image_channels != 1 && size.image_channels != 3) {
    throw input_error(path, "",
                      "pictures have 1 or 3 channels, the network takes " +
                          std::to_string(size.image_channels),
                      "make an image set (docs/package.md)");
  }
  const fs::path base =
      is_folder(path) ? fs::path(path) : fs::path(path).parent_path();
  image_set images;
  images.name = (fs::path(path) / "").parent_path().filename().string();
  images.provenance = "pictures, scaled and cut as docs/evaluation.md tells";
  images.height = size.image_height;
  images.width = size.image_width;
  images.channels = size.image_channels;
  const std::vector<labelled_file> files = files_of(path, model);
  images.first_held = std::min(wanted.first, files.size());
  const std::size_t held =
      std::min(wanted.most, files.size() - images.first_held);
  images.pixels.reserve(held * images.image_bytes());
  for (std::size_t i = 0; i < files.size(); ++i) {
    images.labels.push_back(files[i].label);
    images.files.push_back(files[i].path.lexically_relative(base).string());
    if (i < images.first_held || i - images.first_held >= held) continue;
    const std::vector<std::uint8_t> image =
        fit_picture(read_picture(files[i].path.string()), size, model.pictures);
    images.pixels.insert(images.pixels.end(), image.begin(), image.end());
  }
  return images;
}

}  // namespace vitvp::vit
