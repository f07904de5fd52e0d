// Values of the row engine against the sums of arithmetic.md, written down
// plainly.
#include <registers/row_engine.hpp>

#include "models/row_engine/row_engine.hpp"
#include "test/models/common/engine_bench.hpp"

namespace {

namespace regs = vitvp::registers::row_engine;
using vitvp::models::row_engine;
using vitvp::models::row_engine_config;
using namespace vitvp::test;
using bench = engine_bench<row_engine, row_engine_config>;

struct setting {
  std::uint32_t rows, columns, terms;
  std::uint32_t a, a_row, a_term, index, b, b_term, c, c_row, c_column;
  std::uint32_t partial, partial_row, records;
  bool a_unsigned, indexed, accumulate, relu;
  std::uint32_t output, records_by;

  std::uint32_t element() const { return 1U << output; }
  std::uint32_t mode() const {
    return regs::MODE_A_UNSIGNED.set(a_unsigned) |
           regs::MODE_A_INDEXED.set(indexed) |
           regs::MODE_ACCUMULATE.set(accumulate) | regs::MODE_RELU.set(relu) |
           regs::MODE_OUTPUT.set(output) | regs::MODE_RECORD_BY.set(records_by);
  }
};

struct limits {
  std::uint32_t rows = 40;
  std::uint32_t columns = 150;
  std::uint32_t terms = 200;
  bool exact = false;  ///< these sizes, not up to them
};

setting random_setting(random_source& random, const limits& most) {
  setting s{};
  const auto up_to = [&](std::uint64_t n) {
    return static_cast<std::uint32_t>(random.between(0, n));
  };
  s.rows = most.exact ? most.rows : 1 + up_to(most.rows - 1);
  s.columns = most.exact ? most.columns : 1 + up_to(most.columns - 1);
  s.terms = most.exact ? most.terms : up_to(most.terms);
  s.a_unsigned = random.chance(50);
  s.indexed = random.chance(40);
  s.accumulate = random.chance(40);
  s.relu = random.chance(40);
  s.output = up_to(2);
  s.records_by = up_to(2);
  const std::uint32_t listed = s.terms + (s.indexed ? up_to(60) : 0) + 1;
  if (random.chance(50)) {
    s.a_term = 1;
    s.a_row = listed + up_to(20);
  } else {
    s.a_row = 1;
    s.a_term = s.rows + up_to(20);
  }
  s.b_term = s.columns + up_to(20);
  const std::uint32_t e = s.element();
  if (random.chance(50)) {
    s.c_column = e;
    s.c_row = (s.columns + up_to(5)) * e;
  } else {
    s.c_row = e;
    s.c_column = (s.rows + up_to(5)) * e;
  }
  s.partial_row = (s.columns + up_to(5)) * 4;
  allocator room(bench::memory_base, random);
  const auto bytes = [](std::uint64_t count, std::uint64_t each) {
    return count * each;
  };
  s.a = room.take(std::max(bytes(s.rows, s.a_row), bytes(listed, s.a_term)), 1);
  s.index = room.take(bytes(s.terms, 2), 2);
  s.b = room.take(bytes(s.terms, s.b_term), 1);
  s.partial = room.take(bytes(s.rows, s.partial_row), 4);
  s.records = room.take(bytes(std::max(s.rows, s.columns), 8), 8);
  s.c = room.take(
      std::max(bytes(s.rows, s.c_row), bytes(s.columns, s.c_column)), e);
  return s;
}

void fill_memory(test_memory& memory, const setting& s, random_source& random) {
  for (std::uint8_t& b : memory.bytes) b = random.extreme_byte();
  for (std::uint32_t k = 0; k < s.terms; ++k) {
    const std::uint32_t beyond = s.indexed ? 10 : 0;
    memory.store(s.index + 2 * k, static_cast<std::uint16_t>(random.between(
                                      0, std::min(s.terms + beyond, s.terms))));
  }
  for (std::uint32_t i = 0; i < std::max(s.rows, s.columns); ++i) {
    const auto bias =
        static_cast<std::int32_t>(random.between(0, 1U << 31)) - (1 << 30);
    memory.store(s.records + 8 * i, random.chance(20) ? bias : bias / 65536);
    memory.store(s.records + 8 * i + 4,
                 static_cast<std::int16_t>(random.between(16384, 32767)));
    const std::uint64_t shift =
        random.chance(20) ? random.between(1, 62) : random.between(25, 36);
    memory.store(s.records + 8 * i + 6, static_cast<std::uint16_t>(shift));
  }
}

std::int32_t a_value(const test_memory& memory, const setting& s,
                     std::uint32_t r, std::uint32_t k) {
  const std::uint32_t term =
      s.indexed ? memory.load<std::uint16_t>(s.index + 2 * k) : k;
  const std::uint64_t address = s.a + r * s.a_row + term * s.a_term;
  return s.a_unsigned ? memory.load<std::uint8_t>(address)
                      : memory.load<std::int8_t>(address);
}

std::int64_t expected_value(const test_memory& memory, const setting& s,
                            std::uint32_t r, std::uint32_t c) {
  std::int64_t sum = 0;
  for (std::uint32_t k = 0; k < s.terms; ++k) {
    sum += std::int64_t{a_value(memory, s, r, k)} *
           memory.load<std::int8_t>(s.b + k * s.b_term + c);
  }
  if (s.accumulate) {
    sum += memory.load<std::int32_t>(s.partial + r * s.partial_row + 4 * c);
  }
  sum = static_cast<std::int32_t>(sum);
  if (s.output == 2) return sum;
  const std::uint32_t which = s.records_by == 0 ? c : s.records_by == 1 ? r : 0;
  const std::uint32_t record = s.records + 8 * which;
  const std::int64_t bias = memory.load<std::int32_t>(record);
  const std::int64_t multiplier = memory.load<std::int16_t>(record + 4);
  const unsigned shift = memory.load<std::uint8_t>(record + 6);
  const auto biased = static_cast<std::int32_t>(sum + bias);
  const std::int64_t y =
      (biased * multiplier + (std::int64_t{1} << (shift - 1))) >> shift;
  const std::int64_t high = s.output == 0 ? 127 : 32767;
  const std::int64_t low = s.relu ? 0 : -high - 1;
  return std::min(std::max(y, low), high);
}

/// The memory after the command: nothing but C has changed.
std::vector<std::uint8_t> expected_memory(const test_memory& memory,
                                          const setting& s) {
  std::vector<std::uint8_t> bytes = memory.bytes;
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    for (std::uint32_t c = 0; c < s.columns; ++c) {
      const std::int64_t value = expected_value(memory, s, r, c);
      std::memcpy(&bytes.at(s.c + r * s.c_row + c * s.c_column - memory.base),
                  &value, s.element());
    }
  }
  return bytes;
}

