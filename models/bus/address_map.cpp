#include "models/bus/address_map.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace vitvp::models {
namespace {

std::string describe(const bus_region& region) {
  std::ostringstream text;
  text << "'" << region.name << "' at 0x" << std::hex << region.base
       << ", size 0x" << region.size;
  return text.str();
}

std::uint64_t last(const bus_region& region) {
  return region.base + (region.size - 1);
}

void check_region(const bus_region& region) {
  if (region.size == 0) {
    throw std::invalid_argument("map: region " + describe(region) +
                                " is empty");
  }
  if (last(region) < region.base) {
    throw std::invalid_argument("map: region " + describe(region) +
                                " wraps around the end of the address space");
  }
}

}  // namespace

address_map::address_map(std::vector<bus_region> regions)
    : m_regions(std::move(regions)) {
  std::for_each(m_regions.begin(), m_regions.end(), check_region);
  std::stable_sort(
      m_regions.begin(), m_regions.end(),
      [](const bus_region& a, const bus_region& b) { return a.base < b.base; });
  const auto overlap =
      std::adjacent_find(m_regions.begin(), m_regions.end(),
                         [](const bus_region& a, const bus_region& b) {
                           return last(a) >= b.base;
                         });
  if (overlap != m_regions.end()) {
    throw std::invalid_argument("map: region " + describe(overlap[0]) +
                                " overlaps region " + describe(overlap[1]));
  }
}

const bus_region* address_map::search(std::uint64_t address) const {
  const auto above =
      std::upper_bound(m_regions.begin(), m_regions.end(), address,
                       [](std::uint64_t value, const bus_region& region) {
                         return value < region.base;
                       });
  if (above == m_regions.begin()) return nullptr;
  const bus_region& region = *(above - 1);
  if (address - region.base >= region.size) return nullptr;
  m_latest = &region;
  return m_latest;
}

unsigned address_map::targets() const {
  unsigned count = 0;
  for (const bus_region& region : m_regions) {
    count = std::max(count, region.target + 1);
  }
  return count;
}

}  // namespace vitvp::models
