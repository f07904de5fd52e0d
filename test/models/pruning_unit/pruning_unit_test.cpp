// The pruning unit against arithmetic.md sections 7 and 8, written down
// plainly.
#include "models/pruning_unit/pruning_unit.hpp"

#include <registers/pruning_unit.hpp>

#include "models/pruning_unit/timing.hpp"
#include "test/models/common/engine_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

namespace regs = vitvp::registers::pruning_unit;
using vitvp::models::pruning_unit;
using vitvp::models::pruning_unit_config;
using namespace vitvp::test;
using bench = engine_bench<pruning_unit, pruning_unit_config>;

constexpr std::uint32_t importance = 0;
constexpr std::uint32_t select_tokens = 1;
constexpr std::uint32_t scan = 2;
constexpr std::uint32_t first = 4;
constexpr std::uint32_t base = 0x1000;
constexpr std::uint32_t list = base + 0x8000;
constexpr std::uint32_t fault_parameter = 6;

std::uint32_t threshold(std::uint32_t t) {
  return t << 8;
}

void add_head(bench& b, const std::vector<std::uint8_t>& weights, bool fresh) {
  for (std::uint32_t j = 0; j < weights.size(); ++j) {
    b.memory.store(base + j, weights[j]);
  }
  b.write(regs::X_ADDRESS, base);
  b.write(regs::SHAPE, static_cast<std::uint32_t>(weights.size()));
  b.write(regs::MODE, importance | (fresh ? first : 0));
  b.submit(1);
  b.finish();
}

std::vector<std::uint16_t> load_list(const bench& b, std::uint32_t count) {
  std::vector<std::uint16_t> entries(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    entries[i] = b.memory.load<std::uint16_t>(list + 2 * i);
  }
  return entries;
}

std::vector<std::uint16_t> select(bench& b, std::uint32_t tokens,
                                  std::uint32_t keep) {
  b.write(regs::LIST, list);
  b.write(regs::SHAPE, tokens);
  b.write(regs::KEEP, keep);
  b.write(regs::MODE, select_tokens);
  b.submit(2);
  b.finish();
  return load_list(b, b.read(regs::KEPT_COUNT));
}

/// Takes the largest again and again, the first of equals.
std::vector<std::uint16_t> expected_survivors(
    const std::vector<std::uint32_t>& imp, std::uint32_t keep) {
  std::vector<bool> kept(imp.size(), false);
  kept[0] = true;
  for (std::uint32_t k = 0; k < keep; ++k) {
    std::size_t best = 0;
    for (std::size_t j = 1; j < imp.size(); ++j) {
      if (!kept[j] && (best == 0 || imp[j] > imp[best])) best = j;
    }
    if (best != 0) kept[best] = true;
  }
  std::vector<std::uint16_t> survivors;
  for (std::size_t j = 0; j < imp.size(); ++j) {
    if (kept[j]) survivors.push_back(static_cast<std::uint16_t>(j));
  }
  return survivors;
}

void stage_scan(bench& b, std::uint32_t tokens, std::uint32_t channels,
                std::uint32_t stride, std::uint32_t mode) {
  b.write(regs::X_ADDRESS, base);
  b.write(regs::X_STRIDE, stride);
  b.write(regs::LIST, list);
  b.write(regs::SHAPE, tokens | channels << 16);
  b.write(regs::MODE, scan | mode);
}

void expect_refused(bench& b, std::uint32_t blamed) {
  b.submit(9);
  b.finish();
  CHECK(b.fault_code() == fault_parameter);
  CHECK(b.fault_address() == blamed);
  b.write(interface_regs::CONTROL, 1);
}

}  // namespace

TEST_CASE("random tokens survive by their importance over the heads") {
  bench b("bench");
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    const auto tokens = static_cast<std::uint32_t>(random.between(1, 300));
    const auto heads = random.between(1, 12);
    const bool many_ties = random.chance(50);
    std::vector<std::uint32_t> imp(tokens, 0);
    for (std::uint64_t h = 0; h < heads; ++h) {
      std::vector<std::uint8_t> e(tokens);
      std::uint32_t sum = 0;
      for (std::uint8_t& weight : e) {
        weight = many_ties ? static_cast<std::uint8_t>(random.between(0, 3))
                           : random.byte();
      }
      e[random.between(0, tokens - 1)] = 255;
      for (const std::uint8_t weight : e) sum += weight;
      for (std::uint32_t j = 0; j < tokens; ++j)
        imp[j] += e[j] * (16777216 / sum);
      add_head(b, e, h == 0);
    }
    const auto keep = static_cast<std::uint32_t>(random.between(0, tokens + 2));
    CHECK(select(b, tokens, keep) == expected_survivors(imp, keep));
  }
  b.check_counters();
}