void stage(bench& b, const setting& s) {
  b.write(regs::A_ADDRESS, s.a);
  b.write(regs::A_ROW_STRIDE, s.a_row);
  b.write(regs::A_TERM_STRIDE, s.a_term);
  b.write(regs::A_INDEX, s.index);
  b.write(regs::B_ADDRESS, s.b);
  b.write(regs::B_TERM_STRIDE, s.b_term);
  b.write(regs::C_ADDRESS, s.c);
  b.write(regs::C_ROW_STRIDE, s.c_row);
  b.write(regs::C_COLUMN_STRIDE, s.c_column);
  b.write(regs::PARTIAL, s.partial);
  b.write(regs::PARTIAL_ROW_STRIDE, s.partial_row);
  b.write(regs::RECORDS, s.records);
  b.write(regs::SHAPE, s.rows | s.columns << 16);
  b.write(regs::TERMS, s.terms);
  b.write(regs::MODE, s.mode());
}

vitvp::models::cycle_breakdown run_and_compare(bench& b, const setting& s) {
  const std::vector<std::uint8_t> expected = expected_memory(b.memory, s);
  stage(b, s);
  b.submit(1);
  const auto report = b.finish();
  CHECK(b.fault_code() == 0);
  CHECK(b.memory.bytes == expected);
  CHECK(report.work == std::uint64_t{s.rows} * s.columns * s.terms);
  CHECK(report.result.address == s.c);
  CHECK(report.result.element_bytes == s.element());
  return report.cycles;
}

}  // namespace

