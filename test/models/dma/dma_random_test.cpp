// Random commands against loops over bytes, with and without DMI: same values,
// same cycles.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "test/models/dma/dma_bench.hpp"

using namespace vitvp::models;  // NOLINT(google-build-using-namespace)
using namespace vitvp::test;    // NOLINT(google-build-using-namespace)

namespace {

constexpr std::uint32_t area_bytes = 200 << 10;

/// Both memories as the test expects them.
struct expected_memories {
  std::vector<std::uint8_t> sram = std::vector<std::uint8_t>(area_bytes);
  std::vector<std::uint8_t> dram = std::vector<std::uint8_t>(area_bytes);

  std::uint8_t& at(std::uint64_t address) {
    return address >= dram_base ? dram.at(address - dram_base)
                                : sram.at(address - sram_base);
  }

  void execute(const copy& c) {
    std::vector<std::uint32_t> list(c.rows);
    for (std::uint32_t i = 0; i < c.rows; ++i) {
      list[i] = i;
      if ((c.mode & mode_gather) != 0) {
        list[i] = static_cast<std::uint32_t>(at(c.index + 2 * i) |
                                             at(c.index + 2 * i + 1) << 8);
      }
    }
    for (std::uint32_t i = 0; i < c.rows; ++i) {
      std::vector<std::uint8_t> row(c.row_bytes,
                                    static_cast<std::uint8_t>(c.mode >> 8));
      if ((c.mode & mode_fill) == 0) {
        for (std::uint32_t k = 0; k < c.row_bytes; ++k) {
          row[k] = at(std::uint64_t{c.source} +
                      std::uint64_t{list[i]} * c.source_stride + k);
        }
      }
      for (std::uint32_t k = 0; k < c.row_bytes; ++k) {
        at(std::uint64_t{c.destination} + i * c.destination_stride + k) =
            row[k];
      }
    }
  }
};

class command_source {
 public:
  explicit command_source(std::uint32_t seed) : m_random(seed) {}

  std::uint32_t between(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(m_random);
  }

  copy next() {
    copy c;
    const std::uint32_t most_row = between(0, 9) == 0 ? 3000 : 200;
    c.row_bytes = between(1, most_row);
    c.rows = between(1, std::min(100U, 30000 / c.row_bytes));
    c.source_stride = stride(c.row_bytes);
    c.destination_stride = stride(c.row_bytes);
    const std::uint32_t kind = between(0, 9);
    m_source_rows = c.rows;
    if (kind < 3) {
      c.mode = mode_gather;
      m_source_rows =
          between(1, std::min(120U, 150000 / (c.source_stride + 1)));
      c.index = address(2 * c.rows) & ~1U;
    } else if (kind == 3) {
      c.mode = mode_fill | between(0, 255) << 8;
    }
    c.source = address((m_source_rows - 1) * c.source_stride + c.row_bytes);
    c.destination = address((c.rows - 1) * c.destination_stride + c.row_bytes);
    return c;
  }

  std::uint16_t row_number() {
    return static_cast<std::uint16_t>(between(0, m_source_rows - 1));
  }

 private:
  std::uint32_t stride(std::uint32_t row_bytes) {
    const std::uint32_t kind = between(0, 3);
    if (kind == 0) return row_bytes;
    if (kind == 1) return (row_bytes + 63) / 64 * 64;
    return between(0, row_bytes + 300);
  }

  std::uint32_t address(std::uint32_t bytes) {
    REQUIRE(bytes < area_bytes);
    const std::uint32_t base = between(0, 1) == 0 ? sram_base : dram_base;
    return base + between(0, area_bytes - bytes);
  }

  std::mt19937_64 m_random;
  std::uint32_t m_source_rows = 1;
};

bool same(const cycle_breakdown& a, const cycle_breakdown& b) {
  return a.compute == b.compute && a.operand_wait == b.operand_wait &&
         a.dma_wait == b.dma_wait && a.bank_conflict == b.bank_conflict &&
         a.control == b.control;
}

}  // namespace

