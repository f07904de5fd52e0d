#include "platform/report_text.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace vitvp::platform {

std::string human(double value) {
  const char* const prefixes[] = {"", " k", " M", " G", " T", " P", " E"};
  std::size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < std::size(prefixes)) {
    value /= 1000;
    ++prefix;
  }
  int decimals = value >= 99.95 ? 1 : value >= 9.995 ? 2 : 3;
  const bool is_whole =
      value == static_cast<double>(static_cast<std::uint64_t>(value));
  if (prefix == 0 && is_whole) decimals = 0;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%s", decimals, value, prefixes[prefix]);
  return text;
}

std::string human_bytes(std::uint64_t bytes) {
  const std::string text = human(static_cast<double>(bytes));
  return text + (text.find(' ') == std::string::npos ? " B" : "B");
}

std::string percent(double part, double whole) {
  if (whole == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * part / whole);
  return text;
}

text_table::text_table(std::vector<std::string> heads) {
  m_rows.push_back(std::move(heads));
}

void text_table::add(std::vector<std::string> cells) {
  cells.resize(m_rows.front().size());
  m_rows.push_back(std::move(cells));
}

void text_table::write(std::ostream& out) const {
  std::vector<std::size_t> widths(m_rows.front().size());
  for (const auto& row : m_rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  for (const auto& row : m_rows) {
    std::string line = "  ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string fill(widths[c] - row[c].size(), ' ');
      line += c == 0 ? row[c] + fill : "  " + fill + row[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace vitvp::platform
