#include "models/dram/channel.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::uint64_t ns = 1000;  // ticks

// Numbers of the default timing, see channel_timing.
constexpr std::uint64_t unit = 5 * ns;
constexpr std::uint64_t hit = 15 * ns;
constexpr std::uint64_t miss = 45 * ns;
constexpr std::uint64_t latency = 40 * ns;
constexpr std::uint64_t row = 2048;
constexpr std::uint64_t banks = 8;

/// The rules of the header, read once more: unit by unit, every unit with a
/// place in a list.
class plain_channel {
 public:
  explicit plain_channel(const channel_timing& t) : m_t(t) {}

  channel_answer transfer(std::uint64_t time, const channel_transfer& what) {
    struct burst {
      std::uint64_t address, bytes;
    };
    std::vector<burst> bursts;
    for (std::uint64_t i = 0; i < what.rows; ++i) {
      const std::uint64_t number = what.index == nullptr ? i : what.index[i];
      std::uint64_t at = what.address + number * what.stride;
      std::uint64_t left = what.row_bytes;
      while (left > 0) {
        const std::uint64_t bytes =
            std::min(left, what.burst_bytes - at % what.burst_bytes);
        bursts.push_back({at, bytes});
        at += bytes;
        left -= bytes;
      }
    }
    channel_answer answer;
    std::vector<std::uint64_t> done;
    for (std::size_t i = 0; i < bursts.size(); ++i) {
      const std::uint64_t issue =
          i < what.outstanding ? time : done[i - what.outstanding];
      for (std::uint64_t u = bursts[i].address / m_t.burst_bytes;
           u * m_t.burst_bytes < bursts[i].address + bursts[i].bytes; ++u) {
        one(u * m_t.burst_bytes, issue);
        answer.moving += m_t.burst_ticks;
      }
      done.push_back(m_free + m_t.latency_ticks);
    }
    answer.first = done.front();
    answer.last = done.back();
    return answer;
  }

  channel_counters counters;

 private:
  void one(std::uint64_t address, std::uint64_t issue) {
    const std::uint64_t bank = address / m_t.row_bytes % m_t.banks;
    const std::uint64_t in_bank = address / (m_t.row_bytes * m_t.banks);
    m_open.resize(m_t.banks, ~0ULL);
    m_end.resize(m_t.banks, 0);
    std::uint64_t begin = issue + m_t.row_hit_ticks;
    ++counters.bursts;
    if (m_open[bank] == in_bank) {
      ++counters.row_hits;
    } else {
      ++counters.row_misses;
      begin = std::max(issue, m_end[bank]) + m_t.row_miss_ticks;
      m_open[bank] = in_bank;
    }
    m_free = std::max(m_free, begin) + m_t.burst_ticks;
    m_end[bank] = m_free;
  }

  channel_timing m_t;
  std::uint64_t m_free = 0;
  std::vector<std::uint64_t> m_open;
  std::vector<std::uint64_t> m_end;
};

channel_transfer contiguous(std::uint64_t address, std::uint64_t bytes,
                            std::uint64_t burst_bytes, unsigned outstanding) {
  return {address, 1, bytes, 0, nullptr, burst_bytes, outstanding};
}

}  // namespace

TEST_CASE("an access pays for its row, its data and the way") {
  dram_channel channel{channel_timing()};
  CHECK(channel.access(0, 0, 4) == miss + unit + latency);
  CHECK(channel.access(1000 * ns, 64, 64) == 1000 * ns + hit + unit + latency);
  // Two units where a word straddles the boundary.
  CHECK(channel.access(2000 * ns, 126, 4) ==
        2000 * ns + hit + 2 * unit + latency);
  // Another row of the same bank, then the first one again.
  CHECK(channel.access(3000 * ns, row * banks, 4) ==
        3000 * ns + miss + unit + latency);
  CHECK(channel.access(4000 * ns, 0, 4) == 4000 * ns + miss + unit + latency);
  CHECK(channel.counters().row_misses == 3);
  CHECK(channel.counters().row_hits == 3);
  CHECK(channel.counters().bursts == 6);
}

