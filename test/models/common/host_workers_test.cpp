// Values on several threads of the host: each part once, and nobody sees a
// difference. Runs under ThreadSanitizer too (preset tsan).
#include "models/common/host_workers.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "models/row_engine/kernel.hpp"
#include "models/vector_unit/kernel.hpp"

namespace {

using namespace vitvp::models;
using bytes = std::vector<std::uint8_t>;

bytes random_bytes(std::mt19937& random, std::size_t n) {
  bytes result(n);
  for (std::uint8_t& b : result) b = static_cast<std::uint8_t>(random());
  return result;
}

}  // namespace

TEST_CASE("every part is computed once, however many threads there are") {
  for (const unsigned threads : {1U, 2U, 4U}) {
    host_workers workers(threads);
    CHECK(workers.threads() == threads);
    std::vector<unsigned> count(17);
    std::vector<unsigned> by_thread(threads);
    host_job job([&](unsigned part, unsigned thread) {
      ++count.at(part);
      ++by_thread.at(thread);
    });
    constexpr unsigned rounds = 2000;
    for (unsigned round = 0; round < rounds; ++round) {
      workers.start(job, 17);
      workers.finish(job);
    }
    INFO(threads << " threads");
    CHECK(count == std::vector<unsigned>(17, rounds));
    unsigned sum = 0;
    for (const unsigned n : by_thread) sum += n;
    CHECK(sum == 17 * rounds);
  }
}

TEST_CASE("who looks at memory sees it as if jobs were done at their start") {
  host_workers workers(2);
  std::atomic<bool> gate{false};
  bytes memory(64);
  const watched_memory watched(&workers, memory.data(), memory.size());
  host_job job([&](unsigned, unsigned) {
    while (!gate) std::this_thread::yield();
    for (std::size_t i = 16; i < 32; ++i) memory[i] = memory[i - 16];
  });
  memory[3] = 7;
  job.reads({&memory[0], 1, 16, 0});
  job.writes({&memory[16], 1, 16, 0});
  workers.start(job, 1);

  SECTION("who reads what is only read, or writes elsewhere, does not wait") {
    workers.settle(&memory[0], 16, false);
    workers.settle(&memory[32], 32, true);
    CHECK_FALSE(gate);
    gate = true;
  }
  SECTION("who reads what is written waits") {
    gate = true;
    workers.settle(&memory[31], 2, false);
    CHECK(memory[19] == 7);
  }
  SECTION("who writes what is read waits") {
    gate = true;
    workers.settle(&memory[15], 1, true);
    memory[3] = 9;
    CHECK(memory[19] == 7);
  }
  SECTION("who asks for everything waits") {
    gate = true;
    workers.settle();
    CHECK(memory[19] == 7);
  }
  workers.finish(job);
  CHECK(memory[19] == 7);
}

TEST_CASE("a job that is finished is nobody's obstacle") {
  host_workers workers(2);
  bytes memory(16);
  const watched_memory watched(&workers, memory.data(), memory.size());
  unsigned runs = 0;
  host_job job([&](unsigned, unsigned) { ++runs; });
  for (unsigned round = 1; round <= 100; ++round) {
    job.writes({memory.data(), 1, memory.size(), 0});
    workers.start(job, 1);
    workers.finish(job);
    workers.finish(job);
    workers.settle(memory.data(), memory.size(), false);
    CHECK(runs == round);
  }
}

TEST_CASE("sleeping workers wake up for a job") {
  host_workers workers(3);
  std::atomic<unsigned> done{0};
  host_job job([&](unsigned, unsigned) { ++done; });
  for (unsigned round = 1; round <= 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    workers.start(job, 5);
    while (done != 5 * round) std::this_thread::yield();
    workers.finish(job);
  }
}

