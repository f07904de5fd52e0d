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

/// Of `n` values i16; x needs no alignment.
moments moments_of(const std::uint8_t* x, std::size_t n);

/// What normalises the values of a row: ((width*x - sum)*factor + half) >> s,
/// which fits i32.
struct normaliser {
  std::int32_t width;
  std::int32_t sum;
  std::int32_t factor;
  std::uint32_t shift;  ///< s, 1..63; half is 2^(s-1)
};

/// Channels that are normalised together: records are laid out for so many more
/// than there are.
constexpr std::size_t most_lanes = 16;

/// The channels' records; `bias` has the rounding term in it. What has 64 bits
/// is apart for even channels, [0], and odd ones.
struct channel_records {
  const std::int32_t* multiplier;
  const std::int64_t* bias[2];
  const std::int64_t* shift[2];
};

/// z[i] = sat8((t[i]*multiplier[i] + bias[i]) >> shift[i]), with t[i] the
/// normalised x[i], for `n` values i16; no pointer to values needs alignment.
/// z may be x.
void normalise_row(const normaliser& by, const std::uint8_t* x, std::size_t n,
                   const channel_records& records, std::uint8_t* z);

}  // namespace vitvp::models
