#include "models/sram/ledger.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using vitvp::models::stream_ledger;

namespace {

using beats = std::vector<std::uint64_t>;

stream_ledger::answer book(stream_ledger& ledger, double now, double from,
                           double duration, const beats& by_bank) {
  return ledger.book(now, from, duration, by_bank.data());
}

/// The rules of the header, read once more: every newcomer goes from one change
/// of the load to the next, and nothing is forgotten.
class plain_ledger {
 public:
  /// Cycles by which the stream takes longer.
  double book(double from, double duration, const beats& by_bank) {
    std::vector<double> rates;
    for (const std::uint64_t b : by_bank) {
      rates.push_back(static_cast<double>(b) / duration);
    }
    std::vector<piece> added;
    double time = from;
    for (double left = duration; left > 0;) {
      const double share = share_of(rates, time);
      const double change = next_change(time);
      const bool finishes = left <= share * (change - time);
      const double end = finishes ? time + left / share : change;
      added.push_back({time, end, rates});
      for (double& rate : added.back().rates) rate *= share;
      left -= finishes ? left : share * (end - time);
      time = end;
    }
    m_pieces.insert(m_pieces.end(), added.begin(), added.end());
    return time - from - duration;
  }

  double load(std::size_t bank, double time) const {
    double sum = 0;
    for (const piece& p : m_pieces) {
      if (p.begin <= time && time < p.end) sum += p.rates[bank];
    }
    return sum;
  }

 private:
  struct piece {
    double begin, end;
    std::vector<double> rates;
  };

  double share_of(const std::vector<double>& rates, double time) const {
    double share = 1;
    for (std::size_t bank = 0; bank < rates.size(); ++bank) {
      if (rates[bank] == 0) continue;
      share = std::min(share, (1 - load(bank, time)) / rates[bank]);
    }
    return share < 1e-12 ? 0 : share;
  }

  double next_change(double time) const {
    double next = 1e30;
    for (const piece& p : m_pieces) {
      for (const double t : {p.begin, p.end}) {
        if (t > time) next = std::min(next, t);
      }
    }
    return next;
  }

  std::vector<piece> m_pieces;
};

}  // namespace

TEST_CASE("streams that fit do not disturb each other") {
  stream_ledger ledger(2);
  CHECK(book(ledger, 0, 0, 100, {50, 25}).conflict_cycles == 0);
  CHECK(book(ledger, 0, 0, 100, {50, 75}).conflict_cycles == 0);
  CHECK(ledger.load(0, 50) == Approx(1.0));
  CHECK(ledger.load(1, 99) == Approx(1.0));
  CHECK(ledger.load(1, 100) == 0.0);
}

TEST_CASE("two streams that each fill a bank take twice as long") {
  stream_ledger ledger(1);
  CHECK(book(ledger, 0, 0, 100, {100}).conflict_cycles == 0);
  const stream_ledger::answer answer = book(ledger, 0, 0, 100, {100});
  // All 200 beats are served in 200 cycles.
  CHECK(answer.conflict_cycles == 100);
  CHECK(answer.bank == 0);
}

TEST_CASE("a newcomer goes at the rate that is left") {
  stream_ledger ledger(1);
  book(ledger, 0, 0, 100, {75});
  // A quarter is left until 100: 25 of 50 beats; the rest at 1/2, its own rate.
  CHECK(book(ledger, 0, 0, 100, {50}).conflict_cycles == 50);
}

TEST_CASE("the most crowded bank decides, and is named") {
  stream_ledger ledger(4);
  book(ledger, 0, 0, 1000, {0, 500, 0, 900});
  const stream_ledger::answer answer = book(ledger, 0, 0, 100, {60, 60, 0, 20});
  // Bank 1 leaves 1/2 of the 0.6 asked for, bank 3 0.1 of 0.2: the latter
  // stretches more, to 200.
  CHECK(answer.conflict_cycles == 100);
  CHECK(answer.bank == 3);
}

TEST_CASE("a stream can conflict with itself") {
  stream_ledger ledger(8);
  beats column(8);
  column[2] = 64;
  CHECK(book(ledger, 0, 0, 16, column).conflict_cycles == 48);
}

TEST_CASE("a stream that begins later is met when it begins") {
  stream_ledger ledger(1);
  book(ledger, 0, 50, 100, {100});
  // 50 cycles free, 100 blocked, 50 free.
  CHECK(book(ledger, 0, 0, 100, {100}).conflict_cycles == 100);
}

TEST_CASE("what has ended is forgotten") {
  stream_ledger ledger(1);
  book(ledger, 0, 0, 100, {100});
  CHECK(book(ledger, 100, 100, 100, {100}).conflict_cycles == 0);
  CHECK(ledger.pieces() == 1);
  ledger.reset();
  CHECK(ledger.pieces() == 0);
}

TEST_CASE("the ledger does not grow") {
  stream_ledger ledger(1);
  for (int i = 0; i < 10000; ++i) {
    book(ledger, 0, i, 1e6, {1});
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
        book(ledger, 0, 0, static_cast<double>(duration), {amount});
    last = std::max(last, duration + answer.conflict_cycles);
    REQUIRE(last + 1 >= all);
  }
}

TEST_CASE("random streams, from one change of the load to the next") {
  const std::uint32_t seed = 11;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto between = [&](std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random);
  };
  int held_up = 0;
  for (int round = 0; round < 200; ++round) {
    const auto banks = static_cast<unsigned>(between(1, 9));
    // From banks with much room to banks that are too small for all.
    const std::uint64_t busy = between(1, 60);
    stream_ledger ledger(banks);
    plain_ledger plain;
    double now = 0;
    for (int i = 0; i < 40; ++i) {
      const double from = now + static_cast<double>(between(0, 20));
      const std::uint64_t duration = between(1, 200);
      beats by_bank;
      for (unsigned bank = 0; bank < banks; ++bank) {
        by_bank.push_back(between(0, duration * busy / 100));
      }
      const double cycles = static_cast<double>(duration);
      const auto answer = book(ledger, now, from, cycles, by_bank);
      const double expected = plain.book(from, cycles, by_bank);
      INFO("round " << round << ", stream " << i << ", held up " << expected);
      REQUIRE(ledger.pieces() < stream_ledger::most_pieces);
      REQUIRE(static_cast<double>(answer.conflict_cycles) ==
              std::max(0.0, std::ceil(expected - 1e-3)));
      held_up += answer.conflict_cycles > 0 ? 1 : 0;
      const double later = from + static_cast<double>(between(0, 300));
      for (unsigned bank = 0; bank < banks; ++bank) {
        REQUIRE(ledger.load(bank, later) ==
                Approx(plain.load(bank, later)).margin(1e-6));
      }
      now += static_cast<double>(between(0, 60));
    }
  }
  // Both kinds were there.
  CHECK(held_up > 1000);
  CHECK(held_up < 7000);
}