TEST_CASE("a job waits for what it depends on, and nobody else does") {
  host_workers workers(3);
  std::atomic<bool> gate{false};
  std::atomic<bool> other_done{false};
  bytes memory(48);
  const watched_memory watched(&workers, memory.data(), memory.size());
  host_job first([&](unsigned, unsigned) {
    while (!gate) std::this_thread::yield();
    memory[16] = memory[0];
  });
  host_job second([&](unsigned, unsigned) { memory[32] = memory[16]; });
  host_job overwriting([&](unsigned, unsigned) { memory[0] = 1; });
  host_job other([&](unsigned, unsigned) { other_done = true; });
  memory[0] = 7;

  first.reads({&memory[0], 1, 16, 0});
  first.writes({&memory[16], 1, 16, 0});
  workers.start(first, 1);
  second.reads({&memory[16], 1, 16, 0});
  second.writes({&memory[32], 1, 16, 0});
  workers.start(second, 1);
  overwriting.writes({&memory[0], 1, 1, 0});
  workers.start(overwriting, 1, true);
  other.reads({&memory[8], 1, 8, 0});
  workers.start(other, 1);
  while (!other_done) std::this_thread::yield();
  gate = true;
  workers.finish(overwriting);
  workers.finish(second);
  CHECK(memory[32] == 7);
  CHECK(memory[0] == 1);
  workers.settle();
}

TEST_CASE("who waits does what it waits for, to the first job of a chain") {
  host_workers workers(2);
  std::atomic<bool> began{false};
  std::atomic<bool> gate{false};
  bytes memory(64);
  const watched_memory watched(&workers, memory.data(), memory.size());
  host_job stuck([&](unsigned, unsigned) {
    began = true;
    while (!gate) std::this_thread::yield();
  });
  workers.start(stuck, 1);
  while (!began) std::this_thread::yield();
  std::vector<std::unique_ptr<host_job>> chain;
  memory[0] = 1;
  for (unsigned i = 0; i + 1 < memory.size(); ++i) {
    chain.push_back(
        std::make_unique<host_job>([&memory, i](unsigned, unsigned) {
          memory[i + 1] = static_cast<std::uint8_t>(memory[i] + 1);
        }));
    chain.back()->reads({&memory[i], 1, 1, 0});
    chain.back()->writes({&memory[i + 1], 1, 1, 0});
    workers.start(*chain.back(), 1);
  }
  workers.settle(&memory[63], 1, false);
  CHECK(memory[63] == 64);
  CHECK_FALSE(gate);
  gate = true;
  workers.settle();
}

TEST_CASE("what is small and waits for nobody is done at once") {
  host_workers workers(2);
  std::atomic<bool> gate{false};
  bytes memory(2);
  const watched_memory watched(&workers, memory.data(), memory.size());
  host_job large([&](unsigned, unsigned) {
    while (!gate) std::this_thread::yield();
    memory[0] = 5;
  });
  host_job small([&](unsigned, unsigned) { memory[1] = 3; });
  large.writes({&memory[0], 1, 1, 0});
  workers.start(large, 1);
  small.writes({&memory[1], 1, 1, 0});
  workers.start(small, 1, true);
  CHECK(memory[1] == 3);
  gate = true;
  workers.settle();
}

TEST_CASE("what touches memory that nobody watches is done at once, in turn") {
  host_workers workers(2);
  bytes memory(2);
  bytes unwatched(1);
  const watched_memory watched(&workers, memory.data(), memory.size());
  host_job first([&](unsigned, unsigned) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    memory[0] = 9;
  });
  host_job second([&](unsigned, unsigned) { unwatched[0] = memory[0]; });
  first.writes({&memory[0], 1, 1, 0});
  workers.start(first, 1);
  second.reads({&memory[0], 1, 1, 0});
  second.writes({unwatched.data(), 1, 1, 0});
  workers.start(second, 1);
  CHECK(unwatched[0] == 9);
  workers.settle();
}

