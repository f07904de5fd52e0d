#include <catch2/catch.hpp>

#include "models/dma/timing.hpp"

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)

TEST_CASE("each row begins in a cycle of its own") {
  CHECK(dma_beats({0, 1, 64, 0}, 16) == 4);
  CHECK(dma_beats({0, 1, 65, 0}, 16) == 5);
  CHECK(dma_beats({0, 10, 17, 100}, 16) == 20);
  CHECK(dma_beats({0, 1, 1, 0}, 16) == 1);
}

TEST_CASE("two memories without a pace: latencies and beats") {
  dma_side sram;
  sram.latency = 3;
  const cycle_breakdown cycles = dma_data_phase(4, sram, sram);
  // Data arrives in cycles 3 to 6 and is there 3 cycles later.
  CHECK(cycles.compute == 4);
  CHECK(cycles.operand_wait == 5);
}

TEST_CASE("a source that sets the pace") {
  dma_side dram;
  dram.paced = true;
  dram.latency = 3;
  dram.first = 100;
  dram.last = 500;
  dram.moving = 400;
  dma_side sram;
  sram.latency = 3;
  // Slower than the data path: its last burst, and the way.
  CHECK(dma_data_phase(320, dram, sram).compute == 400);
  CHECK(dma_data_phase(320, dram, sram).total() == 503);
  // Faster than the data path.
  CHECK(dma_data_phase(640, dram, sram).compute == 640);
  CHECK(dma_data_phase(640, dram, sram).total() == 100 + 640 - 1 + 3);
}

TEST_CASE("a destination that sets the pace") {
  dma_side dram;
  dram.paced = true;
  dram.latency = 3;
  dram.first = 100;
  dram.last = 500;
  dram.moving = 400;
  dma_side sram;
  sram.latency = 3;
  CHECK(dma_data_phase(320, sram, dram).total() == 503);
  CHECK(dma_data_phase(640, sram, dram).total() == 3 + 640 - 1 + 3);
}

TEST_CASE("source and destination on one channel add up") {
  dma_side read;
  read.paced = true;
  read.first = 100;
  read.last = 500;
  read.moving = 400;
  dma_side write = read;
  // Asked at cycle 100, behind the reads on the channel.
  write.last = 850;
  const cycle_breakdown cycles = dma_data_phase(320, read, write);
  CHECK(cycles.total() == 950);
  CHECK(cycles.compute == 800);
}
