// The innermost loop of the row engine's values: a register tile of dot
// products over packed operands.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

constexpr std::size_t tile_rows = 6;
constexpr std::size_t tile_columns = 16;

/// acc[r][c] += sum over p < pairs of
///   a[r][2p]*b[p][c][0] + a[r][2p+1]*b[p][c][1], modulo 2^32.
/// `a` is [rows] of i16, a_stride elements apart, each two terms together; `b`
/// is [pairs][tile_columns][2]; `acc` is [rows][tile_columns]. The operands are
/// i8 or u8 values, so that two products fit i32. 1 <= rows <= tile_rows.
void dot_tile(std::size_t rows, const std::int16_t* a, std::size_t a_stride,
              const std::int16_t* b, std::size_t pairs, std::int32_t* acc);

}  // namespace vitvp::models
