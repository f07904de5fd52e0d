// Which address belongs to which target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vitvp::models {

/// A range of addresses that a bus routes to one of its targets. The target
/// sees offsets from `base`.
struct bus_region {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  unsigned target = 0;  ///< place in the order in which `out` is bound
};

/// Regions sorted by address.
class address_map {
 public:
  /// Throws std::invalid_argument, naming the regions, if one is empty, wraps
  /// around the end of the 64-bit address space, or overlaps another.
  explicit address_map(std::vector<bus_region> regions);
  address_map(const address_map&) = delete;
  address_map& operator=(const address_map&) = delete;

  /// The region that holds `address`, or null.
  const bus_region* find(std::uint64_t address) const {
    if (m_latest != nullptr && address - m_latest->base < m_latest->size) {
      return m_latest;
    }
    return search(address);
  }
  /// The region that holds all of [address, address + bytes), or null.
  /// `bytes` 0 counts as 1.
  const bus_region* find(std::uint64_t address, std::uint64_t bytes) const {
    const bus_region* region = find(address);
    if (region == nullptr || bytes <= 1) return region;
    const std::uint64_t room = region->size - (address - region->base);
    return bytes <= room ? region : nullptr;
  }

  const std::vector<bus_region>& regions() const { return m_regions; }
  /// Targets that the regions name: the highest index plus one.
  unsigned targets() const;

 private:
  const bus_region* search(std::uint64_t address) const;

  std::vector<bus_region> m_regions;
  mutable const bus_region* m_latest = nullptr;  // that was found
};

}  // namespace vitvp::models
