// The pruning unit's beats against counts made by hand from its stages, and
// against the cycle rules for random commands.
#include "models/pruning_unit/beats.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "models/pruning_unit/timing.hpp"

using namespace vitvp::models;

namespace {

pruning_plan importance_of(std::uint64_t tokens) {
  pruning_plan plan;
  plan.operation = pruning_plan::importance;
  plan.tokens = tokens;
  plan.operand = {0x1000, 1, tokens, 0};
  return plan;
}

pruning_plan selection_of(std::uint64_t tokens,
                          std::vector<std::uint16_t> survivors) {
  pruning_plan plan;
  plan.operation = pruning_plan::select;
  plan.tokens = tokens;
  plan.list_address = 0x2000;
  plan.list = std::move(survivors);
  return plan;
}

pruning_plan scan_of(std::uint64_t tokens, std::uint64_t channels,
                     std::vector<std::uint16_t> live) {
  pruning_plan plan;
  plan.operation = pruning_plan::scan;
  plan.tokens = tokens;
  plan.operand = {0x1000, channels, tokens, 0x100};
  plan.first_channel = 10;
  plan.list_address = 0x2000;
  plan.list = std::move(live);
  return plan;
}

struct history {
  std::map<std::uint64_t, pruning_read> reads;    // served, by cycle
  std::map<std::uint64_t, pruning_write> writes;  // likewise
  cycle_breakdown cycles;
};

/// A whole command in which memory refuses the cycles that `refuses` names.
template <typename function>
history run(const pruning_plan& plan, const function& refuses) {
  pruning_schedule schedule(plan);
  history seen;
  for (bool ended = false; !ended;) {
    const std::uint64_t now = schedule.cycle();
    const bool refused = refuses(now);
    const auto read = schedule.read(refused);
    const auto write = schedule.write();
    if (read && !refused) seen.reads[now] = *read;
    if (write && !refused) seen.writes[now] = *write;
    switch (schedule.cycle_class(refused)) {
      case 1:
        ++seen.cycles.compute;
        break;
      case 3:
        ++seen.cycles.bank_conflict;
        break;
      default:
        ++seen.cycles.control;
    }
    ended = schedule.ends();
    schedule.next(refused);
    REQUIRE(now < 1000000);
  }
  return seen;
}

history run(const pruning_plan& plan) {
  return run(plan, [](std::uint64_t) { return false; });
}

}  // namespace

TEST_CASE("SCAN reads from the end of set-up on and writes what is live") {
  // 65 tokens are two beats: reads at 4 to 7, data two cycles later. Channel 11
  // is complete at 9, and written three cycles after that.
  const history seen = run(scan_of(65, 2, {11}));
  REQUIRE(seen.reads.size() == 4);
  CHECK(seen.reads.at(4).address == 0x1000);
  CHECK(seen.reads.at(4).bytes == 64);
  CHECK(seen.reads.at(5).address == 0x1040);
  CHECK(seen.reads.at(5).bytes == 1);
  CHECK(seen.reads.at(6).address == 0x1100);
  REQUIRE(seen.writes.size() == 1);
  CHECK(seen.writes.at(12).address == 0x2000);
  CHECK(seen.writes.at(12).entry == 11);
  CHECK(seen.cycles.total() == 14);
}

TEST_CASE("a read that is refused comes again, and costs a cycle") {
  const history seen =
      run(scan_of(65, 2, {10}), [](std::uint64_t c) { return c == 5; });
  REQUIRE(seen.reads.size() == 4);
  CHECK(seen.reads.count(5) == 0);
  CHECK(seen.reads.at(6).address == 0x1040);
  CHECK(seen.writes.begin()->first == 11);
  CHECK(seen.cycles.bank_conflict == 1);
  CHECK(seen.cycles.total() == 15);
}

TEST_CASE("while a write is refused nothing is read") {
  // Channels 10 and 11 of one beat: data at 6 and 7, writes from 9 and 10 on.
  const history seen = run(scan_of(8, 9, {10, 11}),
                           [](std::uint64_t c) { return c == 9 || c == 10; });
  CHECK(seen.writes.size() == 2);
  CHECK(seen.writes.at(11).entry == 10);
  CHECK(seen.writes.at(12).entry == 11);
  CHECK(seen.writes.at(12).address == 0x2002);
  CHECK(seen.reads.count(9) == 0);
  CHECK(seen.reads.count(10) == 0);
  // Reads at 4 to 8 and 11 to 14; the last value at 16.
  CHECK(seen.reads.rbegin()->first == 14);
  CHECK(seen.cycles.bank_conflict == 2);
  CHECK(seen.cycles.total() == 21);
}

TEST_CASE("SELECT lists after 32 passes, a token per cycle") {
  // 5 tokens are two groups: 64 cycles from 4 on, then tokens at 68 to 72.
  const history seen = run(selection_of(5, {0, 3}));
  CHECK(seen.reads.empty());
  REQUIRE(seen.writes.size() == 2);
  CHECK(seen.writes.at(71).entry == 0);
  CHECK(seen.writes.at(74).entry == 3);
  CHECK(seen.cycles.total() == 77);
}

TEST_CASE("a command does not end before its list is written") {
  const history seen = run(selection_of(5, {0, 4}),
                           [](std::uint64_t c) { return c >= 75 && c < 78; });
  CHECK(seen.writes.at(78).entry == 4);
  // It would have been in memory by 76, when the command could have ended.
  CHECK(seen.cycles.bank_conflict == 3);
  CHECK(seen.cycles.total() == 80);
}

TEST_CASE("IMPORTANCE reads its row") {
  const history seen = run(importance_of(65));
  REQUIRE(seen.reads.size() == 2);
  CHECK(seen.reads.at(5).bytes == 1);
  CHECK(seen.writes.empty());
  CHECK(seen.cycles.total() == 4 + 2 + 2 + 25 + 17);
}

TEST_CASE("random commands take the rule's cycles, class by class") {
  constexpr unsigned seed = 717;
  std::mt19937 random(seed);
  const auto upto = [&](std::uint64_t n) { return 1 + random() % n; };
  for (unsigned i = 0; i < 200; ++i) {
    INFO("seed " << seed << ", command " << i);
    const std::uint64_t tokens = upto(300);
    const std::uint64_t channels = upto(40);
    std::vector<std::uint16_t> list;
    const bool scans = i % 3 == 2;
    const std::uint64_t first = scans ? 10 : 0;
    for (std::uint64_t v = 0; v < (scans ? channels : tokens); ++v) {
      if (upto(2) == 1) list.push_back(static_cast<std::uint16_t>(first + v));
    }
    const pruning_plan plans[] = {importance_of(tokens),
                                  selection_of(tokens, list),
                                  scan_of(tokens, channels, list)};
    const cycle_breakdown rules[] = {importance_cycles(tokens, 64),
                                     select_cycles(tokens),
                                     scan_cycles(tokens, channels, 64)};
    const history seen = run(plans[i % 3]);
    CHECK(seen.cycles.compute == rules[i % 3].compute);
    CHECK(seen.cycles.control == rules[i % 3].control);
    CHECK(seen.cycles.bank_conflict == 0);
    CHECK(seen.writes.size() == plans[i % 3].list.size());

    const history late =
        run(plans[i % 3], [&](std::uint64_t) { return upto(3) == 1; });
    CHECK(late.reads.size() == seen.reads.size());
    CHECK(late.writes.size() == seen.writes.size());
    CHECK(late.cycles.compute == seen.cycles.compute);
    CHECK(late.cycles.control == seen.cycles.control);
  }
}
