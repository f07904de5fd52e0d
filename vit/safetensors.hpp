// Reading and writing safetensors files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace vitvp::vit {

using tensor_shape = std::vector<std::uint64_t>;

/// What a tensor's header entry says.
struct tensor_entry {
  std::string dtype;  ///< "I8", "U8", "I16", "I32", "I64", "F32", ...
  tensor_shape shape;
  std::uint64_t begin = 0;  ///< bytes from the start of the data
  std::uint64_t end = 0;
};

using string_map = std::map<std::string, std::string>;

/// An open safetensors file. The constructor reads and checks the whole
/// header; tensors are read when asked for, so that memory use is bounded by
/// the size of the file whatever the header claims.
class safetensors_file {
 public:
  /// Throws input_error, naming file and tensor, on anything that is not a
  /// well-formed file: missing or truncated file, header length, JSON syntax,
  /// duplicate names, unknown dtype, shapes that disagree with offsets,
  /// overlaps, holes and trailing bytes.
  explicit safetensors_file(const std::string& path);

  const std::string& path() const { return m_path; }
  const string_map& metadata() const { return m_metadata; }
  const std::map<std::string, tensor_entry>& tensors() const {
    return m_tensors;
  }

  /// The values of tensor `name`, which must exist with the element type T
  /// (i8, u8, i16, i32 or i64) and exactly this shape; else input_error.
  template <typename T>
  std::vector<T> read(const std::string& name, const tensor_shape& expected);

 private:
  void read_bytes(const std::string& name, const tensor_entry& tensor,
                  void* target);
  const tensor_entry& expect(const std::string& name, const std::string& dtype,
                             const tensor_shape& expected) const;

  std::string m_path;
  std::ifstream m_stream;
  std::uint64_t m_data_start = 0;
  string_map m_metadata;
  std::map<std::string, tensor_entry> m_tensors;
};

/// A tensor to be written; `data` must outlive the call and hold the product
/// of `extents` elements.
struct tensor_source {
  std::string name;
  std::string dtype;
  tensor_shape extents;
  const void* data = nullptr;
};

/// A tensor_source of a vector of i8, u8, i16, i32 or i64.
template <typename T>
tensor_source make_tensor_source(const std::string& name,
                                 const std::vector<T>& values,
                                 const tensor_shape& extents);

/// Writes the tensors in the given order. The file appears under `path` only
/// when it is complete. Throws input_error if it cannot be written.
void save_safetensors(const std::string& path, const string_map& metadata,
                      const std::vector<tensor_source>& tensors);

}  // namespace vitvp::vit
