// Who moves how much: traffic by purpose of the memory region.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitvp::models {

/// A part of a memory that holds one kind of data ("weights"). Several parts
/// may have the same purpose.
struct purpose_region {
  std::string purpose;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct purpose_traffic {
  std::string purpose;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

/// Counts bytes by purpose. What lies in no region counts as "other".
class purpose_table {
 public:
  purpose_table();

  /// Replaces the regions and clears the counters. Throws
  /// std::invalid_argument, naming the purposes, if a region is empty, exceeds
  /// `memory_size` or overlaps another.
  void set(const std::vector<purpose_region>& regions,
           std::uint64_t memory_size);

  /// Counts [offset, offset + bytes).
  void count(std::uint64_t offset, std::uint64_t bytes, bool is_write);
  /// Whether all of [offset, offset + bytes) has one purpose.
  bool is_one(std::uint64_t offset, std::uint64_t bytes);
  /// Counts `bytes` bytes for the purpose of `offset`.
  void count_all(std::uint64_t offset, std::uint64_t bytes, bool is_write);

  void clear();
  /// One entry for each purpose, in the order of first mention; "other" first.
  const std::vector<purpose_traffic>& traffic() const { return m_traffic; }
  std::uint64_t read_bytes() const { return m_read_bytes; }
  std::uint64_t write_bytes() const { return m_write_bytes; }

 private:
  struct piece {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::size_t entry = 0;  // in m_traffic
  };
  piece find(std::uint64_t offset);
  std::size_t entry_of(const std::string& purpose);
  void add(std::size_t entry, std::uint64_t bytes, bool is_write);

  std::vector<piece> m_pieces;  // sorted, gaps belong to "other"
  piece m_latest;
  std::vector<purpose_traffic> m_traffic;
  std::uint64_t m_read_bytes = 0;
  std::uint64_t m_write_bytes = 0;
};

}  // namespace vitvp::models
