#include "models/row_engine/dot_tile.hpp"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vitvp::models {
namespace {

using tile_function = void (*)(const std::int16_t*, std::size_t,
                               const std::int16_t*, std::size_t, std::int32_t*);
using tile_table = std::array<tile_function, tile_rows>;

template <std::size_t rows>
void portable_tile(const std::int16_t* a, std::size_t a_stride,
                   const std::int16_t* b, std::size_t pairs,
                   std::int32_t* acc) {
  for (std::size_t p = 0; p < pairs; ++p) {
    const std::int16_t* pair = b + p * 2 * tile_columns;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int32_t a0 = a[r * a_stride + 2 * p];
      const std::int32_t a1 = a[r * a_stride + 2 * p + 1];
      std::int32_t* row = acc + r * tile_columns;
      for (std::size_t c = 0; c < tile_columns; ++c) {
        const std::int32_t sum = a0 * pair[2 * c] + a1 * pair[2 * c + 1];
        row[c] = static_cast<std::int32_t>(static_cast<std::uint32_t>(row[c]) +
                                           static_cast<std::uint32_t>(sum));
      }
    }
  }
}

constexpr tile_table portable_tiles{portable_tile<1>, portable_tile<2>,
                                    portable_tile<3>, portable_tile<4>,
                                    portable_tile<5>, portable_tile<6>};

#if defined(__x86_64__)

__attribute__((target("avx2"))) inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

/// pmaddwd adds two products of i16 into i32 without saturating.
template <std::size_t rows>
__attribute__((target("avx2"))) void avx2_tile(const std::int16_t* a,
                                               std::size_t a_stride,
                                               const std::int16_t* b,
                                               std::size_t pairs,
                                               std::int32_t* acc) {
  __m256i low[rows];
  __m256i high[rows];
  for (std::size_t r = 0; r < rows; ++r) {
    low[r] = load(acc + r * tile_columns);
    high[r] = load(acc + r * tile_columns + 8);
  }
  for (std::size_t p = 0; p < pairs; ++p) {
    const __m256i b_low = load(b + p * 2 * tile_columns);
    const __m256i b_high = load(b + p * 2 * tile_columns + 16);
    for (std::size_t r = 0; r < rows; ++r) {
      std::int32_t pair = 0;
      std::memcpy(&pair, a + r * a_stride + 2 * p, sizeof pair);
      const __m256i a_pair = _mm256_set1_epi32(pair);
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(a_pair, b_low));
      high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(a_pair, b_high));
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    auto* row = reinterpret_cast<__m256i*>(acc + r * tile_columns);
    _mm256_storeu_si256(row, low[r]);
    _mm256_storeu_si256(row + 1, high[r]);
  }
}

const tile_table& tiles() {
  static constexpr tile_table avx2_tiles{avx2_tile<1>, avx2_tile<2>,
                                         avx2_tile<3>, avx2_tile<4>,
                                         avx2_tile<5>, avx2_tile<6>};
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  return has_avx2 ? avx2_tiles : portable_tiles;
}

#else

const tile_table& tiles() {
  return portable_tiles;
}

#endif

}  // namespace

void dot_tile(std::size_t rows, const std::int16_t* a, std::size_t a_stride,
              const std::int16_t* b, std::size_t pairs, std::int32_t* acc) {
  tiles()[rows - 1](a, a_stride, b, pairs, acc);
}

}  // namespace vitvp::models
