// The pruning unit's RTL against a plain reference, and its cycles against the
// rule that the model uses.
#include <Vpruning_unit.h>
#include <Vpruning_unit_small.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

#include "test/rtl/pruning_unit/bench.hpp"
#include "test/rtl/pruning_unit/commands.hpp"
#include "test/rtl/pruning_unit/random_commands.hpp"

namespace {

using namespace vitvp::test;
using operation = pruning_operation;

constexpr std::uint32_t fault_parameter = 6;
constexpr std::uint32_t fault_queue_overflow = 7;
constexpr std::uint64_t fault_cycles = 4;

struct error_row {
  const char* name;
  unsigned commands = 0;
  std::uint64_t rule_cycles = 0;
  std::uint64_t rtl_cycles = 0;
  unsigned wrong = 0;
  std::uint64_t worst = 0;
};

/// Runs random commands, back to back or with gaps, on RTL and reference, and
/// compares memory, counts and the classes of cycles after each: what refused
/// requests cost must be in one class.
template <typename rtl>
class comparison {
 public:
  comparison(std::uint32_t seed, unsigned max_tokens, unsigned bytes_per_cycle,
             unsigned depth)
      : m_source(seed, max_tokens),
        m_bench(pruning_memory_bytes, bytes_per_cycle, seed),
        m_reference(pruning_memory_bytes, max_tokens),
        m_bytes(bytes_per_cycle),
        m_depth(depth) {}

  void run(unsigned commands, unsigned refused_percent) {
    m_bench.refused_percent = refused_percent;
    for (unsigned left = commands; left > 0;) {
      const unsigned batch = std::min(left, m_source.between(1, 12));
      m_source.fill(m_bench.memory);
      std::copy_n(m_bench.memory.begin(), pruning_memory_bytes / 2,
                  m_reference.memory.begin());
      run_batch(batch);
      left -= batch;
    }
  }

  void print(const char* title) const {
    std::printf(
        "| size | operation | commands | rule cycles | RTL cycles | "
        "wrong | worst error |\n|---|---|---|---|---|---|---|\n");
    for (const error_row& row : m_rows) {
      std::printf("| %s | %-10s | %4u | %7llu | %7llu | %3u | %3llu |\n", title,
                  row.name, row.commands,
                  static_cast<unsigned long long>(row.rule_cycles),
                  static_cast<unsigned long long>(row.rtl_cycles), row.wrong,
                  static_cast<unsigned long long>(row.worst));
    }
  }

  unsigned wrong() const {
    return m_rows[0].wrong + m_rows[1].wrong + m_rows[2].wrong;
  }

 private:
  struct pending {
    pruning_command command;
    std::uint64_t submitted = 0;
  };

  void run_batch(unsigned commands) {
    unsigned left = commands;
    const bool crowded = m_source.chance(60);
    while (left > 0 || !m_pending.empty()) {
      const bool room = m_pending.size() < m_depth;
      if (left > 0 && room && (crowded || m_source.chance(2))) {
        const pruning_command c = m_source.next();
        m_bench.submit(c, m_tag++);
        m_pending.push_back({c, m_bench.edges()});
        --left;
      } else {
        m_bench.step();
      }
      if (m_bench.pins().completed != m_completed) complete();
    }
  }

  void complete() {
    REQUIRE(m_bench.pins().completed == ++m_completed);
    REQUIRE(!m_pending.empty());
    const pending p = m_pending.front();
    m_pending.pop_front();
    m_reference.execute(p.command);
    INFO("command " << m_completed << ", operation "
                    << static_cast<int>(p.command.operation) << ", tokens "
                    << p.command.tokens << ", keep " << p.command.keep
                    << ", channels " << p.command.channels);
    REQUIRE(m_bench.pins().live_count == m_reference.live_count);
    REQUIRE(m_bench.pins().kept_count == m_reference.kept_count);
    REQUIRE(first_difference() == "");
    account(p);
  }

  /// Where memories differ, or nothing.
  std::string first_difference() const {
    const auto at = std::mismatch(m_bench.memory.begin(), m_bench.memory.end(),
                                  m_reference.memory.begin());
    if (at.first == m_bench.memory.end()) return "";
    return "address " + std::to_string(at.first - m_bench.memory.begin()) +
           ": RTL " + std::to_string(*at.first) + ", reference " +
           std::to_string(*at.second);
  }

