// Numbers and tables for people.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace vitvp::platform {

/// Three or four digits and a decimal prefix: "1.235 M", "999", "12.80 k".
std::string human(double value);
/// human() with "B": "3.300 MB".
std::string human_bytes(std::uint64_t bytes);
/// "61.5 %" of a share; "-" if `whole` is 0.
std::string percent(double part, double whole);

/// Rows of cells in aligned columns.
class text_table {
 public:
  /// The first column is aligned to the left, the others to the right.
  explicit text_table(std::vector<std::string> heads);

  /// Missing cells are empty; more than there are heads are dropped.
  void add(std::vector<std::string> cells);
  void write(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> m_rows;
};

}  // namespace vitvp::platform