TEST_CASE("the next bank does not close the row of this one") {
  dram_channel channel{channel_timing()};
  channel.access(0, 0, 4);
  channel.access(1000 * ns, row, 4);
  CHECK(channel.access(2000 * ns, 0, 4) == 2000 * ns + hit + unit + latency);
}

TEST_CASE("simultaneous accesses share the channel in order") {
  dram_channel channel{channel_timing()};
  channel.access(0, 0, 4);
  const std::uint64_t t = 1000 * ns;
  CHECK(channel.access(t, 0, 64) == t + hit + unit + latency);
  CHECK(channel.access(t, 64, 64) == t + hit + 2 * unit + latency);
  // An initiator that lags behind finds the channel as it was.
  CHECK(channel.access(t - 500 * ns, 128, 64) ==
        t - 500 * ns + hit + unit + latency);
}

TEST_CASE("a long transfer runs at the bandwidth of the channel") {
  dram_channel channel{channel_timing()};
  const std::uint64_t bytes = 1 << 20;
  const channel_answer answer =
      channel.transfer(0, contiguous(0, bytes, 256, 8));
  CHECK(answer.moving == bytes / 64 * unit);
  // The first row is opened in the open; all others behind data.
  CHECK(answer.last == miss + bytes / 64 * unit + latency);
  CHECK(answer.first == miss + 4 * unit + latency);
  CHECK(channel.counters().row_misses == bytes / row);
  CHECK(channel.counters().row_hits == bytes / 64 - bytes / row);
}

TEST_CASE("one burst in flight pays the whole latency each time") {
  dram_channel channel{channel_timing()};
  const channel_answer answer = channel.transfer(0, contiguous(0, row, 64, 1));
  const std::uint64_t bursts = row / 64;
  CHECK(answer.last == bursts * (hit + unit + latency) + (miss - hit));
}

TEST_CASE("bursts in flight divide the latency") {
  // Within an open row, k bursts of one unit per round trip of 60 ns, until
  // the channel is full at 12.
  for (const unsigned k : {1U, 2U, 4U, 6U, 12U, 16U}) {
    dram_channel channel{channel_timing()};
    channel.access(0, 0, 4);
    const std::uint64_t start = 1000 * ns;
    const unsigned bursts = 24;
    const channel_answer answer =
        channel.transfer(start, contiguous(0, bursts * 64, 64, k));
    const std::uint64_t round_trip = hit + unit + latency;
    const std::uint64_t rounds = (bursts + k - 1) / k;
    const std::uint64_t in_last = bursts - (rounds - 1) * k;
    const std::uint64_t expected =
        k < 12 ? (rounds - 1) * round_trip + round_trip + (in_last - 1) * unit
               : hit + bursts * unit + latency;
    INFO("in flight " << k);
    CHECK(answer.last - start == expected);
  }
}

TEST_CASE("rows of one bank miss every time") {
  dram_channel channel{channel_timing()};
  const channel_transfer column{0, 10, 64, row * banks, nullptr, 64, 8};
  const channel_answer answer = channel.transfer(0, column);
  CHECK(channel.counters().row_misses == 10);
  CHECK(answer.last == 10 * (miss + unit) + latency);
}

TEST_CASE("rows of different banks are opened at the same time") {
  dram_channel channel{channel_timing()};
  const channel_transfer column{0, 8, 64, row, nullptr, 64, 8};
  const channel_answer answer = channel.transfer(0, column);
  CHECK(channel.counters().row_misses == 8);
  CHECK(answer.last == miss + 8 * unit + latency);
}

TEST_CASE("a short row occupies whole units") {
  dram_channel channel{channel_timing()};
  // 70 bytes from byte 60 on: units 0, 1 and 2; bursts of 64 bytes: 3 parts.
  const channel_answer answer =
      channel.transfer(0, {60, 1, 70, 0, nullptr, 64, 8});
  CHECK(answer.moving == 3 * unit);
  CHECK(channel.counters().bursts == 3);
}

