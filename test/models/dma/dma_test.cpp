#include "models/dma/dma.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>

#include "test/models/dma/dma_bench.hpp"
#include "test/registers/register_walk.hpp"

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)
using namespace vitvp::test;    // NOLINT(google-build-using-namespace)

namespace {

constexpr std::uint32_t fault_address = 1;
constexpr std::uint32_t fault_burst = 3;
constexpr std::uint32_t fault_parameter = 6;

void check_fault(dma_bench& bench, const copy& c, std::uint32_t code,
                 std::uint32_t address) {
  bench.submit(c, 77);
  bench.finish();
  CHECK(bench.read(dma_regs::ERROR_CODE) == code);
  CHECK(bench.read(dma_regs::ERROR_ADDRESS) == address);
  CHECK(bench.read(dma_regs::ERROR_TAG) == 77);
  CHECK(bench.read(dma_regs::COMPLETED) == 0);
  CHECK(bench.reports.back().work == 0);
  bench.write(dma_regs::CONTROL, 1);
}

void check_unmapped(dma_bench& bench) {
  const std::uint32_t sram_end = sram_base + 232 * 1024;
  const std::uint32_t dram_end = dram_base + dram_bytes;
  bench.at(dram_base) = 1;
  // Nothing there.
  check_fault(bench, {0x30000000, sram_base}, fault_address, 0x30000000);
  check_fault(bench, {dram_base, 0x30000000}, fault_address, 0x30000000);
  // The third row leaves SRAM.
  check_fault(bench, {dram_base, sram_end - 200, 64, 4, 64, 80}, fault_address,
              sram_end - 200 + 160);
  // The last byte leaves DRAM.
  check_fault(bench, {dram_end - 63, sram_base}, fault_address, dram_end - 63);
  // A row that would leave the address space.
  check_fault(bench, {dram_base, 0xffffffc0, 65, 1, 0, 0}, fault_address,
              0xffffffc0);
  // The list.
  copy gather{dram_base, sram_base, 64, 4, 64, 64};
  gather.mode = mode_gather;
  gather.index = sram_end - 6;
  check_fault(bench, gather, fault_address, sram_end - 6);
  // A row of the list.
  gather.index = sram_base + 0x100;
  gather.source = dram_end - 640;
  bench.store_u16(sram_base + 0x102, 9);
  bench.store_u16(sram_base + 0x104, 10);
  bench.store_u16(sram_base + 0x106, 8);
  check_fault(bench, gather, fault_address, dram_end);
  CHECK(bench.at(sram_end - 200) == 0);
  CHECK(bench.at(sram_base) == 0);
  CHECK(bench.dram.counters().read_bytes == 0);
  CHECK(bench.sram.counters().write_bytes == 0);
  CHECK(bench.engine.counters().copies == 0);
}

}  // namespace

TEST_CASE("a copy of rows arrives with its strides") {
  dma_bench bench("bench");
  for (std::uint32_t i = 0; i < 1000; ++i) {
    bench.at(dram_base + i) = static_cast<std::uint8_t>(i * 7);
  }
  const command_report& report =
      bench.run({dram_base + 5, sram_base + 11, 13, 4, 100, 20});
  for (std::uint32_t row = 0; row < 4; ++row) {
    for (std::uint32_t i = 0; i < 20; ++i) {
      const std::uint8_t expected =
          i < 13 ? bench.at(dram_base + 5 + row * 100 + i) : 0;
      REQUIRE(bench.at(sram_base + 11 + row * 20 + i) == expected);
    }
  }
  CHECK(report.work == 52);
  CHECK(bench.dram.counters().read_bytes == 52);
  CHECK(bench.sram.counters().write_bytes == 52);
  CHECK(bench.engine.counters().copies == 1);
  CHECK(bench.engine.counters().rows == 4);
}

TEST_CASE("limits can be read") {
  dma_config config;
  config.burst_bytes = 128;
  config.outstanding = 5;
  dma_bench bench("bench", config);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  CHECK(bench.read(dma_regs::LIMITS) == (128 | 5 << 16));
  CHECK(bench.read(dma_regs::ID) == (1 | 1 << 16));
}

