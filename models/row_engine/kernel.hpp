// Values of a row engine command on plain memory: no SystemC, no time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

/// MODE.OUTPUT of the row engine.
enum class output_format : std::uint32_t { i8 = 0, i16 = 1, i32 = 2 };
/// MODE.RECORD_BY of the row engine.
enum class record_by : std::uint32_t { column = 0, row = 1, tensor = 2 };

/// A requantisation record as it lies in memory takes this many bytes: bias
/// i32, multiplier i16, shift u8, zero u8.
constexpr std::size_t record_bytes = 8;

/// Operands of one product. Strides in bytes; no pointer needs alignment.
struct product {
  /// If not 0, products with the same number have the same A.
  std::uint64_t number = 0;

  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t terms = 0;  ///< 0..32767

  const std::uint8_t* a = nullptr;  ///< A[r][k] at r*a_row + k'*a_term
  std::size_t a_row_stride = 0;
  std::size_t a_term_stride = 0;
  const std::uint16_t* a_index = nullptr;  ///< k' = a_index[k], null: k' = k
  bool a_unsigned = false;

  const std::uint8_t* b = nullptr;  ///< i8, columns contiguous
  std::size_t b_term_stride = 0;

  const std::uint8_t* partial = nullptr;  ///< i32, columns contiguous, or null
  std::size_t partial_row_stride = 0;

  const std::uint8_t* records = nullptr;  ///< unless output is i32
  record_by records_by = record_by::column;
  bool relu = false;
  output_format output = output_format::i8;

  std::uint8_t* c = nullptr;
  std::size_t c_row_stride = 0;
  std::size_t c_column_stride = 0;
};

/// Columns that are multiplied together: parts of a product are best a multiple
/// of these.
constexpr std::uint32_t product_panel = 32;

/// Columns [first, first + count) of a product, a product of their own.
product columns_of(const product& p, std::uint32_t first, std::uint32_t count);

/// Room that a product needs; keeps its size from one product to the next, and
/// what it holds of A.
struct product_workspace {
  std::uint64_t number = 0;
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
};

/// C[r][c] = f(P[r][c] + sum over k of A[r][k]*B[k][c]), exact for every
/// operand; docs/arithmetic.md sections 2 and 3. Sums, also with the partial
/// sum and the bias, are i32 and wrap around, which the ranges of the document
/// exclude. f requantises and saturates, as i32 it is the identity. Records
/// outside of the document's range are taken as they are: shift modulo 64, no
/// rounding with shift 0.
/// C may lie on P, at equal addresses and strides, whatever its format; it must
/// not overlap A, B, the records or the index list in any case, nor P in
/// another.
void multiply(const product& p, product_workspace& room);

}  // namespace vitvp::models
