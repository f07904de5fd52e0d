#include "product_reference.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace vitvp::rtl_test {
namespace {

template <typename value>
value load(const memory_image& memory, std::uint64_t at) {
  value v;
  std::memcpy(&v, &memory.at(at), sizeof v);
  return v;
}

std::int32_t requantise(std::int32_t sum, const product_registers& p,
                        const memory_image& memory, std::uint32_t record) {
  const std::uint32_t at = p.records + 8 * record;
  const auto multiplier = load<std::int16_t>(memory, at + 4);
  const auto shift = load<std::uint8_t>(memory, at + 6);
  std::int64_t y = std::int64_t{sum} + load<std::int32_t>(memory, at);
  y = (y * multiplier + (std::int64_t{1} << (shift - 1))) >> shift;
  const std::int64_t top = p.output == 0 ? 127 : 32767;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(y, p.relu ? 0 : -top - 1, top));
}

std::int32_t sum_of(const product_registers& p, std::uint32_t r,
                    std::uint32_t c, const memory_image& memory) {
  std::int64_t sum = 0;
  if (p.accumulate) {
    sum = load<std::int32_t>(memory,
                             p.partial + r * p.partial_row_stride + 4 * c);
  }
  for (std::uint32_t k = 0; k < p.terms; ++k) {
    const std::uint32_t term =
        p.indexed ? load<std::uint16_t>(memory, p.a_index + 2 * k) : k;
    const std::uint32_t at = p.a + r * p.a_row_stride + term * p.a_term_stride;
    const int a = p.a_unsigned ? int{load<std::uint8_t>(memory, at)}
                               : int{load<std::int8_t>(memory, at)};
    sum += a * load<std::int8_t>(memory, p.b + k * p.b_term_stride + c);
  }
  return static_cast<std::int32_t>(sum);
}

}  // namespace

std::uint32_t product_registers::mode() const {
  return std::uint32_t{a_unsigned} | std::uint32_t{indexed} << 1 |
         std::uint32_t{accumulate} << 2 | std::uint32_t{relu} << 3 |
         output << 4 | record_by << 6;
}

models::product_shape product_registers::shape() const {
  models::product_shape s;
  s.rows = rows;
  s.columns = columns;
  s.terms = terms;
  s.a_term_major = a_term_stride != 1;
  s.a_indexed = indexed;
  s.accumulate = accumulate;
  s.records_by = static_cast<models::record_by>(record_by);
  s.element_bytes = element_bytes();
  s.c_channel_major = c_column_stride != element_bytes();
  return s;
}

std::string product_registers::text() const {
  std::ostringstream text;
  text << rows << " x " << columns << " over " << terms << ", mode 0x"
       << std::hex << mode() << std::dec << ", A strides " << a_row_stride
       << ' ' << a_term_stride << ", C strides " << c_row_stride << ' '
       << c_column_stride;
  return text.str();
}

void execute(const product_registers& p, memory_image& memory) {
  const memory_image before = memory;
  for (std::uint32_t r = 0; r < p.rows; ++r) {
    for (std::uint32_t c = 0; c < p.columns; ++c) {
      std::int32_t value = sum_of(p, r, c, before);
      const std::uint32_t records[] = {c, r, 0};
      if (p.output != 2) {
        value = requantise(value, p, before, records[p.record_by]);
      }
      std::memcpy(&memory.at(p.c + r * p.c_row_stride + c * p.c_column_stride),
                  &value, p.element_bytes());
    }
  }
}

product_registers random_product(std::mt19937& random, std::uint32_t rows,
                                 std::uint32_t lanes) {
  const auto below = [&](std::uint32_t n) {
    return static_cast<std::uint32_t>(random() % n);
  };
  // Sizes about multiples of the array, as often as any.
  const auto size = [&](std::uint32_t unit) {
    if (below(3) == 0) return unit * (1 + below(2));
    return 1 + below(2 * unit + 3);
  };
  const std::uint32_t terms[] = {0, 1, 2, 3, 63, 64, 65, 127, 128, 129};
  product_registers p;
  p.rows = size(rows);
  p.columns = size(lanes);
  p.terms = below(2) == 0 ? terms[below(10)] : below(200);
  p.a_term_stride = below(2) == 0 ? 1 : 2;  // place() sets the latter
  p.a_unsigned = below(2) == 0;
  p.indexed = below(3) == 0;
  p.accumulate = below(3) == 0;
  p.relu = below(3) == 0;
  p.output = below(3);
  p.record_by = below(3);
  p.c_column_stride = below(2);  // 1: place() makes columns contiguous
  return p;
}

