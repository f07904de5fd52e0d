// Values of the vector unit on plain memory, row by row: no SystemC, no time.
// Pointers need no alignment. Results may lie on the operand of the same row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

/// Softmax of `n` >= 1 scores i8 at `x` by the 256-byte exponent table `table`:
/// unnormalised weights u8 to `z`. Returns their sum, not above 255*n.
/// docs/arithmetic.md section 6.
std::uint32_t softmax_row(const std::uint8_t* x, std::size_t n,
                          const std::uint8_t* table, std::uint8_t* z);

/// The record that divides a context row by the sum of its weights and applies
/// the factor {multiplier, shift}, as 8 bytes to `record`. A sum of 0, which
/// the tables of the document exclude, counts as 1. Section 6.
void write_context_record(std::uint32_t sum, std::uint32_t multiplier,
                          std::uint32_t shift, std::uint8_t* record);

/// The channels' records of a LayerNorm, laid out for vector code. Records
/// outside of the document's range are taken as they are: shift modulo 64, no
/// rounding with shift 0.
class layer_norm {
 public:
  /// Takes `n` records of 8 bytes, 1 <= n <= 4096, and an epsilon below 2^60.
  void load(const std::uint8_t* records, std::size_t n, std::uint64_t epsilon);
  /// LayerNorm of one row of i16 at `x`: i8 to `z`. Section 5.
  void row(const std::uint8_t* x, std::uint8_t* z) const;

 private:
  // As channel_records.
  std::size_t m_width = 0;
  std::uint64_t m_epsilon = 0;
  std::vector<std::int32_t> m_multiplier;
  std::vector<std::int64_t> m_bias[2];
  std::vector<std::int64_t> m_shift[2];
};

/// sat16(x + y) of `n` values i16. Section 8.
void add_row(const std::uint8_t* x, const std::uint8_t* y, std::size_t n,
             std::uint8_t* z);

}  // namespace vitvp::models
