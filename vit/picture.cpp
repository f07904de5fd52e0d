#include "vit/picture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "vit/input_error.hpp"
#include "vit/picture_decoders.hpp"

namespace vitvp::vit {

namespace {

constexpr std::uint64_t largest_edge = 32768;
constexpr std::uint64_t most_pixels = std::uint64_t{1} << 26;
constexpr std::uintmax_t most_file_bytes = std::uintmax_t{1} << 28;

using bytes_of_file = std::vector<std::uint8_t>;

bool begins_with(const bytes_of_file& bytes,
                 std::initializer_list<std::uint8_t> first) {
  return bytes.size() >= first.size() &&
         std::equal(first.begin(), first.end(), bytes.begin());
}

bool is_png(const bytes_of_file& bytes) {
  return begins_with(bytes, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
}

bool is_jpeg(const bytes_of_file& bytes) {
  return begins_with(bytes, {0xff, 0xd8, 0xff});
}

// At most `most` bytes from the beginning; empty if there are none.
bytes_of_file read_bytes(const std::string& path, std::uintmax_t most) {
  std::ifstream stream(path, std::ios::binary);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!stream || error) return {};
  bytes_of_file bytes(static_cast<std::size_t>(std::min(size, most)));
  stream.read(reinterpret_cast<char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace

picture read_picture(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw input_error(path, "", "cannot be read", error.message());
  if (size == 0) throw input_error(path, "", "is empty");
  if (size > most_file_bytes) {
    throw input_error(path, "", "is larger than 256 MiB", "shrink the picture");
  }
  const bytes_of_file bytes = read_bytes(path, size);
  if (bytes.size() < size) throw input_error(path, "", "cannot be read");
  if (is_png(bytes)) return decode_png(path, bytes);
  if (is_jpeg(bytes)) return decode_jpeg(path, bytes);
  throw input_error(path, "", "is neither PNG nor JPEG, whatever its name says",
                    "convert it, or take it out of the folder");
}

bool is_picture(const std::string& path) {
  const bytes_of_file bytes = read_bytes(path, 8);
  return is_png(bytes) || is_jpeg(bytes);
}

void check_picture_size(const std::string& path, std::uint64_t height,
                        std::uint64_t width) {
  if (height >= 1 && width >= 1 && height <= largest_edge &&
      width <= largest_edge && height * width <= most_pixels) {
    return;
  }
  throw input_error(path, "",
                    "has " + std::to_string(width) + " x " +
                        std::to_string(height) + " pixels",
                    "use 1..32768 each way and at most 2^26 in all");
}

void refuse_picture(const std::string& path, const char* format,
                    const char* problem) {
  throw input_error(
      path, "", std::string("is a damaged ") + format + " (" + problem + ")",
      "replace it, or take it out of the folder");
}

}  // namespace vitvp::vit