TEST_CASE("the registers of the DMA are those of its table") {
  dma_bench bench("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  register_walk walk = walk_over(bench.driver.out, dma_regs::table);
  const dma_config& config = bench.engine.config();
  walk.configured = {
      {dma_regs::ID, 1 | 1 << 16},
      {dma_regs::STATUS, config.engine.queue_depth << 16},
      {dma_regs::LIMITS, config.burst_bytes | config.outstanding << 16}};
  check_registers(walk);
}

TEST_CASE("a short copy within SRAM: set-up, latency, beats") {
  dma_bench bench("bench");
  const command_report& report = bench.run({sram_base, sram_base + 4096});
  // Bus 2 cycles and memory 1, each way; 64 bytes are 4 beats of 16.
  CHECK(report.cycles.control == 8);
  CHECK(report.cycles.compute == 4);
  CHECK(report.cycles.operand_wait == 5);
  CHECK(report.cycles.bank_conflict == 0);
  CHECK(report.end - report.start == ns(17));
}

TEST_CASE("a long copy from DRAM runs at the bandwidth of the channel") {
  dma_bench bench("bench");
  const std::uint32_t bytes = 128 << 10;
  const command_report& report = bench.run({dram_base, sram_base, bytes, 1});
  // 2048 units of 5 ns; before them 2 cycles of bus, the opening of a row and
  // the latency; behind them the way into SRAM.
  CHECK(report.cycles.control == 8);
  CHECK(report.cycles.compute == 2048 * 5);
  CHECK(report.cycles.operand_wait == 2 + 45 + 40 + 3);
  CHECK(bench.dram.counters().moved_bytes == bytes);
  CHECK(bench.dram.counters().row_misses == bytes / 2048);
}

TEST_CASE("rows without gap are one transfer") {
  dma_bench bench("bench");
  // The same bytes as one row, and as rows that follow each other.
  const cycle_breakdown one =
      bench.run({dram_base + 32, sram_base, 96 * 64, 1}).cycles;
  const dram_counters first = bench.dram.counters();
  bench.dram.reset();
  const cycle_breakdown many =
      bench.run({dram_base + 32, sram_base, 96, 64, 96, 96}).cycles;
  CHECK(many.total() == one.total());
  CHECK(bench.dram.counters().moved_bytes == first.moved_bytes);
  // With gaps each row occupies whole units.
  bench.dram.reset();
  bench.run({dram_base + 32, sram_base, 96, 64, 128, 96});
  CHECK(bench.dram.counters().read_bytes == 96 * 64);
  CHECK(bench.dram.counters().moved_bytes == 64 * 128);
}

TEST_CASE("bursts in flight hide the latency of DRAM") {
  std::uint64_t last = ~0ULL;
  std::vector<std::uint64_t> cycles;
  std::vector<std::unique_ptr<dma_bench>> benches;
  for (const unsigned outstanding : {1U, 2U, 4U, 16U}) {
    dma_config config;
    config.burst_bytes = 64;
    config.outstanding = outstanding;
    const std::string name = "bench" + std::to_string(outstanding);
    benches.push_back(std::make_unique<dma_bench>(name.c_str(), config));
  }
  // Rows of a unit with gaps: one burst each.
  for (auto& bench : benches) {
    const cycle_breakdown c =
        bench->run({dram_base, sram_base, 64, 16, 128, 64}).cycles;
    CHECK(c.compute == 16 * 5);
    CHECK(c.total() < last);
    last = c.total();
    cycles.push_back(c.operand_wait + c.compute);
  }
  // One at a time: 16 round trips of 15 + 5 + 40 ns and the row's opening.
  CHECK(cycles[0] == 2 + 30 + 16 * 60 + 3);
  // All at once.
  CHECK(cycles[3] == 2 + 45 + 16 * 5 + 40 + 3);
}

TEST_CASE("a copy within DRAM pays for both directions") {
  dma_bench bench("bench");
  const std::uint32_t bytes = 64 << 10;
  const cycle_breakdown cycles =
      bench.run({dram_base, dram_base + (1 << 20), bytes, 1}).cycles;
  CHECK(cycles.compute == 2 * 1024 * 5);
  CHECK(cycles.operand_wait < 300);
  CHECK(bench.dram.counters().read_bytes == bytes);
  CHECK(bench.dram.counters().write_bytes == bytes);
}

TEST_CASE("a fill reads nothing") {
  dma_bench bench("bench");
  copy fill{0xdeadbeef, dram_base + 1, 30, 3, 0, 50};
  fill.mode = mode_fill | 0xa5 << 8;
  const command_report& report = bench.run(fill);
  CHECK(bench.at(dram_base) == 0);
  CHECK(bench.at(dram_base + 1) == 0xa5);
  CHECK(bench.at(dram_base + 30) == 0xa5);
  CHECK(bench.at(dram_base + 31) == 0);
  CHECK(bench.at(dram_base + 130) == 0xa5);
  CHECK(bench.at(dram_base + 131) == 0);
  CHECK(report.work == 90);
  CHECK(bench.dram.counters().read_bytes == 0);
  CHECK(bench.dram.counters().write_bytes == 90);
  CHECK(bench.engine.counters().fills == 1);
}

TEST_CASE("a gather fetches the rows of its list and no others") {
  dma_bench bench("bench");
  for (std::uint32_t i = 0; i < 256 * 64; ++i) {
    bench.at(dram_base + i) = static_cast<std::uint8_t>(i / 64);
  }
  const std::uint16_t list[] = {200, 3, 3, 255, 0};
  for (std::uint32_t i = 0; i < 5; ++i) {
    bench.store_u16(sram_base + 0x100 + 2 * i, list[i]);
  }
  copy gather{dram_base, sram_base + 0x1000, 64, 5, 64, 64};
  gather.index = sram_base + 0x100;
  gather.mode = mode_gather;
  const command_report& report = bench.run(gather);
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK(bench.at(sram_base + 0x1000 + 64 * i + 63) == list[i]);
  }
  CHECK(bench.dram.counters().read_bytes == 320);
  CHECK(bench.dram.counters().moved_bytes == 320);
  CHECK(bench.sram.counters().read_bytes == 10);
  CHECK(bench.engine.counters().index_bytes == 10);
  // The list comes first: latency 3 and one beat.
  CHECK(report.cycles.control == 8 + 3);
}