  void account(const pending& p) {
    const std::uint64_t start = std::max(m_end, p.submitted);
    m_end = m_bench.edges();
    const std::uint64_t took = m_end - start;
    const vitvp::models::cycle_breakdown planned = rule(p.command, m_bytes);
    const vitvp::models::cycle_breakdown seen = m_bench.take_cycles();
    CHECK(seen.compute == planned.compute);
    CHECK(seen.control == planned.control);
    CHECK(seen.total() == took);
    if (m_bench.refused_percent == 0) CHECK(seen.bank_conflict == 0);
    const std::uint64_t expected = planned.total();
    error_row& row = m_rows.at(static_cast<std::size_t>(p.command.operation));
    ++row.commands;
    row.rule_cycles += expected;
    row.rtl_cycles += took;
    if (took == expected) return;
    ++row.wrong;
    row.worst = std::max(row.worst,
                         took > expected ? took - expected : expected - took);
  }

  random_pruning_commands m_source;
  pruning_bench<rtl> m_bench;
  pruning_reference m_reference;
  unsigned m_bytes;
  unsigned m_depth;
  std::deque<pending> m_pending;
  std::uint32_t m_tag = 1;
  std::uint32_t m_completed = 0;
  std::uint64_t m_end = 0;
  std::array<error_row, 3> m_rows{{{"IMPORTANCE"}, {"SELECT"}, {"SCAN"}}};
};

/// The seed of random tests: VITVP_SEED, or a fixed one.
std::uint32_t seed() {
  const char* text = std::getenv("VITVP_SEED");
  const auto value = static_cast<std::uint32_t>(
      text != nullptr ? std::strtoul(text, nullptr, 10) : 2510);
  std::printf("seed %u\n", value);
  return value;
}

using default_bench = pruning_bench<Vpruning_unit>;

default_bench make_bench() {
  return {pruning_memory_bytes, 64, 1};
}

template <typename bench>
std::vector<unsigned> entries(const bench& b, std::uint32_t count) {
  std::vector<unsigned> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    list.push_back(b.memory.at(0x10000 + 2 * i) +
                   256U * b.memory.at(0x10001 + 2 * i));
  }
  return list;
}

std::vector<unsigned> select(default_bench& b, std::uint32_t tokens,
                             std::uint32_t keep) {
  b.submit(selection(tokens, keep), 1);
  b.finish();
  return entries(b, b.pins().kept_count);
}

void expect_refused(default_bench& b, const pruning_command& c,
                    std::uint32_t blamed) {
  const std::uint32_t completed = b.pins().completed;
  b.submit(c, 77);
  const std::uint64_t start = b.edges();
  b.finish();
  CHECK(b.edges() - start == fault_cycles);
  CHECK(b.pins().halted == 1);
  CHECK(b.pins().fault_code == fault_parameter);
  CHECK(b.pins().fault_address == blamed);
  CHECK(b.pins().fault_tag == 77);
  CHECK(b.pins().completed == completed);
  b.clear();
  CHECK(b.pins().halted == 0);
}

}  // namespace

TEST_CASE("random commands take the cycles of the rule") {
  comparison<Vpruning_unit> c(seed(), 1024, 64, 4);
  c.run(700, 0);
  c.print("1024 tokens, 64 bytes");
  CHECK(c.wrong() == 0);
}

TEST_CASE("so do they on a smaller unit") {
  comparison<Vpruning_unit_small> c(seed(), 99, 16, 2);
  c.run(700, 0);
  c.print("99 tokens, 16 bytes");
  CHECK(c.wrong() == 0);
}

TEST_CASE("refused requests change no value") {
  comparison<Vpruning_unit> large(seed(), 1024, 64, 4);
  large.run(120, 30);
  comparison<Vpruning_unit_small> small(seed(), 99, 16, 2);
  small.run(300, 80);
}

TEST_CASE("of equal tokens the lower survive in RTL") {
  default_bench b = make_bench();
  const std::uint8_t row[] = {9, 5, 7, 5, 7, 5, 5};
  std::copy(std::begin(row), std::end(row), b.memory.begin());
  b.submit(head(0, 7, true), 1);
  CHECK(select(b, 7, 4) == std::vector<unsigned>{0, 1, 2, 3, 4});
  CHECK(select(b, 7, 0) == std::vector<unsigned>{0});
  CHECK(select(b, 7, 6).size() == 7);
  CHECK(select(b, 7, 0xffffffffU).size() == 7);
}

TEST_CASE("importance starts at zero after reset and stays without FIRST") {
  default_bench b = make_bench();
  const std::uint8_t row[] = {0, 1, 2, 3, 4, 5};
  std::copy(std::begin(row), std::end(row), b.memory.begin());
  b.submit(head(0, 6, false), 1);
  CHECK(select(b, 6, 2) == std::vector<unsigned>{0, 4, 5});
  b.submit(head(0, 2, true), 1);  // leaves tokens 2 to 5 alone
  CHECK(select(b, 6, 2) == std::vector<unsigned>{0, 1, 5});
  b.reset();
  CHECK(b.pins().kept_count == 0);
  CHECK(select(b, 6, 2) == std::vector<unsigned>{0, 1, 2});
}

