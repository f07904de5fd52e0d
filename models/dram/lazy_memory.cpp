#include "models/dram/lazy_memory.hpp"

#include <sys/mman.h>

#include <new>

namespace vitvp::models {

lazy_memory::lazy_memory(std::size_t size) : m_size(size) {
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  m_data = static_cast<std::uint8_t*>(pages);
}

lazy_memory::~lazy_memory() {
  munmap(m_data, m_size);
}

}  // namespace vitvp::models
