// Zeroed memory of the host that costs nothing until it is touched.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// `size` bytes, all zero; pages are allocated at their first write. Throws
/// std::bad_alloc when not even the addresses are to be had.
class lazy_memory {
 public:
  explicit lazy_memory(std::size_t size);
  ~lazy_memory();
  lazy_memory(const lazy_memory&) = delete;
  lazy_memory& operator=(const lazy_memory&) = delete;

  std::uint8_t* data() { return m_data; }
  const std::uint8_t* data() const { return m_data; }
  std::size_t size() const { return m_size; }

 private:
  std::uint8_t* m_data = nullptr;
  std::size_t m_size = 0;
};

}  // namespace vitvp::models