TEST_CASE("places of rows meet where they share a byte") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto between = [&](std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
  };
  bytes memory(400);
  const auto any = [&](std::size_t stride) {
    const std::size_t row = between(0, 8);
    return host_bytes{&memory[between(0, 100)], between(0, 6), row,
                      between(0, 2) == 0 ? row : stride};
  };
  unsigned apart = 0;
  for (unsigned round = 0; round < 20000; ++round) {
    const std::size_t stride = between(0, 24);
    const host_bytes a = any(stride);
    const host_bytes b = any(between(0, 9) == 0 ? between(0, 24) : stride);
    if (a.empty() || b.empty()) continue;
    std::vector<unsigned> touched(memory.size());
    const auto touch = [&](const host_bytes& bytes, unsigned by) {
      const auto first = static_cast<std::size_t>(bytes.data - memory.data());
      for (std::size_t r = 0; r < bytes.rows; ++r) {
        for (std::size_t i = 0; i < bytes.row_bytes; ++i) {
          touched.at(first + r * bytes.stride + i) |= by;
        }
      }
    };
    touch(a, 1);
    touch(b, 2);
    const bool shared =
        std::find(touched.begin(), touched.end(), 3U) != touched.end();
    CAPTURE(round, a.data - memory.data(), a.rows, a.row_bytes, a.stride,
            b.data - memory.data(), b.rows, b.row_bytes, b.stride);
    if (shared) REQUIRE(a.meets(b));
    REQUIRE(a.meets(b) == b.meets(a));
    const bool told_apart = !a.meets(b);
    if (a.data < b.end() && b.data < a.end() && told_apart) ++apart;
  }
  // Columns beside each other are told apart.
  CHECK(apart > 100);
}

