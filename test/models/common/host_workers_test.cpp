// Values on several threads of the host: each part once, and nobody sees a
// difference. Runs under ThreadSanitizer too (preset tsan).
#include "models/common/host_workers.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdint>
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
  host_job job([&](unsigned, unsigned) {
    while (!gate) std::this_thread::yield();
    for (std::size_t i = 16; i < 32; ++i) memory[i] = memory[i - 16];
  });
  memory[3] = 7;
  job.touches(&memory[0], 16, false);
  job.touches(&memory[16], 16, true);
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
  unsigned runs = 0;
  host_job job([&](unsigned, unsigned) { ++runs; });
  for (unsigned round = 1; round <= 100; ++round) {
    job.touches(memory.data(), memory.size(), true);
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
    multiplication.touches(c.data(), c.size(), true);
    workers.start(multiplication,
                  (columns + product_panel - 1) / product_panel);
    normalisation.touches(z.data(), z.size(), true);
    workers.start(normalisation, rows);
    workers.settle(z.data(), 1, false);
    REQUIRE(z == expected_z);
    workers.finish(normalisation);
    workers.finish(multiplication);
    REQUIRE(c == expected_c);
  }
}
