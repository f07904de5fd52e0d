// safetensors files as header and bytes, for tests that break them.
#pragma once

#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "test/vit/temporary_folder.hpp"

namespace vitvp::vit::test {

struct raw_file {
  nlohmann::ordered_json header;
  std::string data;
};

/// The bytes of a file with this header text, whether it is JSON or not.
inline std::string frame(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

inline std::string to_bytes(const raw_file& file) {
  return frame(file.header.dump(), file.data);
}

/// Takes a well-formed file apart.
inline raw_file take_apart(const std::string& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return {nlohmann::ordered_json::parse(bytes.substr(8, length)),
          bytes.substr(8 + length)};
}

/// Overwrites element `index` of a tensor.
template <typename T>
void poke(raw_file& file, const std::string& tensor, std::size_t index,
          T value) {
  const auto begin =
      file.header.at(tensor).at("data_offsets").at(0).get<std::size_t>();
  std::memcpy(file.data.data() + begin + index * sizeof(T), &value, sizeof(T));
}

}  // namespace vitvp::vit::test
