// Requantisation of sums by records; docs/arithmetic.md section 2. Included by
// kernel.cpp in every pass.
#if defined(VITVP_REQUANTISE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef VITVP_REQUANTISE_INL
#undef VITVP_REQUANTISE_INL
#else
#define VITVP_REQUANTISE_INL
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "models/row_engine/dot_tile-inl.hpp"
#include "models/row_engine/records.hpp"

HWY_BEFORE_NAMESPACE();
namespace vitvp::models::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

class requantiser {
 public:
  explicit requantiser(const requantisation& r) : m_record(r) {}
  explicit requantiser(const std::uint8_t* records)
      : m_record(requantisation::at(records)) {}

  std::int32_t apply(value_range range, std::int32_t value) const {
    const auto sum =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(value) +
                                  static_cast<std::uint32_t>(m_record.bias));
    const std::int64_t scaled =
        std::int64_t{sum} * m_record.multiplier + m_record.rounding;
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(
        scaled >> m_record.shift, range.low, range.high));
  }

 private:
  requantisation m_record;
};

#else

/// The records of `lanes` columns: of each value
///   ((value + bias) * multiplier + 2^(shift-1)) >> shift,
/// saturated to the range.
class requantiser {
 public:
  /// One record for all.
  explicit requantiser(const requantisation& r)
      : m_bias(hn::Set(sums(), r.bias)),
        m_even{hn::Set(sums(), r.multiplier), hn::Set(wide(), r.rounding),
               hn::Set(wide(), static_cast<std::int64_t>(r.shift))},
        m_odd(m_even) {}

  /// Those of `lanes` records that lie one behind the other.
  explicit requantiser(const std::uint8_t* records) {
    constexpr hn::Repartition<std::uint8_t, sums> bytes;
    const auto first = hn::BitCast(sums(), hn::LoadU(bytes, records));
    const auto second =
        hn::BitCast(sums(), hn::LoadU(bytes, records + 4 * lanes));
    m_bias = hn::ConcatEven(sums(), second, first);
    // Multiplier, shift and zero, of 16, 8 and 8 bits.
    const auto factors = hn::ConcatOdd(sums(), second, first);
    const auto multiplier = hn::ShiftRight<16>(hn::ShiftLeft<16>(factors));
    const auto pairs = hn::BitCast(unsigned_wide(), factors);
    m_even = with_shift(multiplier, hn::ShiftRight<16>(pairs));
    m_odd = with_shift(upper(multiplier), hn::ShiftRight<48>(pairs));
  }

  words apply(value_range range, words values) const {
    const auto sum = hn::Add(values, m_bias);
    const auto even = scaled(sum, m_even, range);
    const auto odd = scaled(upper(sum), m_odd, range);
    return hn::OddEven(hn::BitCast(sums(), hn::ShiftLeft<32>(odd)),
                       hn::BitCast(sums(), even));
  }

 private:
  using wide = hn::RepartitionToWide<sums>;
  using unsigned_wide = hn::RebindToUnsigned<wide>;

  struct factors {
    words multiplier;  // in the even lanes
    hn::Vec<wide> rounding;
    hn::Vec<wide> shift;
  };

  /// The odd lanes in the place of the even ones.
  static words upper(words v) {
    return hn::BitCast(sums(),
                       hn::ShiftRight<32>(hn::BitCast(unsigned_wide(), v)));
  }

  static factors with_shift(words multiplier, hn::Vec<unsigned_wide> shift) {
    constexpr unsigned_wide d;
    const auto by = hn::And(shift, hn::Set(d, 63));
    const auto rounding = hn::ShiftRight<1>(hn::Shl(hn::Set(d, 1), by));
    return {multiplier, hn::BitCast(wide(), rounding), hn::BitCast(wide(), by)};
  }

  static hn::Vec<wide> scaled(words sum, const factors& f, value_range range) {
    const auto product = hn::MulEven(sum, f.multiplier);
    const auto y = hn::Shr(hn::Add(product, f.rounding), f.shift);
    return hn::Min(hn::Max(y, hn::Set(wide(), range.low)),
                   hn::Set(wide(), range.high));
  }

  words m_bias;
  factors m_even;
  factors m_odd;
};

#endif

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_REQUANTISE_INL
