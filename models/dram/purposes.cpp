#include "models/dram/purposes.hpp"

#include <algorithm>
#include <stdexcept>

namespace vitvp::models {

purpose_table::purpose_table() : m_traffic{{"other", 0, 0}} {}

void purpose_table::set(const std::vector<purpose_region>& regions,
                        std::uint64_t memory_size) {
  std::vector<purpose_region> sorted = regions;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const purpose_region& a, const purpose_region& b) {
                     return a.offset < b.offset;
                   });
  for (const purpose_region& region : sorted) {
    if (region.size == 0 || region.offset >= memory_size ||
        region.size > memory_size - region.offset) {
      throw std::invalid_argument("purposes: region '" + region.purpose +
                                  "' is empty or exceeds the memory");
    }
  }
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].offset + sorted[i - 1].size <= sorted[i].offset) continue;
    throw std::invalid_argument("purposes: region '" + sorted[i - 1].purpose +
                                "' overlaps region '" + sorted[i].purpose +
                                "'");
  }
  m_traffic = {{"other", 0, 0}};
  for (const purpose_region& region : regions) entry_of(region.purpose);
  m_pieces.clear();
  for (const purpose_region& region : sorted) {
    m_pieces.push_back(
        {region.offset, region.offset + region.size, entry_of(region.purpose)});
  }
  m_latest = piece();
  clear();
}

std::size_t purpose_table::entry_of(const std::string& purpose) {
  const auto same = [&](const purpose_traffic& entry) {
    return entry.purpose == purpose;
  };
  const auto found = std::find_if(m_traffic.begin(), m_traffic.end(), same);
  const auto index = static_cast<std::size_t>(found - m_traffic.begin());
  if (found == m_traffic.end()) m_traffic.push_back({purpose, 0, 0});
  return index;
}

// The piece that holds `offset`, or the gap between two.
purpose_table::piece purpose_table::find(std::uint64_t offset) {
  if (m_latest.begin <= offset && offset < m_latest.end) return m_latest;
  const auto above = std::upper_bound(
      m_pieces.begin(), m_pieces.end(), offset,
      [](std::uint64_t value, const piece& p) { return value < p.begin; });
  piece gap;
  gap.end = above == m_pieces.end() ? ~std::uint64_t{0} : above->begin;
  m_latest = gap;
  if (above != m_pieces.begin()) {
    const piece& below = *(above - 1);
    gap.begin = below.end;
    m_latest = offset < below.end ? below : gap;
  }
  return m_latest;
}

void purpose_table::add(std::size_t entry, std::uint64_t bytes, bool is_write) {
  (is_write ? m_write_bytes : m_read_bytes) += bytes;
  purpose_traffic& traffic = m_traffic[entry];
  (is_write ? traffic.write_bytes : traffic.read_bytes) += bytes;
}

void purpose_table::count(std::uint64_t offset, std::uint64_t bytes,
                          bool is_write) {
  while (bytes > 0) {
    const piece here = find(offset);
    const std::uint64_t part = std::min(bytes, here.end - offset);
    add(here.entry, part, is_write);
    offset += part;
    bytes -= part;
  }
}

bool purpose_table::is_one(std::uint64_t offset, std::uint64_t bytes) {
  return bytes <= find(offset).end - offset;
}

void purpose_table::count_all(std::uint64_t offset, std::uint64_t bytes,
                              bool is_write) {
  add(find(offset).entry, bytes, is_write);
}

void purpose_table::clear() {
  m_read_bytes = m_write_bytes = 0;
  for (purpose_traffic& entry : m_traffic) {
    entry.read_bytes = entry.write_bytes = 0;
  }
}

}  // namespace vitvp::models
