#include "models/vector_unit/kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/common/byte_rows.hpp"
#include "models/vector_unit/row_loops.hpp"

namespace vitvp::models {
namespace {

std::uint32_t bit_length(std::uint64_t x) {
  return x == 0 ? 0 : 64 - static_cast<std::uint32_t>(__builtin_clzll(x));
}

std::uint64_t square_root(std::uint64_t x) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(x)));
  while (root * root > x) --root;
  while ((root + 1) * (root + 1) <= x) ++root;
  return root;
}

normaliser normaliser_of(const moments& m, std::size_t n,
                         std::uint64_t epsilon) {
  const auto width = static_cast<std::int64_t>(n);
  const std::uint64_t variance =
      static_cast<std::uint64_t>(width * m.squares - m.sum * m.sum) + epsilon;
  const std::uint64_t q = std::max<std::uint64_t>(1, square_root(variance));
  const std::uint32_t e = bit_length(q);
  const std::uint64_t reciprocal = (std::uint64_t{1} << (e + 15)) / q;
  return {static_cast<std::int32_t>(width), static_cast<std::int32_t>(m.sum),
          static_cast<std::int32_t>(reciprocal), e + 4};
}

}  // namespace

std::uint32_t softmax_row(const std::uint8_t* x, std::size_t n,
                          const std::uint8_t* table, std::uint8_t* z) {
  const std::int8_t most = largest_i8(x, n);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = table[most - static_cast<std::int8_t>(x[i])];
  }
  return sum_u8(z, n);
}

void write_context_record(std::uint32_t sum, std::uint32_t multiplier,
                          std::uint32_t shift, std::uint8_t* record) {
  const std::uint32_t divisor = std::max(sum, 1U);
  const std::uint32_t e = bit_length(divisor);
  const auto quotient =
      static_cast<std::uint32_t>((std::uint64_t{multiplier} << e) / divisor);
  const bool halve = quotient >= 32768;
  const auto factor =
      static_cast<std::uint16_t>(halve ? quotient / 2 : quotient);
  std::memset(record, 0, 8);
  std::memcpy(record + 4, &factor, sizeof factor);
  record[6] = static_cast<std::uint8_t>(shift + e - (halve ? 1 : 0));
}

void layer_norm::load(const std::uint8_t* records, std::size_t n,
                      std::uint64_t epsilon) {
  m_width = n;
  m_epsilon = epsilon;
  m_multiplier.resize(n + most_lanes);
  for (const std::size_t odd : {0U, 1U}) {
    m_bias[odd].resize((n + most_lanes) / 2 + 1);
    m_shift[odd].resize((n + most_lanes) / 2 + 1);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t* record = records + 8 * i;
    std::int32_t bias = 0;
    std::int16_t multiplier = 0;
    std::memcpy(&bias, record, sizeof bias);
    std::memcpy(&multiplier, record + 4, sizeof multiplier);
    const unsigned shift = record[6] & 63U;
    const std::int64_t half = shift == 0 ? 0 : std::int64_t{1} << (shift - 1);
    m_multiplier[i] = multiplier;
    m_bias[i % 2][i / 2] = bias + half;
    m_shift[i % 2][i / 2] = shift;
  }
}

void layer_norm::row(const std::uint8_t* x, std::uint8_t* z) const {
  const moments m = moments_of(x, m_width);
  normalise_row(normaliser_of(m, m_width, m_epsilon), x, m_width,
                {m_multiplier.data(),
                 {m_bias[0].data(), m_bias[1].data()},
                 {m_shift[0].data(), m_shift[1].data()}},
                z);
}

}  // namespace vitvp::models