TEST_CASE("transfers follow each other") {
  dram_channel channel{channel_timing()};
  channel.access(0, 0, 4);
  const std::uint64_t t = 1000 * ns;
  const channel_answer first = channel.transfer(t, contiguous(0, row, 256, 8));
  const channel_answer second =
      channel.transfer(t + 1 * ns, contiguous(0, row, 256, 8));
  CHECK(first.last == t + hit + 32 * unit + latency);
  CHECK(second.last == first.last + 32 * unit);
}

TEST_CASE("an access waits for what is in flight and postpones the rest") {
  dram_channel channel{channel_timing()};
  const channel_answer answer =
      channel.transfer(0, contiguous(0, 1 << 20, 256, 8));
  // 8 bursts of 256 bytes are 32 units.
  const std::uint64_t t = 10000 * ns;
  const std::uint64_t done = channel.access(t, 1 << 24, 64);
  CHECK(done == t + 32 * unit + miss + unit + latency);
  // The next transfer begins a unit later than it would have.
  const channel_answer next =
      channel.transfer(t, contiguous(1 << 20, 64, 256, 8));
  CHECK(next.last == answer.last + 2 * unit);
}

TEST_CASE("an access in the future does not hold up a transfer") {
  dram_channel channel{channel_timing()};
  channel.access(500000 * ns, 0, 64);
  const channel_answer answer =
      channel.transfer(100 * ns, contiguous(0, 64, 256, 8));
  CHECK(answer.last == 100 * ns + hit + unit + latency);
}

TEST_CASE("random transfers take what the rules say, unit by unit") {
  const std::uint32_t seed = 20251014;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto between = [&](std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random);
  };
  for (int round = 0; round < 400; ++round) {
    channel_timing timing;
    timing.burst_ticks = between(1, 10) * ns;
    timing.row_hit_ticks = between(0, 20) * ns;
    timing.row_miss_ticks = timing.row_hit_ticks + between(0, 40) * ns;
    timing.latency_ticks = between(0, 60) * ns;
    timing.banks = 1U << between(0, 4);
    timing.row_bytes = 64U << between(0, 5);
    // So many bursts after one take as long as the next row needs to open: with
    // fewer in flight, some wait for room.
    const std::uint64_t enough =
        1 + (timing.latency_ticks + timing.row_miss_ticks) / timing.burst_ticks;
    dram_channel channel(timing);
    plain_channel plain(timing);
    std::uint64_t time = between(0, 1000);
    for (int i = 0; i < 5; ++i) {
      std::vector<std::uint16_t> list(between(1, 60));
      for (auto& entry : list) {
        entry = static_cast<std::uint16_t>(between(0, 300));
      }
      channel_transfer what;
      what.address = between(0, 5000);
      what.rows = list.size();
      what.row_bytes = between(1, 700);
      const std::uint64_t strides[] = {between(0, 900), between(0, 40000),
                                       64 * between(0, 40)};
      what.stride = strides[between(0, 2)];
      what.index = between(0, 1) == 0 ? nullptr : list.data();
      what.burst_bytes = 64U << between(0, 3);
      what.outstanding = static_cast<unsigned>(
          between(0, 1) == 0
              ? between(1, 255)
              : between(std::max<std::uint64_t>(enough, 3) - 2, enough + 2));
      const channel_answer fast = channel.transfer(time, what);
      const channel_answer slow = plain.transfer(time, what);
      INFO("round " << round << ", transfer " << i);
      REQUIRE(fast.first == slow.first);
      REQUIRE(fast.last == slow.last);
      REQUIRE(fast.moving == slow.moving);
      REQUIRE(channel.counters().bursts == plain.counters.bursts);
      REQUIRE(channel.counters().row_hits == plain.counters.row_hits);
      REQUIRE(channel.counters().row_misses == plain.counters.row_misses);
      // Before or after the end of this one.
      time += between(0, 2 * (fast.last - time));
    }
  }
}

TEST_CASE("reset closes all rows") {
  dram_channel channel{channel_timing()};
  channel.access(0, 0, 4);
  channel.reset();
  CHECK(channel.counters().bursts == 0);
  CHECK(channel.access(0, 0, 4) == miss + unit + latency);
}
