#include "models/sram/footprint.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <vector>

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)

namespace {

using beats = std::vector<std::uint64_t>;

// Line by line.
beats plain_beats(const bank_layout& layout, const bank_footprint& f) {
  beats result(layout.banks);
  for (std::uint64_t i = 0; i < f.rows; ++i) {
    const std::uint64_t number = f.index == nullptr ? i : f.index[i];
    const std::uint64_t first = f.address + number * f.stride;
    const std::uint64_t last = first + f.row_bytes - 1;
    for (std::uint64_t line = first / layout.line_bytes;
         line <= last / layout.line_bytes; ++line) {
      ++result[line % layout.banks];
    }
  }
  return result;
}

// Up to and with each bank, rounded down.
beats plain_spread(std::uint64_t all, const beats& of) {
  const std::uint64_t sum = std::accumulate(of.begin(), of.end(), 0ULL);
  beats result;
  std::uint64_t seen = 0;
  for (const std::uint64_t bank : of) {
    const std::uint64_t before = all * seen / sum;
    seen += bank;
    result.push_back(all * seen / sum - before);
  }
  return result;
}

beats from(footprint_cache& cache, const bank_layout& layout,
           const bank_footprint& f, std::uint64_t bytes = 0) {
  const std::uint64_t* found = cache.beats(f, bytes);
  return {found, found + layout.banks};
}

}  // namespace

TEST_CASE("beats of footprints that one can count by hand") {
  const bank_layout layout{8, 64};
  // One line in each bank.
  CHECK(beats_of(layout, {0, 1, 512, 0, nullptr}) ==
        beats{1, 1, 1, 1, 1, 1, 1, 1});
  // A column: always the same bank.
  CHECK(beats_of(layout, {64, 100, 4, 512, nullptr}) ==
        beats{0, 100, 0, 0, 0, 0, 0, 0});
  // Every second bank.
  CHECK(beats_of(layout, {0, 8, 64, 128, nullptr}) ==
        beats{2, 0, 2, 0, 2, 0, 2, 0});
  // A row that straddles lines and wraps around the banks.
  CHECK(beats_of(layout, {7 * 64 + 60, 1, 8, 0, nullptr}) ==
        beats{1, 0, 0, 0, 0, 0, 0, 1});
  // Nothing.
  CHECK(beats_of(layout, {0, 0, 64, 64, nullptr}) == beats(8));
}

TEST_CASE("random footprints, line by line") {
  const std::uint32_t seed = 7;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto between = [&](std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random);
  };
  for (int round = 0; round < 500; ++round) {
    const bank_layout layout{static_cast<unsigned>(between(1, 12)),
                             8ULL << between(0, 4)};
    footprint_cache cache(layout);
    std::vector<std::uint16_t> list(between(1, 50));
    for (auto& entry : list) {
      entry = static_cast<std::uint16_t>(between(0, 5000));
    }
    const bool gather = between(0, 3) == 0;
    // At most 1024 different beginnings: exact.
    std::uint64_t stride = between(0, 3000);
    if (layout.period() > 1024) stride = stride / 8 * 8;
    const bank_footprint f{
        between(0, 10000), gather ? list.size() : between(1, 5000),
        between(1, 2000), stride, gather ? list.data() : nullptr};
    INFO("round " << round << ", banks " << layout.banks << ", line "
                  << layout.line_bytes << ", stride " << f.stride);
    const beats expected = plain_beats(layout, f);
    REQUIRE(beats_of(layout, f) == expected);
    const std::uint64_t bytes = between(1, 100000);
    const std::uint64_t lines =
        (bytes + layout.line_bytes - 1) / layout.line_bytes;
    for (int pass = 0; pass < 2; ++pass) {
      REQUIRE(from(cache, layout, f) == expected);
      REQUIRE(from(cache, layout, f, bytes) == plain_spread(lines, expected));
    }
  }
}

TEST_CASE("the cache tells footprints apart") {
  const bank_layout layout{8, 64};
  footprint_cache cache(layout);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint64_t address = 0; address < 1024; address += 16) {
      for (const std::uint64_t rows : {1U, 2U, 3U}) {
        for (const std::uint64_t stride : {64U, 192U, 200U}) {
          const bank_footprint f{address, rows, 100, stride, nullptr};
          REQUIRE(from(cache, layout, f) == plain_beats(layout, f));
        }
      }
    }
  }
}

TEST_CASE("the cache begins anew when it is full") {
  const bank_layout layout{8, 64};
  footprint_cache cache(layout);
  // More than it has room for, most of which differ in one respect only.
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    const bank_footprint elsewhere{i, 10, 100, 200, nullptr};
    const bank_footprint more_rows{64, i, 100, 200, nullptr};
    const bank_footprint longer{64, 10, i, 200, nullptr};
    const bank_footprint sparser{64, 10, 100, 8 * i, nullptr};
    REQUIRE(from(cache, layout, elsewhere) == beats_of(layout, elsewhere));
    REQUIRE(from(cache, layout, more_rows) == beats_of(layout, more_rows));
    REQUIRE(from(cache, layout, longer) == beats_of(layout, longer));
    REQUIRE(from(cache, layout, sparser) == beats_of(layout, sparser));
    REQUIRE(from(cache, layout, longer, 64 * i) ==
            spread(i, beats_of(layout, longer)));
  }
}

TEST_CASE("the cache tells how many beats are spread") {
  const bank_layout layout{8, 64};
  const bank_footprint f{64, 10, 100, 200, nullptr};
  footprint_cache cache(layout);
  for (std::uint64_t lines = 1; lines <= 5000; ++lines) {
    REQUIRE(from(cache, layout, f, 64 * lines) ==
            spread(lines, beats_of(layout, f)));
  }
}

TEST_CASE("beats are spread without loss") {
  CHECK(spread(1000, {1, 1, 1, 0}) == beats{333, 333, 334, 0});
  CHECK(spread(2, {3, 3, 3}) == beats{0, 1, 1});
  CHECK(spread(7, {0, 5, 0}) == beats{0, 7, 0});
}
