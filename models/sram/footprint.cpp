#include "models/sram/footprint.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vitvp::models {
namespace {

constexpr std::uint64_t most_rows = 1024;

// Where a row begins: in which bank, and at which byte of a line.
struct place {
  std::uint64_t bank = 0;
  std::uint64_t offset = 0;
};

place place_of(const bank_layout& layout, std::uint64_t address) {
  return {address / layout.line_bytes % layout.banks,
          address % layout.line_bytes};
}

// Adds up rows of the same length; knows in one step what a row does.
class bank_counter {
 public:
  bank_counter(const bank_layout& layout, std::uint64_t row_bytes)
      : m_layout(layout),
        m_end_offset((row_bytes - 1) % layout.line_bytes),
        m_rounds(((row_bytes - 1) / layout.line_bytes + 1) / layout.banks),
        m_lines(((row_bytes - 1) / layout.line_bytes + 1) % layout.banks),
        m_steps(layout.banks) {}

  // `times` rows at `at`.
  void add(const place& at, std::uint64_t times) {
    m_everywhere += times * m_rounds;
    // One line more, unless the row begins early enough in its first one.
    const bool more = at.offset + m_end_offset >= m_layout.line_bytes;
    const std::uint64_t end = at.bank + m_lines + (more ? 1 : 0);
    m_steps[at.bank] += times;
    if (end < m_layout.banks) {
      m_steps[end] -= times;
    } else {
      m_steps[0] += times;
      m_steps[end - m_layout.banks] -= times;
    }
  }

  // Ends the count.
  std::vector<std::uint64_t> beats() {
    m_steps[0] += m_everywhere;
    std::partial_sum(m_steps.begin(), m_steps.end(), m_steps.begin());
    return std::move(m_steps);
  }

 private:
  bank_layout m_layout;
  std::uint64_t m_end_offset;  // of the last byte of a row that fills its lines
  std::uint64_t m_rounds;      // through all banks, of such a row
  std::uint64_t m_lines;       // that it has beyond them
  std::uint64_t m_everywhere = 0;
  std::vector<std::uint64_t> m_steps;  // from bank to bank, modulo 2^64
};

// Rows that are `stride` apart come back to the same place after a while.
void add_strided(bank_counter& counter, const bank_layout& layout,
                 const bank_footprint& footprint) {
  const std::uint64_t repeat = std::clamp<std::uint64_t>(
      layout.period() / std::gcd(footprint.stride, layout.period()), 1,
      most_rows);
  const std::uint64_t whole = footprint.rows / repeat;
  const std::uint64_t rest = footprint.rows % repeat;
  const place step = place_of(layout, footprint.stride);
  place at = place_of(layout, footprint.address);
  for (std::uint64_t row = 0; row < std::min(repeat, footprint.rows); ++row) {
    counter.add(at, whole + (row < rest ? 1 : 0));
    at.offset += step.offset;
    at.bank += step.bank;
    if (at.offset >= layout.line_bytes) {
      at.offset -= layout.line_bytes;
      ++at.bank;
    }
    if (at.bank >= layout.banks) at.bank -= layout.banks;
  }
}

}  // namespace

std::vector<std::uint64_t> beats_of(const bank_layout& layout,
                                    const bank_footprint& footprint) {
  if (footprint.rows == 0 || footprint.row_bytes == 0) {
    return std::vector<std::uint64_t>(layout.banks);
  }
  bank_counter counter(layout, footprint.row_bytes);
  if (footprint.index == nullptr) {
    add_strided(counter, layout, footprint);
    return counter.beats();
  }
  for (std::uint64_t i = 0; i < footprint.rows; ++i) {
    const std::uint64_t row = footprint.index[i];
    const std::uint64_t address = footprint.address + row * footprint.stride;
    counter.add(place_of(layout, address), 1);
  }
  return counter.beats();
}

std::vector<std::uint64_t> spread(std::uint64_t all,
                                  const std::vector<std::uint64_t>& beats) {
  const std::uint64_t sum =
      std::accumulate(beats.begin(), beats.end(), std::uint64_t{0});
  std::vector<std::uint64_t> result;
  result.reserve(beats.size());
  std::uint64_t seen = 0;
  std::uint64_t given = 0;
  for (const std::uint64_t bank : beats) {
    seen += bank;
    const auto upto = static_cast<std::uint64_t>(static_cast<double>(all) *
                                                 static_cast<double>(seen) /
                                                 static_cast<double>(sum));
    const std::uint64_t target = seen == sum ? all : upto;
    result.push_back(target - given);
    given = target;
  }
  return result;
}

bool footprint_cache::key::operator==(const key& other) const {
  return address == other.address && rows == other.rows &&
         row_bytes == other.row_bytes && stride == other.stride &&
         bytes == other.bytes;
}

// The upper half of a sum of products with large odd numbers is a good one.
std::uint64_t footprint_cache::key::hash() const {
  return (address * 0x9e3779b97f4a7c15U + rows * 0xbf58476d1ce4e5b9U +
          row_bytes * 0x94d049bb133111ebU + stride * 0xff51afd7ed558ccdU +
          bytes * 0xc4ceb9fe1a85ec53U) >>
         32;
}

footprint_cache::footprint_cache(const bank_layout& layout)
    : m_layout(layout), m_slots(slots) {}

std::vector<std::uint64_t> footprint_cache::count(
    const bank_footprint& footprint, std::uint64_t bytes) const {
  const std::vector<std::uint64_t> beats = beats_of(m_layout, footprint);
  const std::uint64_t line = m_layout.line_bytes;
  return bytes == 0 ? beats : spread((bytes + line - 1) / line, beats);
}

const std::uint64_t* footprint_cache::beats(const bank_footprint& footprint,
                                            std::uint64_t bytes) {
  if (footprint.index != nullptr) {
    m_of_list = count(footprint, bytes);
    return m_of_list.data();
  }
  const key wanted{m_layout.in_period(footprint.address), footprint.rows,
                   footprint.row_bytes, footprint.stride, bytes};
  std::size_t slot = wanted.hash() % slots;
  for (; m_slots[slot] != 0; slot = (slot + 1) % slots) {
    const std::size_t entry = m_slots[slot] - 1U;
    if (m_keys[entry] == wanted) return m_beats.data() + entry * m_layout.banks;
  }
  if (m_keys.size() == most_entries) {
    m_keys.clear();
    m_beats.clear();
    std::fill(m_slots.begin(), m_slots.end(), std::uint16_t{0});
    slot = wanted.hash() % slots;
  }
  const std::vector<std::uint64_t> added = count(footprint, bytes);
  m_beats.insert(m_beats.end(), added.begin(), added.end());
  m_keys.push_back(wanted);
  m_slots[slot] = static_cast<std::uint16_t>(m_keys.size());
  return m_beats.data() + (m_beats.size() - m_layout.banks);
}

}  // namespace vitvp::models
