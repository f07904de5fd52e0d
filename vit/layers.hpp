// The layers of docs/arithmetic.md on whole matrices. The reference composes
// them; the calibration of synthetic packages uses the accumulators as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vit/matrix.hpp"
#include "vit/package.hpp"

namespace vitvp::vit {

using matrix_i8 = matrix<std::int8_t>;
using matrix_u8 = matrix<std::uint8_t>;
using matrix_i16 = matrix<std::int16_t>;
using matrix_i32 = matrix<std::int32_t>;

/// The patches of one image as rows, `[patches, P*P*channels]` of pixel - 128;
/// `pixels` holds size.image_bytes() values. Section 4.
matrix_i8 gather_patches(const geometry& size, const std::uint8_t* pixels);

/// Accumulators `a * l.weight`, [a.rows, l.n], without bias. Requires
/// a.columns == l.k. Section 3.
matrix_i32 accumulate(const matrix_i8& a, const linear& l);

/// accumulate() over the terms in `live` only: ascending row indices of
/// l.weight, which are also columns of `a`. Section 8.
matrix_i32 accumulate_live(const matrix_i8& a, const linear& l,
                           const std::vector<std::uint16_t>& live);

/// Requantises with one record per column; section 2.
matrix_i8 requantise_columns_i8(const matrix_i32& acc, const linear& l);
matrix_i8 requantise_columns_relu(const matrix_i32& acc, const linear& l);
matrix_i16 requantise_columns_i16(const matrix_i32& acc, const linear& l);

/// The residual stream of an embedded image: position row 0, then the sum of
/// patch embeddings and positions, saturated to i16. Section 4.
matrix_i16 add_positions(const matrix_i16& embedded,
                         const std::vector<std::int16_t>& position);

/// LayerNorm of every row; section 5.
matrix_i8 normalise(const matrix_i16& x, const layer_norm& norm);

/// Accumulators of the scores of one head, `[n, n]`: query rows times key
/// rows of `qkv` [n, 3D]. Section 6.
matrix_i32 accumulate_scores(const matrix_i8& qkv, std::size_t head,
                             std::size_t head_width);

/// Requantises with one record for the whole tensor; section 6.
matrix_i8 requantise_tensor_i8(const matrix_i32& acc, const record& r);

/// Exponents `[n, n]` and their row sums.
struct exponents {
  matrix_u8 values;
  std::vector<std::uint32_t> sums;
};

/// Softmax of every row of `scores`, not yet divided; section 6.
exponents softmax(const matrix_i8& scores, const softmax_table& table);

/// Accumulators of the context of one head, `[n, d]`: exponents times value
/// rows of `qkv`. Section 6.
matrix_i32 accumulate_context(const exponents& e, const matrix_i8& qkv,
                              std::size_t head, std::size_t head_width);

/// Requantises row i with the record that divides it by sums[i], into the
/// columns from `first_column` on of `context`. Section 6.
void requantise_context(const matrix_i32& acc,
                        const std::vector<std::uint32_t>& sums,
                        const record& factor, std::size_t first_column,
                        matrix_i8& context);

/// Adds one head's share to the tokens' importance; section 7.
void add_importance(const exponents& e, std::vector<std::uint32_t>& importance);

/// The rows of `m` in `rows`, in that order; section 7.
template <typename T>
matrix<T> take_rows(const matrix<T>& m,
                    const std::vector<std::uint16_t>& rows) {
  matrix<T> result(rows.size(), m.columns);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < m.columns; ++c) result(r, c) = m(rows[r], c);
  }
  return result;
}

/// `x = sat16(x + branch)`, element by element; section 8.
void add_residual(matrix_i16& x, const matrix_i16& branch);

/// Ascending indices of the columns whose maximum exceeds `threshold`;
/// section 8.
std::vector<std::uint16_t> live_channels(const matrix_i8& hidden,
                                         int threshold);

/// 0, 1, ..., count - 1.
std::vector<std::uint16_t> all_indices(std::size_t count);

}  // namespace vitvp::vit
