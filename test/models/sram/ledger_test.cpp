#include "models/sram/ledger.hpp"

#include <catch2/catch.hpp>
#include <vector>

using vitvp::models::stream_ledger;

namespace {

using beats = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("streams that fit do not disturb each other") {
  stream_ledger ledger(2);
  CHECK(ledger.book(0, 0, 100, {50, 25}).conflict_cycles == 0);
  CHECK(ledger.book(0, 0, 100, {50, 75}).conflict_cycles == 0);
  CHECK(ledger.load(0, 50) == Approx(1.0));
  CHECK(ledger.load(1, 99) == Approx(1.0));
  CHECK(ledger.load(1, 100) == 0.0);
}

TEST_CASE("two streams that each fill a bank take twice as long") {
  stream_ledger ledger(1);
  CHECK(ledger.book(0, 0, 100, {100}).conflict_cycles == 0);
  const stream_ledger::answer answer = ledger.book(0, 0, 100, {100});
  // All 200 beats are served in 200 cycles.
  CHECK(answer.conflict_cycles == 100);
  CHECK(answer.bank == 0);
}

TEST_CASE("a newcomer goes at the rate that is left") {
  stream_ledger ledger(1);
  ledger.book(0, 0, 100, {75});
  // A quarter is left until 100: 25 of 50 beats; the rest at 1/2, its own rate.
  CHECK(ledger.book(0, 0, 100, {50}).conflict_cycles == 50);
}

TEST_CASE("the most crowded bank decides, and is named") {
  stream_ledger ledger(4);
  ledger.book(0, 0, 1000, {0, 500, 0, 900});
  const stream_ledger::answer answer = ledger.book(0, 0, 100, {60, 60, 0, 20});
  // Bank 1 leaves 1/2 of the 0.6 asked for, bank 3 0.1 of 0.2: the latter
  // stretches more, to 200.
  CHECK(answer.conflict_cycles == 100);
  CHECK(answer.bank == 3);
}

TEST_CASE("a stream can conflict with itself") {
  stream_ledger ledger(8);
  beats column(8);
  column[2] = 64;
  CHECK(ledger.book(0, 0, 16, column).conflict_cycles == 48);
}

TEST_CASE("a stream that begins later is met when it begins") {
  stream_ledger ledger(1);
  ledger.book(0, 50, 100, {100});
  // 50 cycles free, 100 blocked, 50 free.
  CHECK(ledger.book(0, 0, 100, {100}).conflict_cycles == 100);
}

TEST_CASE("what has ended is forgotten") {
  stream_ledger ledger(1);
  ledger.book(0, 0, 100, {100});
  CHECK(ledger.book(100, 100, 100, {100}).conflict_cycles == 0);
  CHECK(ledger.pieces() == 1);
  ledger.reset();
  CHECK(ledger.pieces() == 0);
}

TEST_CASE("the ledger does not grow") {
  stream_ledger ledger(1);
  for (int i = 0; i < 10000; ++i) {
    ledger.book(0, i, 1e6, {1});
    REQUIRE(ledger.pieces() <= stream_ledger::most_pieces);
  }
}

TEST_CASE("no bank serves more than a beat per cycle") {
  // Whatever is booked at once, the last beat ends when all beats of the bank
  // have been served, or when the longest stream alone would.
  stream_ledger ledger(1);
  std::uint64_t all = 0;
  std::uint64_t last = 0;
  std::uint64_t state = 12345;
  for (int i = 0; i < 25; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t amount = 1 + (state >> 33) % 200;
    const std::uint64_t duration = amount + (state >> 50) % 50;
    all += amount;
    const auto answer =
        ledger.book(0, 0, static_cast<double>(duration), {amount});
    last = std::max(last, duration + answer.conflict_cycles);
    REQUIRE(last + 1 >= all);
  }
}