TEST_CASE("of equal tokens the lower survive") {
  bench b("bench");
  add_head(b, {9, 5, 7, 5, 7, 5, 5}, true);
  CHECK(select(b, 7, 4) == std::vector<std::uint16_t>{0, 1, 2, 3, 4});
  CHECK(select(b, 7, 0) == std::vector<std::uint16_t>{0});
  CHECK(select(b, 7, 6) == std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(select(b, 7, 0xffffffffU).size() == 7);
}

TEST_CASE("live channels of random activations") {
  bench direct("direct");
  pruning_unit_config config;
  config.engine.use_dmi = false;
  bench copied("copied", config);
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    const auto tokens = static_cast<std::uint32_t>(random.between(1, 130));
    const auto channels = static_cast<std::uint32_t>(random.between(1, 90));
    const auto stride =
        static_cast<std::uint32_t>(tokens + random.between(0, 20));
    const auto limit = static_cast<std::uint32_t>(random.between(0, 127));
    const auto from = static_cast<std::uint32_t>(random.between(0, 65000));
    for (std::uint32_t i = 0; i < channels * stride; ++i) {
      const bool rare = random.between(0, tokens) == 0;
      direct.memory.store(base + i, rare ? random.byte() : std::uint8_t{0});
    }
    copied.memory.bytes = direct.memory.bytes;
    std::vector<std::uint16_t> live;
    for (std::uint32_t f = 0; f < channels; ++f) {
      int most = -128;
      for (std::uint32_t t = 0; t < tokens; ++t) {
        most = std::max<int>(
            most, direct.memory.load<std::int8_t>(base + f * stride + t));
      }
      if (most > static_cast<int>(limit)) {
        live.push_back(static_cast<std::uint16_t>(from + f));
      }
    }
    for (bench* b : {&direct, &copied}) {
      stage_scan(*b, tokens, channels, stride, first | threshold(limit));
      b->write(regs::FIRST_CHANNEL, from);
      b->submit(3);
      b->finish();
      REQUIRE(b->read(regs::LIVE_COUNT) == live.size());
      CHECK(load_list(*b, static_cast<std::uint32_t>(live.size())) == live);
    }
    CHECK(direct.memory.bytes == copied.memory.bytes);
    CHECK(direct.reports.finished.back().cycles.total() ==
          copied.reports.finished.back().cycles.total());
  }
  direct.check_counters();
}

TEST_CASE("scans append until one begins a new list") {
  bench b("bench");
  b.memory.store(base + 10, std::uint8_t{1});  // channel 1 of 3
  stage_scan(b, 10, 3, 10, first);
  b.write(regs::FIRST_CHANNEL, 100);
  b.submit(1);
  CHECK(b.read(regs::LIVE_COUNT) == 0);  // not before its completion
  b.finish();
  CHECK(b.read(regs::LIVE_COUNT) == 1);
  stage_scan(b, 10, 3, 10, 0);
  b.write(regs::FIRST_CHANNEL, 200);
  b.submit(2);
  b.finish();
  CHECK(b.read(regs::LIVE_COUNT) == 2);
  CHECK(load_list(b, 2) == std::vector<std::uint16_t>{101, 201});
  stage_scan(b, 10, 3, 10, first | threshold(1));
  b.submit(3);
  b.finish();
  CHECK(b.read(regs::LIVE_COUNT) == 0);
}

TEST_CASE("the pruning unit refuses bad parameters") {
  pruning_unit_config config;
  config.max_tokens = 200;
  bench b("bench", config);
  stage_scan(b, 10, 3, 10, 1);
  expect_refused(b, regs::MODE);  // operation 3
  stage_scan(b, 10, 3, 10, threshold(128));
  expect_refused(b, regs::MODE);
  stage_scan(b, 10, 0, 10, 0);
  expect_refused(b, regs::SHAPE);
  stage_scan(b, 0, 3, 10, 0);
  expect_refused(b, regs::SHAPE);
  stage_scan(b, 201, 3, 10, 0);
  expect_refused(b, regs::SHAPE);
  stage_scan(b, 10, 3, 10, 0);
  b.write(regs::LIST, list + 1);
  expect_refused(b, regs::LIST);
  stage_scan(b, 10, 3, 10, 0);
  b.write(regs::FIRST_CHANNEL, 65534);
  expect_refused(b, regs::FIRST_CHANNEL);
}

TEST_CASE("a fault leaves the live list as it was") {
  bench b("bench", {}, 0x9000);
  b.memory.store(base, std::uint8_t{1});
  stage_scan(b, 10, 1, 10, first);
  b.submit(1);
  b.finish();
  stage_scan(b, 10, 1, 10, 0);
  b.write(regs::LIST, base + 0x9000 - 2);  // the second entry is outside
  b.submit(2);
  b.finish();
  CHECK(b.fault_code() == 1);
  CHECK(b.fault_address() == base + 0x9000);
  CHECK(b.read(regs::LIVE_COUNT) == 1);
}

TEST_CASE("the pruning unit's cycles depend on shapes alone") {
  using namespace vitvp::models;
  CHECK(importance_cycles(197, 64).compute == 4 + 50);
  CHECK(importance_cycles(197, 64).control == 4 + 2 + 25);
  CHECK(select_cycles(197).compute == 32 * 50 + 197);
  CHECK(select_cycles(197).control == 4 + 4);
  CHECK(scan_cycles(99, 1536, 64).compute == 1536 * 2);
  CHECK(scan_cycles(99, 1536, 64).control == 4 + 2 + 4);
}

TEST_CASE("reset forgets importance and lists") {
  bench b("bench");
  add_head(b, {1, 2, 3}, true);
  b.engine.reset();
  CHECK(b.read(interface_regs::COMPLETED) == 0);
  CHECK(select(b, 3, 1) == std::vector<std::uint16_t>{0, 1});
  CHECK(b.read(regs::KEPT_COUNT) == 2);
  b.engine.reset();
  CHECK(b.read(regs::KEPT_COUNT) == 0);
}

TEST_CASE("the pruning unit shows its configuration") {
  pruning_unit_config config;
  config.max_tokens = 577;
  config.bytes_per_cycle = 32;
  bench b("bench", config);
  CHECK(b.read(regs::LIMITS) == (577U | 32U << 16));
  config.max_tokens = 0;
  CHECK_THROWS_WITH(pruning_unit("unit", config),
                    "max_tokens: 0 is not in 1..65535");
}

TEST_CASE("the registers of the pruning unit are those of its table") {
  bench b("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  auto walk = walk_over(b.driver.socket, regs::table);
  walk.configured = {{interface_regs::ID, 1U | 4U << 16},
                     {interface_regs::STATUS, 4U << 16},
                     {regs::LIMITS, 1024U | 64U << 16}};
  check_registers(walk);
}