TEST_CASE("a row that sums to 0 or 1 is divided by 1") {
  default_bench b = make_bench();
  b.memory[1] = 1;
  b.submit(head(0, 5, true), 1);
  for (int i = 0; i < 256; ++i) b.submit(head(8, 5, false), 1), b.finish();
  CHECK(select(b, 5, 1) == std::vector<unsigned>{0, 1});
  b.memory[2] = 255;
  b.memory[1] = 0;
  for (int i = 0; i < 256; ++i) b.submit(head(0, 5, false), 1), b.finish();
  // 256 * 255 * floor(2^24 / 255) is just below 2^32: no wrap.
  CHECK(select(b, 5, 1) == std::vector<unsigned>{0, 2});
  b.memory[2] = 1;
  b.submit(head(0, 5, false), 1);  // 2^24 more wrap around
  b.finish();
  CHECK(select(b, 5, 1) == std::vector<unsigned>{0, 1});
}

TEST_CASE("the quotient of a power of two is exact") {
  for (unsigned k = 0; k < 8; ++k) {
    INFO("sum " << (1U << k));
    default_bench b = make_bench();
    b.memory[1] = static_cast<std::uint8_t>(1U << k);
    b.memory[16 + 2] = 1;
    b.submit(head(0, 3, true), 1);
    b.submit(head(16, 3, false), 1);  // both tokens have 2^24 now
    CHECK(select(b, 3, 1) == std::vector<unsigned>{0, 1});
  }
}

TEST_CASE("a channel is live above the threshold, in signed values") {
  default_bench b = make_bench();
  const std::uint8_t values[] = {0x80, 0xff, 0, 1, 2, 3, 127, 126};
  std::copy(std::begin(values), std::end(values), b.memory.begin());
  pruning_command c = scanning(1, 8);
  c.threshold = 2;
  c.first_channel = 100;
  b.submit(c, 1);
  b.finish();
  CHECK(entries(b, b.pins().live_count) ==
        std::vector<unsigned>{105, 106, 107});
  c.first = false;
  c.threshold = 126;
  b.submit(c, 1);
  b.finish();
  CHECK(entries(b, b.pins().live_count) ==
        std::vector<unsigned>{105, 106, 107, 106});
}

TEST_CASE("bad parameters halt the unit after four cycles") {
  default_bench b = make_bench();
  pruning_command c = scanning(10, 3);
  c.operation = operation::none;
  expect_refused(b, c, 0x098);
  c = scanning(10, 3);
  c.threshold = 128;
  expect_refused(b, c, 0x098);
  expect_refused(b, scanning(10, 0), 0x08c);
  expect_refused(b, scanning(0, 3), 0x08c);
  expect_refused(b, scanning(1025, 3), 0x08c);
  expect_refused(b, head(0, 0, true), 0x08c);
  c = scanning(10, 3);
  c.list_address = 0x10001;
  expect_refused(b, c, 0x088);
  c = selection(10, 3);
  c.list_address = 0x10001;
  expect_refused(b, c, 0x088);
  c = scanning(10, 3);
  c.first_channel = 65534;
  expect_refused(b, c, 0x094);
  c.first_channel = 0xffffffffU;
  expect_refused(b, c, 0x094);
}

TEST_CASE("a fault keeps the queue until it is cleared") {
  default_bench b = make_bench();
  b.submit(scanning(0, 1), 5);
  b.submit(scanning(8, 1), 6);
  b.submit(scanning(8, 1), 7);
  for (int i = 0; i < 100; ++i) b.step();
  CHECK(b.pins().level == 2);
  CHECK(b.pins().fault_tag == 5);
  CHECK(b.pins().completed == 0);
  b.clear();
  CHECK(b.pins().level == 0);
  CHECK(b.pins().busy == 0);
  b.submit(scanning(8, 1), 8);
  b.finish();
  CHECK(b.pins().completed == 1);
}

TEST_CASE("a submission to a full queue lets the running command complete") {
  default_bench b = make_bench();
  for (std::uint32_t tag = 1; tag <= 6; ++tag) b.submit(scanning(64, 20), tag);
  CHECK(b.pins().full == 1);
  CHECK(b.pins().halted == 1);
  CHECK(b.pins().fault_code == fault_queue_overflow);
  CHECK(b.pins().fault_address == 0x008);
  CHECK(b.pins().fault_tag == 6);
  for (int i = 0; i < 200; ++i) b.step();
  CHECK(b.pins().completed == 1);
  CHECK(b.pins().level == 4);
}