TEST_CASE("sets of blocks meet where they share a block of a memory") {
  constexpr unsigned most = host_blocks::most;
  unsigned wrong = 0;
  for (unsigned first = 0; first < most; ++first) {
    for (unsigned last = first; last < most; ++last) {
      host_blocks range;
      range.add(1, first, last);
      for (unsigned block = 0; block < most; ++block) {
        for (const unsigned memory : {0U, 1U}) {
          host_blocks one;
          one.add(memory, block, block);
          const bool within = memory == 1 && first <= block && block <= last;
          if (one.meets(range) != within) ++wrong;
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("jobs at random compute what they do one after the other") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto between = [&](std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
  };
  struct graph_job {
    host_bytes from, to;
    unsigned number = 0;
    unsigned parts = 1;
    std::unique_ptr<host_job> job;

    // Mixes what is read into what is written.
    void compute(unsigned part) const {
      std::uint32_t sum = number;
      for (std::size_t r = 0; r < from.rows; ++r) {
        for (std::size_t i = 0; i < from.row_bytes; ++i) {
          sum = sum * 31 + from.data[r * from.stride + i];
        }
      }
      auto* out = const_cast<std::uint8_t*>(to.data);
      for (std::size_t r = part; r < to.rows; r += parts) {
        for (std::size_t i = 0; i < to.row_bytes; ++i) {
          out[r * to.stride + i] = static_cast<std::uint8_t>(sum + r + 3 * i);
        }
      }
    }
  };
  for (const unsigned threads : {1U, 2U, 3U, 6U}) {
    host_workers workers(threads);
    bytes memory = random_bytes(random, 4096);
    bytes aside = random_bytes(random, 512);
    bytes expected = memory;
    bytes expected_aside = aside;
    const watched_memory watched(&workers, memory.data(), memory.size());
    // More than may be under way.
    std::vector<graph_job> jobs(90);
    for (graph_job& j : jobs) {
      j.job = std::make_unique<host_job>([&j](unsigned part, unsigned) {
        for (volatile unsigned i = 0; i < j.number % 512; i = i + 1) {
        }
        j.compute(part);
      });
    }
    const auto any_rows = [&](bytes& in) {
      const std::size_t row = between(1, 40);
      const std::size_t stride = between(0, 1) == 0 ? 64 : row;
      const std::size_t rows = between(1, 7);
      const std::size_t extent = (rows - 1) * stride + row;
      return host_bytes{&in[between(0, in.size() - extent)], rows, row, stride};
    };
    const auto in_expected = [&](host_bytes place) {
      if (place.data >= aside.data() && place.data < aside.data() + 512) {
        place.data = expected_aside.data() + (place.data - aside.data());
      } else {
        place.data = expected.data() + (place.data - memory.data());
      }
      return place;
    };
    for (unsigned round = 0; round < 4000; ++round) {
      graph_job& j = jobs[round % jobs.size()];
      workers.finish(*j.job);
      j.number = round;
      j.from = any_rows(between(0, 40) == 0 ? aside : memory);
      j.to = any_rows(between(0, 40) == 0 ? aside : memory);
      const bool apart = !j.from.meets(j.to);
      j.parts = apart ? static_cast<unsigned>(between(1, 4)) : 1;
      j.job->reads(j.from);
      j.job->writes(j.to);
      workers.start(*j.job, j.parts, between(0, 2) == 0);
      graph_job plain;
      plain.from = in_expected(j.from);
      plain.to = in_expected(j.to);
      plain.number = round;
      plain.compute(0);
      if (between(0, 9) == 0) {
        const std::size_t at = between(0, memory.size() - 32);
        workers.settle(&memory[at], 32, false);
        REQUIRE(std::equal(&memory[at], &memory[at] + 32, &expected[at]));
      }
      if (between(0, 9) == 0) {
        const std::size_t at = between(0, memory.size() - 1);
        workers.settle(&memory[at], 1, true);
        memory[at] = expected[at] = static_cast<std::uint8_t>(round);
      }
      if (between(0, 99) == 0) workers.finish(*jobs[between(0, 89)].job);
      if (between(0, 499) == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
      }
    }
    workers.settle();
    INFO(threads << " threads");
    REQUIRE(memory == expected);
    REQUIRE(aside == expected_aside);
  }
}

TEST_CASE("products and rows in parts are those of one thread") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  constexpr std::uint32_t rows = 29;
  constexpr std::uint32_t columns = 197;
  constexpr std::uint32_t terms = 65;
  const bytes a = random_bytes(random, rows * terms);
  const bytes b = random_bytes(random, terms * columns);
  const bytes records = random_bytes(random, record_bytes * columns);
  const bytes x = random_bytes(random, std::size_t{2} * rows * columns);
  bytes expected_c(rows * columns);
  bytes expected_z(rows * columns);

  product p;
  p.rows = rows;
  p.columns = columns;
  p.terms = terms;
  p.a = a.data();
  p.a_row_stride = terms;
  p.a_term_stride = 1;
  p.b = b.data();
  p.b_term_stride = columns;
  p.records = records.data();
  p.c = expected_c.data();
  p.c_row_stride = columns;
  p.c_column_stride = 1;
  product_workspace room;
  multiply(p, room);
  layer_norm norm;
  norm.load(records.data(), columns, 3);
  for (std::size_t r = 0; r < rows; ++r) {
    norm.row(&x[2 * r * columns], &expected_z[r * columns]);
  }

  host_workers workers(4);
  std::vector<product_workspace> rooms(workers.threads());
  bytes c(rows * columns);
  bytes z(rows * columns);
  const watched_memory watched_c(&workers, c.data(), c.size());
  const watched_memory watched_z(&workers, z.data(), z.size());
  p.c = c.data();
  host_job multiplication([&](unsigned part, unsigned thread) {
    const std::uint32_t first = part * product_panel;
    multiply(columns_of(p, first, std::min(product_panel, columns - first)),
             rooms[thread]);
  });
  host_job normalisation([&](unsigned part, unsigned) {
    norm.row(&x[2 * part * columns], &z[part * columns]);
  });
  for (unsigned round = 0; round < 50; ++round) {
    std::fill(c.begin(), c.end(), std::uint8_t{0});
    std::fill(z.begin(), z.end(), std::uint8_t{0});
    ++p.number;
    multiplication.writes({c.data(), 1, c.size(), 0});
    workers.start(multiplication,
                  (columns + product_panel - 1) / product_panel);
    normalisation.writes({z.data(), 1, z.size(), 0});
    workers.start(normalisation, rows);
    workers.settle(z.data(), 1, false);
    REQUIRE(z == expected_z);
    workers.finish(normalisation);
    workers.finish(multiplication);
    REQUIRE(c == expected_c);
  }
}