TEST_CASE("random products equal the sums of the document") {
  bench direct("direct");
  row_engine_config config;
  config.engine.use_dmi = false;
  bench copied("copied", config);
  direct.memory.dmi_window_bytes = 1 << 16;  // some operands straddle
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    const setting s = random_setting(random, limits());
    fill_memory(direct.memory, s, random);
    copied.memory.bytes = direct.memory.bytes;
    const auto cycles = run_and_compare(direct, s);
    CHECK(run_and_compare(copied, s).total() == cycles.total());
  }
  CHECK(direct.memory_checker.transactions() > 0);
  direct.check_counters();
  copied.check_counters();
}

TEST_CASE("products of extreme operands are exact") {
  bench b("bench");
  constexpr std::uint8_t extreme_a[] = {0x80, 0x7f, 0xff, 0x00};
  constexpr std::uint8_t extreme_b[] = {0x80, 0x7f};
  std::uint32_t seed = 100;
  for (const std::uint8_t a : extreme_a) {
    for (const std::uint8_t w : extreme_b) {
      random_source random(++seed);
      INFO("seed " << seed << ", A " << int{a} << ", B " << int{w});
      setting s = random_setting(random, {9, 33, 500});
      fill_memory(b.memory, s, random);
      for (std::uint32_t i = 0; i < s.a_row * s.rows; ++i) {
        b.memory.store(std::min<std::uint64_t>(s.a + i, s.index - 1), a);
      }
      for (std::uint32_t i = 0; i < s.b_term * s.terms; ++i) {
        b.memory.store(s.b + i, w);
      }
      run_and_compare(b, s);
    }
  }
}

TEST_CASE("shapes around the sizes of tiles and chunks") {
  row_engine_config config;
  config.rows = 5;
  config.lanes = 16;
  bench b("bench", config, 1 << 16);
  std::uint32_t seed = 200;
  for (const std::uint32_t rows : {1U, 5U, 6U, 7U, 12U}) {
    for (const std::uint32_t columns : {1U, 15U, 16U, 17U, 33U}) {
      for (const std::uint32_t terms : {0U, 1U, 2U, 63U, 64U, 65U, 129U}) {
        random_source random(++seed);
        INFO("seed " << seed << ": " << rows << "x" << columns << "x" << terms);
        const setting s = random_setting(random, {rows, columns, terms, true});
        fill_memory(b.memory, s, random);
        run_and_compare(b, s);
      }
    }
  }
}

TEST_CASE("a result may lie on its partial sums, row by row") {
  bench b("bench");
  for (std::uint32_t seed = 700; seed < 760; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    setting s = random_setting(random, limits());
    s.accumulate = true;
    s.output = seed % 3;
    s.c = s.partial;
    // Rows of partial sums may overlap, those of the result must not.
    const std::uint64_t least = random.chance(30) ? s.element() : 4;
    s.partial_row = static_cast<std::uint32_t>((least * s.columns + 3) / 4 * 4 +
                                               4 * random.between(0, 3));
    s.c_row = s.partial_row;
    s.c_column = s.element();
    fill_memory(b.memory, s, random);
    run_and_compare(b, s);
  }
}

TEST_CASE("a result on top of an operand is that of the operand before") {
  bench direct("direct");
  row_engine_config config;
  config.engine.use_dmi = false;
  bench copied("copied", config);
  for (std::uint32_t seed = 300; seed < 320; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    setting s = random_setting(random, limits());
    const std::uint32_t targets[] = {s.a, s.b, s.partial, s.records};
    s.c = targets[random.between(0, 3)] / 8 * 8;
    fill_memory(direct.memory, s, random);
    copied.memory.bytes = direct.memory.bytes;
    run_and_compare(direct, s);
    run_and_compare(copied, s);
  }
}
