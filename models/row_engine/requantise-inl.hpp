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
  requantiser(const record_block& from, std::size_t c)
      : m_record{from.bias[c], from.multiplier[c], from.shift[c % 2][c / 2],
                 from.rounding[c % 2][c / 2]} {}

  void apply(value_range range, std::int32_t* value) const {
    const auto sum =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(*value) +
                                  static_cast<std::uint32_t>(m_record.bias));
    const std::int64_t scaled =
        std::int64_t{sum} * m_record.multiplier + m_record.rounding;
    *value = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        scaled >> m_record.shift, range.low, range.high));
  }

 private:
  requantisation m_record;
};

#else

/// The records of `lanes` columns: values[c] =
///   ((values[c] + bias) * multiplier + 2^(shift-1)) >> shift,
/// saturated to the range.
class requantiser {
 public:
  /// One record for all.
  explicit requantiser(const requantisation& r)
      : m_bias(hn::Set(sums(), r.bias)),
        m_even{hn::Set(sums(), r.multiplier), hn::Set(wide(), r.rounding),
               hn::Set(wide(), static_cast<std::int64_t>(r.shift))},
        m_odd(m_even) {}
  /// Those of columns c to c + lanes - 1; c is a multiple of `lanes`.
  requantiser(const record_block& from, std::size_t c)
      : m_bias(hn::LoadU(sums(), &from.bias[c])),
        m_even(part(from, c, 0)),
        m_odd(part(from, c, 1)) {
    m_odd.multiplier = upper(m_odd.multiplier);
  }

  void apply(value_range range, std::int32_t* values) const {
    const auto sum = hn::Add(hn::LoadU(sums(), values), m_bias);
    const auto even = scaled(sum, m_even, range);
    const auto odd = scaled(upper(sum), m_odd, range);
    const auto both = hn::OddEven(hn::BitCast(sums(), hn::ShiftLeft<32>(odd)),
                                  hn::BitCast(sums(), even));
    hn::StoreU(both, sums(), values);
  }

 private:
  using wide = hn::RepartitionToWide<sums>;
  using vector = hn::Vec<sums>;

  struct factors {
    vector multiplier;  // in the even lanes
    hn::Vec<wide> rounding;
    hn::Vec<wide> shift;
  };

  /// The odd lanes in the place of the even ones.
  static vector upper(vector v) {
    using unsigned_wide = hn::RebindToUnsigned<wide>;
    return hn::BitCast(sums(),
                       hn::ShiftRight<32>(hn::BitCast(unsigned_wide(), v)));
  }

  static factors part(const record_block& from, std::size_t c,
                      std::size_t odd) {
    const auto* shift =
        reinterpret_cast<const std::int64_t*>(&from.shift[odd][c / 2]);
    return {hn::LoadU(sums(), &from.multiplier[c]),
            hn::LoadU(wide(), &from.rounding[odd][c / 2]),
            hn::LoadU(wide(), shift)};
  }

  static hn::Vec<wide> scaled(vector sum, const factors& f, value_range range) {
    const auto product = hn::MulEven(sum, f.multiplier);
    const auto y = hn::Shr(hn::Add(product, f.rounding), f.shift);
    return hn::Min(hn::Max(y, hn::Set(wide(), range.low)),
                   hn::Set(wide(), range.high));
  }

  vector m_bias;
  factors m_even;
  factors m_odd;
};

#endif

}  // namespace vitvp::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // VITVP_REQUANTISE_INL