TEST_CASE("random copies, gathers and fills, with and without DMI") {
  const std::uint32_t seed = 11;
  INFO("seed " << seed);
  command_source source(seed);
  dma_config config;
  dma_bench with("with", config);
  config.engine.use_dmi = false;
  dma_bench without("without", config);
  expected_memories expected;
  for (std::uint32_t i = 0; i < area_bytes; ++i) {
    for (const std::uint32_t base : {sram_base, dram_base}) {
      const auto byte = static_cast<std::uint8_t>(source.between(0, 255));
      expected.at(base + i) = with.at(base + i) = without.at(base + i) = byte;
    }
  }
  for (int round = 0; round < 1500; ++round) {
    const copy c = source.next();
    if ((c.mode & mode_gather) != 0) {
      for (std::uint32_t i = 0; i < c.rows; ++i) {
        const std::uint16_t number = source.row_number();
        with.store_u16(c.index + 2 * i, number);
        without.store_u16(c.index + 2 * i, number);
        expected.at(c.index + 2 * i) = static_cast<std::uint8_t>(number);
        expected.at(c.index + 2 * i + 1) =
            static_cast<std::uint8_t>(number >> 8);
      }
    }
    expected.execute(c);
    with.submit(c);
    without.submit(c);
    with.finish();
    without.finish();
    INFO("round " << round << ": " << c.rows << " rows of " << c.row_bytes
                  << " from 0x" << std::hex << c.source << " to 0x"
                  << c.destination << " mode " << c.mode);
    REQUIRE_FALSE(with.engine.halted());
    for (dma_bench* bench : {&with, &without}) {
      REQUIRE(std::memcmp(bench->sram.data(), expected.sram.data(),
                          area_bytes) == 0);
      REQUIRE(std::memcmp(bench->dram.data(), expected.dram.data(),
                          area_bytes) == 0);
    }
    const command_report& a = with.reports.back();
    const command_report& b = without.reports.back();
    REQUIRE(same(a.cycles, b.cycles));
    REQUIRE(a.end == b.end);
    REQUIRE(a.end - a.start == ns(1) * static_cast<double>(a.cycles.total()));
    with.reports.clear();
    without.reports.clear();
  }
  // What the memories counted is what was asked for.
  const dma_counters& counted = with.engine.counters();
  const dram_counters dram = with.dram.counters();
  const sram_counters& sram = with.sram.counters();
  CHECK(dram.read_bytes + sram.read_bytes ==
        counted.read_bytes + counted.index_bytes);
  CHECK(dram.write_bytes + sram.write_bytes == counted.write_bytes);
  CHECK(without.dram.counters().read_bytes == dram.read_bytes);
  CHECK(without.dram.counters().moved_bytes == dram.moved_bytes);
  CHECK(without.dram.counters().row_misses == dram.row_misses);
  CHECK(dram.moved_bytes >= dram.read_bytes + dram.write_bytes);
  CHECK(with.fabric.traffic(0, 0).transactions == 0);
}

TEST_CASE("random commands in a row, carried out by several threads") {
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  command_source source(seed);
  host_workers workers(3);
  dma_config config;
  config.engine.workers = &workers;
  dma_bench bench("bench", config);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);  // ends elaboration
  expected_memories expected;
  for (std::uint32_t i = 0; i < area_bytes; ++i) {
    for (const std::uint32_t base : {sram_base, dram_base}) {
      const auto byte = static_cast<std::uint8_t>(source.between(0, 255));
      expected.at(base + i) = bench.at(base + i) = byte;
    }
  }
  for (int round = 0; round < 1500; ++round) {
    const copy c = source.next();
    if ((c.mode & mode_gather) != 0) {
      for (std::uint32_t i = 0; i < c.rows; ++i) {
        std::uint16_t number = source.row_number();
        bench.other.send(tlm::TLM_WRITE_COMMAND, c.index + 2 * i,
                         reinterpret_cast<std::uint8_t*>(&number), 2, {});
        expected.at(c.index + 2 * i) = static_cast<std::uint8_t>(number);
        expected.at(c.index + 2 * i + 1) =
            static_cast<std::uint8_t>(number >> 8);
      }
    }
    expected.execute(c);
    bench.run(c);
    INFO("round " << round);
    REQUIRE_FALSE(bench.engine.halted());
    if (source.between(0, 4) == 0) {
      const std::uint32_t base =
          source.between(0, 1) == 0 ? sram_base : dram_base;
      const std::uint32_t at = base + source.between(0, area_bytes - 4);
      std::uint8_t seen[4] = {};
      bench.other.send(tlm::TLM_READ_COMMAND, at, seen, 4, {});
      for (std::uint32_t i = 0; i < 4; ++i) {
        REQUIRE(seen[i] == expected.at(at + i));
      }
    }
    if (source.between(0, 49) == 0 || round == 1499) {
      std::vector<std::uint8_t> seen(area_bytes);
      bench.sram.read(0, seen.data(), area_bytes);
      REQUIRE(seen == expected.sram);
      bench.dram.read(0, seen.data(), area_bytes);
      REQUIRE(seen == expected.dram);
    }
  }
}

TEST_CASE("a copy from memory that nobody watches is done at its start") {
  host_workers workers(2);
  dma_config config;
  config.engine.workers = &workers;
  dma_bench bench("bench", config, nullptr);
  std::fill_n(bench.dram.data(), 65536, std::uint8_t{5});
  bench.submit({dram_base, sram_base, 64, 1000, 64, 64});
  sc_core::sc_start(ns(20));
  REQUIRE(bench.engine.busy());
  std::fill_n(bench.dram.data(), 65536, std::uint8_t{6});
  bench.finish();
  std::vector<std::uint8_t> seen(64000);
  bench.sram.read(0, seen.data(), seen.size());
  CHECK(seen == std::vector<std::uint8_t>(64000, 5));
}