namespace {

/// Hands out memory and fills it.
class placer {
 public:
  placer(std::uint32_t from, std::mt19937& random, memory_image& memory)
      : m_end(from), m_random(random), m_memory(memory) {}

  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(m_random() % n);
  }
  /// Aligned and filled with bytes of which a third is extreme.
  std::uint32_t take(std::uint32_t bytes, std::uint32_t alignment) {
    const std::uint32_t at =
        (m_end + below(70) + alignment - 1) / alignment * alignment;
    m_end = at + bytes;
    m_memory.resize(std::max<std::size_t>(m_memory.size(), m_end + 128));
    const std::uint8_t extremes[] = {0, 0x80, 0x7f, 0xff};
    for (std::uint32_t i = at; i < m_end; ++i) {
      m_memory[i] = below(3) == 0 ? extremes[below(4)]
                                  : static_cast<std::uint8_t>(below(256));
    }
    return at;
  }
  template <typename value>
  void store(std::uint32_t at, value v) {
    std::memcpy(&m_memory.at(at), &v, sizeof v);
  }
  std::uint32_t end() const { return m_end; }

 private:
  std::uint32_t m_end;
  std::mt19937& m_random;
  memory_image& m_memory;
};

void place_a(product_registers& p, placer& room) {
  const std::uint32_t listed = p.indexed ? 2 * p.terms + 3 : p.terms;
  if (p.a_term_stride == 1) {
    p.a_row_stride = listed + room.below(9);
    p.a = room.take(p.a_row_stride * p.rows + listed, 1);
  } else {
    p.a_row_stride = 1;
    p.a_term_stride = std::max(2U, p.rows + room.below(9));
    p.a = room.take(p.a_term_stride * (listed + 1), 1);
  }
  if (!p.indexed) return;
  p.a_index = room.take(2 * p.terms + 2, 2);
  for (std::uint32_t k = 0; k < p.terms; ++k) {
    room.store(p.a_index + 2 * k,
               static_cast<std::uint16_t>(room.below(listed)));
  }
}

/// Multipliers and shifts of the document's ranges, whose factor suits sums of
/// this many terms often.
void place_records(product_registers& p, placer& room) {
  const std::uint32_t counts[] = {p.columns, p.rows, 1};
  const std::uint32_t count = counts[p.record_by];
  p.records = room.take(8 * count, 8);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = p.records + 8 * i;
    const auto bias = static_cast<std::int32_t>(room.below(1U << 31)) -
                      (std::int32_t{1} << 30);
    room.store(at, bias >> room.below(31));
    room.store(at + 4, static_cast<std::int16_t>(16384 + room.below(16384)));
    const std::uint32_t shift =
        room.below(4) == 0 ? 1 + room.below(62) : 15 + room.below(16);
    room.store(at + 6, static_cast<std::uint16_t>(shift));
  }
}

void place_partial(product_registers& p, placer& room) {
  p.partial_row_stride = 4 * (p.columns + room.below(5));
  p.partial = room.take(p.partial_row_stride * p.rows, 4);
  for (std::uint32_t i = 0; i < p.partial_row_stride * p.rows; i += 4) {
    room.store(p.partial + i,
               static_cast<std::int32_t>(room.below(1U << 30)) - (1 << 29));
  }
}

void place_c(product_registers& p, placer& room) {
  const std::uint32_t e = p.element_bytes();
  const bool column_major = p.c_column_stride == 1;
  const std::uint32_t inner = column_major ? p.rows : p.columns;
  const std::uint32_t outer = column_major ? p.columns : p.rows;
  const std::uint32_t stride = e * (inner + room.below(5));
  p.c = room.take(stride * outer, e);
  p.c_row_stride = column_major ? e : stride;
  p.c_column_stride = column_major ? stride : e;
}

}  // namespace

std::uint32_t place(product_registers& p, std::uint32_t from,
                    std::mt19937& random, memory_image& memory) {
  placer room(from, random, memory);
  place_a(p, room);
  p.b_term_stride = p.columns + room.below(9);
  p.b = room.take(p.b_term_stride * (p.terms + 1), 1);
  place_records(p, room);
  if (p.accumulate) place_partial(p, room);
  place_c(p, room);
  return room.end();
}

}  // namespace vitvp::rtl_test
