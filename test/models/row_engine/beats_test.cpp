// The row engine's beats against counts made by hand from docs/rtl.md, and
// against the cycle rule for random shapes.
#include "models/row_engine/beats.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <utility>

using namespace vitvp::models;
using port = row_engine_port;

namespace {

constexpr row_engine_geometry array{8, 64};

/// A command with operands 64 KiB apart and strides that leave no gaps.
product_command command_of(std::uint32_t rows, std::uint32_t columns,
                           std::uint32_t terms) {
  product_command d;
  d.values.rows = d.shape.rows = rows;
  d.values.columns = d.shape.columns = columns;
  d.values.terms = d.shape.terms = terms;
  d.a_address = d.a_used.address = 0x10000;
  d.values.a_row_stride = terms;
  d.values.a_term_stride = 1;
  d.index_address = 0x20000;
  d.b_address = 0x30000;
  d.values.b_term_stride = columns;
  d.partial_address = 0x40000;
  d.values.partial_row_stride = std::size_t{4} * columns;
  d.records_address = 0x50000;
  d.c_address = 0x60000;
  d.values.c_row_stride = columns;
  d.values.c_column_stride = 1;
  return d;
}

/// All beats of a port that are left.
std::vector<row_engine_beat> beats(beat_schedule& schedule, port p) {
  std::vector<row_engine_beat> found;
  while (const auto beat = schedule.front(p)) {
    found.push_back(*beat);
    schedule.pop(p);
  }
  return found;
}

void check(const row_engine_beat& beat, std::uint64_t cycle,
           std::uint32_t address, std::uint32_t count,
           std::uint32_t stride = 0) {
  CHECK(beat.cycle == cycle);
  CHECK(beat.address == address);
  CHECK(beat.count == count);
  CHECK(beat.stride == stride);
}

}  // namespace

TEST_CASE("a tile's beats lie where the stages say") {
  // Rows are read from the end of set-up, 4, on; the first row of B two cycles
  // before the first step, which is at 4 + 2 + 8 = 14.
  beat_schedule schedule(command_of(8, 64, 100), nullptr, array);
  const auto a = beats(schedule, port::a);
  REQUIRE(a.size() == 16);
  check(a[0], 4, 0x10000, 64);
  check(a[7], 11, 0x10000 + 7 * 100, 64);
  // The second chunk is loaded from the first step on.
  check(a[8], 12, 0x10000 + 64, 36);
  CHECK(a[8].row == 0);
  CHECK(a[8].term == 64);
  const auto b = beats(schedule, port::b);
  REQUIRE(b.size() == 100);
  check(b[0], 12, 0x30000, 64);
  check(b[99], 12 + 99, 0x30000 + 99 * 64, 64);
  // The last step is at 113, the first sum is read out at 114: its record comes
  // a cycle before, C is written four cycles after it.
  const auto records = beats(schedule, port::records);
  REQUIRE(records.size() == 64);
  check(records[1], 114, 0x50000 + 8, 1);
  const auto c = beats(schedule, port::c);
  REQUIRE(c.size() == 64);
  check(c[0], 118, 0x60000, 8, 64);
  check(c[63], 181, 0x60000 + 63, 8, 64);
  CHECK(c[63].column == 63);
  CHECK(beats(schedule, port::index).empty());
  CHECK(beats(schedule, port::partial).empty());
}

TEST_CASE("a list is read two cycles ahead of its terms") {
  product_command d = command_of(2, 3, 2);
  d.shape.a_indexed = true;
  const std::uint16_t list[] = {5, 0};
  beat_schedule schedule(d, list, array);
  const auto index = beats(schedule, port::index);
  const auto a = beats(schedule, port::a);
  REQUIRE(index.size() == 4);
  REQUIRE(a.size() == 4);
  check(index[0], 4, 0x20000, 1);
  check(index[1], 5, 0x20000, 1);
  check(a[0], 6, 0x10000 + 5, 1);
  check(a[1], 7, 0x10000 + 2 + 5, 1);
  // The first step leaves the sequencer at 6.
  check(index[2], 6, 0x20000 + 2, 1);
  check(a[3], 9, 0x10000 + 2, 1);
  check(beats(schedule, port::b)[0], 8, 0x30000, 3);
}

TEST_CASE("without terms the array is two stages nearer") {
  // A tile's step at 4, its read-out from 5 on.
  product_command d = command_of(3, 70, 0);
  d.shape.records_by = d.values.records_by = record_by::row;
  beat_schedule schedule(d, nullptr, array);
  CHECK(beats(schedule, port::a).empty());
  CHECK(beats(schedule, port::b).empty());
  const auto records = beats(schedule, port::records);
  REQUIRE(records.size() == 2);
  check(records[0], 4, 0x50000, 3);
  check(records[1], 68, 0x50000, 3);
  CHECK(beats(schedule, port::c).front().cycle == 9);
}