TEST_CASE("streams of others in the same banks lengthen a copy") {
  dma_bench bench("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  stream_extension stream;
  stream.row_bytes = 512 * 100;
  stream.duration_cycles = 100;  // every bank, every cycle
  REQUIRE(bench.other.announce(sram_base, stream).status ==
          tlm::TLM_OK_RESPONSE);
  const command_report& report = bench.run({sram_base, sram_base + 0x10000});
  // The other stream began behind the bus, at 2 ns, and holds all banks until
  // 102 ns; the copy would begin 8 + 2 cycles behind its start.
  const double begin = report.start.to_seconds() * 1e9 + 10;
  CHECK(report.cycles.bank_conflict == Approx(102 - begin));
  CHECK(bench.sram.counters().banks[0].conflict_cycles > 0);
}

TEST_CASE("a DRAM channel busy with others is operand wait") {
  dma_bench bench("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  burst_extension burst;
  burst.row_bytes = 64000;  // 1000 units, 5 us
  burst.burst_bytes = 256;
  burst.outstanding = 8;
  REQUIRE(bench.other.announce(dram_base, burst).status ==
          tlm::TLM_OK_RESPONSE);
  const cycle_breakdown cycles =
      bench.run({dram_base + (1 << 20), sram_base}).cycles;
  CHECK(cycles.compute == 5);
  CHECK(cycles.operand_wait > 4900);
  CHECK(cycles.operand_wait < 5200);
}

TEST_CASE("bad parameters name their register") {
  dma_bench bench("bench");
  const copy good{dram_base, sram_base, 64, 2, 64, 64};
  copy c = good;
  c.row_bytes = 0;
  check_fault(bench, c, fault_parameter, dma_regs::ROW_BYTES);
  c.row_bytes = (16 << 20) + 1;
  check_fault(bench, c, fault_parameter, dma_regs::ROW_BYTES);
  c = good;
  c.rows = 0;
  check_fault(bench, c, fault_parameter, dma_regs::ROWS);
  c.rows = 65537;
  check_fault(bench, c, fault_parameter, dma_regs::ROWS);
  c.rows = 1025;
  c.row_bytes = 16 << 10;
  check_fault(bench, c, fault_parameter, dma_regs::ROWS);
  c = good;
  c.mode = mode_gather | mode_fill;
  check_fault(bench, c, fault_parameter, dma_regs::MODE);
  CHECK(bench.dram.counters().read_bytes == 0);
  CHECK(bench.run(good).work == 128);
}

TEST_CASE("an odd index list is a burst fault") {
  dma_bench bench("bench");
  copy c{dram_base, sram_base, 64, 2, 64, 64};
  c.index = sram_base + 0x101;
  c.mode = mode_gather;
  check_fault(bench, c, fault_burst, sram_base + 0x101);
}

TEST_CASE("what is not mapped faults with its address before anything moves") {
  dma_config config;
  dma_bench with("with", config);
  config.engine.use_dmi = false;
  dma_bench without("without", config);
  check_unmapped(with);
  check_unmapped(without);
}

TEST_CASE("commands in the queue follow each other") {
  dma_bench bench("bench");
  bench.write(dma_regs::INTERRUPT_ENABLE, 1);
  bench.submit({dram_base, sram_base}, 1);
  bench.submit({dram_base, sram_base + 64}, 2);
  bench.submit({dram_base, sram_base + 128}, 3);
  bench.finish();
  REQUIRE(bench.reports.size() == 3);
  CHECK(bench.reports[1].start == bench.reports[0].end);
  CHECK(bench.reports[2].start == bench.reports[1].end);
  CHECK(bench.reports[2].tag == 3);
  CHECK(bench.read(dma_regs::COMPLETED) == 3);
  CHECK(bench.read(dma_regs::WORK_LO) == 192);
  CHECK(bench.irq.read());
}

TEST_CASE("copies where source and destination overlap go row by row") {
  dma_config config;
  dma_bench with("with", config);
  config.engine.use_dmi = false;
  dma_bench without("without", config);
  for (dma_bench* bench : {&with, &without}) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      bench->at(sram_base + i) = static_cast<std::uint8_t>(i + 1);
    }
    // Each row of 4 goes 4 further: row 0 is copied on and on.
    bench->run({sram_base, sram_base + 4, 4, 8, 4, 4});
    for (std::uint32_t i = 0; i < 36; ++i) {
      CHECK(bench->at(sram_base + i) == i % 4 + 1);
    }
    // One row onto itself, shifted by one, is moved whole.
    bench->run({sram_base + 40, sram_base + 41, 16, 1});
    CHECK(bench->at(sram_base + 41) == 41);
    CHECK(bench->at(sram_base + 56) == 56);
  }
}

TEST_CASE("reset of the DMA clears its counters") {
  dma_bench bench("bench");
  bench.run({dram_base, sram_base});
  bench.engine.reset();
  CHECK(bench.engine.counters().copies == 0);
  CHECK(bench.read(dma_regs::COMPLETED) == 0);
}

TEST_CASE("a bad DMA configuration names its key") {
  const auto refusal = [](auto change) -> std::string {
    dma_config config;
    change(config);
    try {
      config.validate();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  using Catch::Contains;
  CHECK(refusal([](dma_config&) {}) == "accepted");
  CHECK_THAT(refusal([](dma_config& c) { c.burst_bytes = 32; }),
             Contains("burst_bytes"));
  CHECK_THAT(refusal([](dma_config& c) { c.burst_bytes = 96; }),
             Contains("burst_bytes"));
  CHECK_THAT(refusal([](dma_config& c) { c.outstanding = 0; }),
             Contains("outstanding"));
  CHECK_THAT(refusal([](dma_config& c) { c.width_bytes = 512; }),
             Contains("width_bytes"));
  CHECK_THAT(refusal([](dma_config& c) { c.setup_cycles = 1001; }),
             Contains("setup_cycles"));
}
