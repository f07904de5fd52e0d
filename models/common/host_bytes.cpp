#include "models/common/host_bytes.hpp"

#include <algorithm>

namespace vitvp::models {
namespace {

std::uintptr_t address(const host_bytes& bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data);
}

bool has_gaps(const host_bytes& bytes) {
  return bytes.rows > 1 && bytes.stride > bytes.row_bytes;
}

}  // namespace

/// Requires that the extents meet.
bool host_bytes::rows_meet(const host_bytes& other) const {
  const bool gaps = has_gaps(*this);
  const bool other_gaps = has_gaps(other);
  if (!gaps && !other_gaps) return true;
  if (gaps && other_gaps && stride != other.stride) return true;
  const std::uintptr_t here = address(*this);
  const std::uintptr_t there = address(other);
  const std::size_t pitch = gaps ? stride : other.stride;
  const std::size_t here_bytes = gaps ? row_bytes : extent();
  const std::size_t there_bytes = other_gaps ? other.row_bytes : other.extent();
  const std::size_t from = there >= here
                               ? (there - here) % pitch
                               : (pitch - (here - there) % pitch) % pitch;
  return from < here_bytes || from + there_bytes > pitch;
}

}  // namespace vitvp::models