TEST_CASE("term-major rows come 64 at a time, partial sums before their sum") {
  product_command d = command_of(100, 2, 3);
  d.shape.a_term_major = true;
  d.values.a_row_stride = 1;
  d.values.a_term_stride = 100;
  d.shape.accumulate = true;
  beat_schedule schedule(d, nullptr, {128, 64});
  const auto a = beats(schedule, port::a);
  REQUIRE(a.size() == 6);
  check(a[0], 4, 0x10000, 64);
  check(a[1], 5, 0x10000 + 64, 36);
  check(a[2], 6, 0x10000 + 100, 64);
  // Steps at 8, 10, 12; the first column's partial sums are there at 13.
  const auto partial = beats(schedule, port::partial);
  REQUIRE(partial.size() == 2);
  check(partial[0], 13, 0x40000, 100, 8);
  check(partial[1], 15, 0x40000 + 4, 100, 8);
  check(beats(schedule, port::c)[0], 18, 0x60000, 100, 2);
}

TEST_CASE("cycles are classed from the first step to the last") {
  // Two tiles of 65 terms: the second one's loads are not hidden.
  beat_schedule schedule(command_of(16, 64, 65), nullptr, array);
  const auto compute = [&](std::uint64_t from, std::uint64_t to,
                           std::uint32_t expected) {
    for (std::uint64_t i = from; i < to; ++i) {
      INFO("cycle " << i);
      REQUIRE(schedule.cycle_class(i) == expected);
    }
  };
  compute(0, 14, 4);
  compute(14, 79, 1);
  compute(79, 86, 2);
  compute(86, 151, 1);
  compute(151, 219, 4);
}

namespace {

class random_product {
 public:
  explicit random_product(unsigned seed) : m_random(seed) {}

  std::uint32_t upto(std::uint32_t n) {
    return 1 + static_cast<std::uint32_t>(m_random() % n);
  }
  bool coin() { return m_random() % 2 == 0; }

  product_command next() {
    product_command d = command_of(upto(90), upto(90), upto(200) - 1);
    d.shape.a_term_major = coin();
    d.shape.a_indexed = coin();
    d.shape.accumulate = coin();
    d.shape.c_channel_major = coin();
    d.shape.element_bytes = 1U << (upto(3) - 1);
    d.shape.records_by = d.values.records_by =
        static_cast<record_by>(upto(3) - 1);
    return d;
  }

 private:
  std::mt19937 m_random;
};

std::uint64_t lines(const std::vector<row_engine_beat>& all) {
  std::uint64_t sum = 0;
  for (const row_engine_beat& beat : all) sum += (beat.count + 63) / 64;
  return sum;
}

}  // namespace

TEST_CASE("random products end with the rule, and class by class") {
  constexpr unsigned seed = 515;
  random_product random(seed);
  for (unsigned i = 0; i < 300; ++i) {
    INFO("seed " << seed << ", product " << i);
    const product_command d = random.next();
    const row_engine_geometry size{random.upto(100), random.upto(70)};
    const std::vector<std::uint16_t> list(d.shape.terms);
    beat_schedule schedule(d, d.shape.a_indexed ? list.data() : nullptr, size);
    const cycle_breakdown rule = product_cycles(d.shape, size);
    std::uint64_t classes[5] = {};
    for (std::uint64_t c = 0; c < rule.total(); ++c) {
      ++classes[schedule.cycle_class(c)];
    }
    CHECK(classes[1] == rule.compute);
    CHECK(classes[2] == rule.operand_wait);
    CHECK(classes[4] == rule.control);

    const product_beats counted = beats_of(d.shape, size);
    CHECK(beats(schedule, port::a).size() == counted.a);
    CHECK(lines(beats(schedule, port::b)) == counted.b);
    CHECK(beats(schedule, port::c).back().cycle + 1 == rule.total());
  }
}

TEST_CASE("a port has one beat in a cycle") {
  constexpr unsigned seed = 516;
  random_product random(seed);
  for (unsigned i = 0; i < 100; ++i) {
    INFO("seed " << seed << ", product " << i);
    const product_command d = random.next();
    const row_engine_geometry size{random.upto(100), random.upto(70)};
    const std::vector<std::uint16_t> list(d.shape.terms);
    beat_schedule schedule(d, d.shape.a_indexed ? list.data() : nullptr, size);
    for (unsigned p = 0; p < row_engine_port_count; ++p) {
      const auto all = beats(schedule, static_cast<port>(p));
      const auto clash = std::adjacent_find(
          all.begin(), all.end(), [](const auto& one, const auto& next) {
            return next.cycle <= one.cycle;
          });
      CHECK(clash == all.end());
    }
  }
}
