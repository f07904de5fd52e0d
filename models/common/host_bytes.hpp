// Where bytes lie in the host's memory, and whether two such places meet.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// `rows` rows of `row_bytes` bytes, the next `stride` bytes behind the one
/// before. None with rows or row_bytes 0.
struct host_bytes {
  const std::uint8_t* data = nullptr;
  std::size_t rows = 1;
  std::size_t row_bytes = 0;
  std::size_t stride = 0;

  bool empty() const { return rows == 0 || row_bytes == 0; }
  /// Bytes from the first to behind the last one; requires that there are any.
  std::size_t extent() const { return (rows - 1) * stride + row_bytes; }
  const std::uint8_t* end() const { return data + extent(); }
  /// Whether there is a byte that lies in both, where neither is empty; may be
  /// true of others, too, whose extents meet, but for columns beside each other
  /// in rows of one stride.
  bool meets(const host_bytes& other) const {
    return data < other.end() && other.data < end() && rows_meet(other);
  }

 private:
  bool rows_meet(const host_bytes& other) const;
};

}  // namespace vitvp::models
