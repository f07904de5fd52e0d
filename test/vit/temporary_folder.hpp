// A folder of a test's own that goes away with it.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vitvp::vit::test {

class temporary_folder {
 public:
  temporary_folder() {
    static std::atomic<int> count{0};
    m_path = std::filesystem::temp_directory_path() /
             ("vitvp-test-" + std::to_string(getpid()) + "-" +
              std::to_string(count++));
    std::filesystem::create_directories(m_path);
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string file(const std::string& name) const {
    return (m_path / name).string();
  }

 private:
  std::filesystem::path m_path;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream),
          std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace vitvp::vit::test
