// Commands of the row engine: what is refused, what faults, how long it takes.
#include <registers/row_engine.hpp>

#include "models/row_engine/row_engine.hpp"
#include "test/models/common/engine_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

namespace regs = vitvp::registers::row_engine;
using vitvp::models::row_engine;
using vitvp::models::row_engine_config;
using namespace vitvp::test;
using bench = engine_bench<row_engine, row_engine_config>;

constexpr std::uint32_t base = 0x1000;
constexpr std::uint32_t fault_address_error = 1;
constexpr std::uint32_t fault_command_error = 2;
constexpr std::uint32_t fault_parameter = 6;

/// A valid product of 10 x 20 over 30 terms.
void stage_valid(bench& b) {
  b.write(regs::A_ADDRESS, base);
  b.write(regs::A_ROW_STRIDE, 30);
  b.write(regs::A_TERM_STRIDE, 1);
  b.write(regs::A_INDEX, base + 0x3000);
  b.write(regs::B_ADDRESS, base + 0x400);
  b.write(regs::B_TERM_STRIDE, 20);
  b.write(regs::C_ADDRESS, base + 0x800);
  b.write(regs::C_ROW_STRIDE, 20);
  b.write(regs::C_COLUMN_STRIDE, 1);
  b.write(regs::PARTIAL, base + 0x1000);
  b.write(regs::PARTIAL_ROW_STRIDE, 80);
  b.write(regs::RECORDS, base + 0x2000);
  b.write(regs::SHAPE, 10 | 20 << 16);
  b.write(regs::TERMS, 30);
  b.write(regs::MODE, 0);
}

struct bad_register {
  std::uint32_t offset;
  std::uint32_t value;
  std::uint32_t mode;
  std::uint32_t blamed;
};

/// Submits what is staged; it must fault and change nothing.
void expect_fault(bench& b, std::uint32_t code, std::uint32_t address) {
  const std::vector<std::uint8_t> before = b.memory.bytes;
  const std::uint32_t completed = b.engine.completed();
  b.submit(0x77);
  const auto report = b.finish();
  CHECK(b.fault_code() == code);
  CHECK(b.fault_address() == address);
  CHECK(b.read(interface_regs::ERROR_TAG) == 0x77);
  CHECK(b.engine.completed() == completed);
  CHECK(b.memory.bytes == before);
  CHECK(report.cycles.total() == row_engine::fault_cycles);
  CHECK(report.cycles.control == row_engine::fault_cycles);
  CHECK(report.result.element_bytes == 0);
  b.write(interface_regs::CONTROL, 1);
  CHECK(b.fault_code() == 0);
}

}  // namespace

TEST_CASE("bad parameters are refused with the offset of their register") {
  constexpr std::uint32_t accumulate = 4;
  constexpr std::uint32_t i16 = 1 << 4;
  const bad_register cases[] = {
      {regs::SHAPE, 20 << 16, 0, regs::SHAPE},
      {regs::SHAPE, 10, 0, regs::SHAPE},
      {regs::TERMS, 32768, 0, regs::TERMS},
      {regs::MODE, 3 << 4, 3 << 4, regs::MODE},
      {regs::MODE, 3 << 6, 3 << 6, regs::MODE},
      {regs::A_TERM_STRIDE, 2, 0, regs::A_TERM_STRIDE},
      {regs::A_INDEX, base + 1, 2, regs::A_INDEX},
      {regs::C_ADDRESS, base + 0x801, i16, regs::C_ADDRESS},
      {regs::C_ROW_STRIDE, 41, i16, regs::C_ROW_STRIDE},
      {regs::C_COLUMN_STRIDE, 3, i16, regs::C_COLUMN_STRIDE},
      {regs::C_COLUMN_STRIDE, 2, 0, regs::C_COLUMN_STRIDE},
      {regs::C_ROW_STRIDE, 19, 0, regs::C_COLUMN_STRIDE},
      {regs::PARTIAL, base + 2, accumulate, regs::PARTIAL},
      {regs::PARTIAL_ROW_STRIDE, 81, accumulate, regs::PARTIAL_ROW_STRIDE},
      {regs::RECORDS, base + 4, 0, regs::RECORDS}};
  bench b("bench");
  for (const bad_register& bad : cases) {
    INFO("register " << bad.offset << " = " << bad.value);
    stage_valid(b);
    b.write(regs::MODE, bad.mode);
    b.write(bad.offset, bad.value);
    expect_fault(b, fault_parameter, bad.blamed);
  }
}

TEST_CASE("accesses that fail are faults with their address") {
  bench b("bench", {}, 0x4000);
  row_engine_config config;
  config.engine.use_dmi = false;
  bench copied("copied", config, 0x4000);
  constexpr std::uint32_t end = base + 0x4000;
  for (bench* each : {&b, &copied}) {
    INFO(each->name());
    each->memory.read_only_from = end - 0x100;
    stage_valid(*each);
    each->write(regs::A_ADDRESS, end - 100);
    expect_fault(*each, fault_address_error, end - 100);
    stage_valid(*each);
    each->write(regs::B_ADDRESS, 0x80000000U);
    expect_fault(*each, fault_address_error, 0x80000000U);
    stage_valid(*each);
    each->write(regs::RECORDS, 0);
    expect_fault(*each, fault_address_error, 0);
    stage_valid(*each);
    each->write(regs::C_ADDRESS, end - 60);
    expect_fault(*each, fault_address_error, end);
    stage_valid(*each);
    each->write(regs::C_ADDRESS, end - 0x100);
    expect_fault(*each, fault_command_error, end - 0x100);
    stage_valid(*each);
    each->submit(1);
    each->finish();
    CHECK(each->engine.completed() == 1);
  }
}

TEST_CASE("bank conflicts lengthen a command by the longest answer") {
  bench b("bench");
  stage_valid(b);
  b.submit(1);
  const auto without = b.finish();
  b.memory.conflict_cycles = 11;
  b.memory.streams.clear();
  b.submit(2);
  const auto with = b.finish();
  CHECK(with.cycles.bank_conflict == 11);
  CHECK(with.cycles.total() == without.cycles.total() + 11);
  REQUIRE(b.memory.streams.size() == 4);
  CHECK(b.memory.streams[0].address == base);
  CHECK(b.memory.streams[0].beats == 10);
  CHECK(b.memory.streams[1].beats == 60);
  CHECK(b.memory.streams[2].address == base + 0x2000);
  CHECK(b.memory.streams[3].is_write);
  CHECK(b.memory.streams[3].duration_cycles == without.cycles.total());
  b.check_counters();
}

TEST_CASE("the geometry is that of the configuration") {
  row_engine_config config;
  config.rows = 16;
  config.lanes = 32;
  config.max_terms = 100;
  bench b("bench", config);
  CHECK(b.read(regs::GEOMETRY) == (16U | 32U << 16));
  CHECK(b.read(regs::MAX_TERMS) == 100);
  CHECK(b.read(interface_regs::ID) == (1U | 2U << 16));
}

TEST_CASE("configurations out of range are refused by name") {
  row_engine_config config;
  config.lanes = 257;
  CHECK_THROWS_WITH(row_engine("engine", config),
                    "lanes: 257 is not in 1..256");
}

TEST_CASE("the registers of the row engine are those of its table") {
  bench b("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  auto walk = walk_over(b.driver.socket, regs::table);
  walk.configured = {{interface_regs::ID, 1U | 2U << 16},
                     {interface_regs::STATUS, 4U << 16},
                     {regs::GEOMETRY, 8U | 64U << 16},
                     {regs::MAX_TERMS, 32767}};
  check_registers(walk);
}
