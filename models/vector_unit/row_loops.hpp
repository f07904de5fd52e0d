// The loops over a row of the vector unit's values, on the host's vectors.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// Sum and sum of squares of a row.
struct moments {
  std::int64_t sum;
  std::int64_t squares;
};

moments moments_of(const std::int16_t* x, std::size_t n);

/// What normalises the values of a row: ((width*x - sum)*factor + half) >> s.
struct normaliser {
  std::int32_t width;
  std::int32_t sum;
  std::int64_t factor;
  std::uint32_t shift;  ///< s, 1..63; half is 2^(s-1)
};

/// The channels' records; `bias` has the rounding term in it.
struct channel_records {
  const std::int64_t* bias;
  const std::int32_t* multiplier;
  const std::uint64_t* shift;
};

/// z[i] = sat8((t[i]*multiplier[i] + bias[i]) >> shift[i]), with t[i] the
/// normalised x[i], for `n` values.
void normalise_row(const normaliser& by, const std::int16_t* x, std::size_t n,
                   const channel_records& records, std::int8_t* z);

}  // namespace vitvp::models
