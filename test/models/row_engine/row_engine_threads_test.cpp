// A row engine whose values other threads compute, beside an SRAM: nobody sees
// a difference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <registers/command_interface.hpp>
#include <registers/row_engine.hpp>
#include <systemc>
#include <vector>

#include "models/common/host_workers.hpp"
#include "models/row_engine/row_engine.hpp"
#include "models/sram/sram.hpp"

namespace {

namespace interface_regs = vitvp::registers::command_interface;
namespace regs = vitvp::registers::row_engine;
using namespace vitvp::models;

// Large enough for several parts.
constexpr std::uint32_t rows = 127;
constexpr std::uint32_t columns = 128;
constexpr std::uint32_t terms = 160;
constexpr std::uint32_t a_address = 0;
constexpr std::uint32_t b_address = 0x8000;
constexpr std::uint32_t c_address = 0x10000;
constexpr std::uint32_t records_address = 0x30000;
constexpr std::uint32_t c_bytes = 4 * rows * columns;

row_engine_config engine_config(host_workers& workers) {
  row_engine_config config;
  config.engine.workers = &workers;
  return config;
}

sram_config memory_config(host_workers& workers) {
  sram_config config;
  config.workers = &workers;
  return config;
}

struct bench : sc_core::sc_module {
  host_workers workers{3};
  sram memory;
  row_engine engine;
  memory_port driver;
  memory_port other;
  sc_core::sc_signal<bool> irq;

  explicit bench(const sc_core::sc_module_name& name)
      : sc_module(name),
        memory("memory", memory_config(workers)),
        engine("engine", engine_config(workers)),
        driver("driver", false),
        other("other", true, &workers),
        irq("irq") {
    driver.socket.bind(engine.in);
    engine.out.bind(memory.in);
    other.socket.bind(memory.in);
    engine.irq.bind(irq);
    std::mt19937 random(7);
    for (std::uint32_t i = 0; i < c_address; ++i) {
      memory.data()[i] = static_cast<std::uint8_t>(random());
    }
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    sc_core::sc_time delay;
    driver.access(tlm::TLM_WRITE_COMMAND, offset,
                  reinterpret_cast<std::uint8_t*>(&value), sizeof value, delay);
  }

  /// Sums of A and B as the document has them.
  std::vector<std::int32_t> expected() const {
    std::vector<std::int32_t> sums;
    for (std::uint32_t r = 0; r < rows; ++r) {
      for (std::uint32_t c = 0; c < columns; ++c) {
        std::int32_t sum = 0;
        for (std::uint32_t k = 0; k < terms; ++k) {
          sum += std::int32_t{static_cast<std::int8_t>(
                     memory.data()[a_address + r * terms + k])} *
                 static_cast<std::int8_t>(
                     memory.data()[b_address + k * columns + c]);
        }
        sums.push_back(sum);
      }
    }
    return sums;
  }

  /// Starts the product, i32, and lets a few of its cycles pass.
  void start() {
    write(regs::A_ADDRESS, a_address);
    write(regs::A_ROW_STRIDE, terms);
    write(regs::A_TERM_STRIDE, 1);
    write(regs::B_ADDRESS, b_address);
    write(regs::B_TERM_STRIDE, columns);
    write(regs::C_ADDRESS, c_address);
    write(regs::C_ROW_STRIDE, 4 * columns);
    write(regs::C_COLUMN_STRIDE, 4);
    write(regs::SHAPE, rows | columns << 16);
    write(regs::TERMS, terms);
    write(regs::MODE, 2U << regs::MODE_OUTPUT.shift);
    write(interface_regs::SUBMIT, 1);
    sc_core::sc_start(sc_core::sc_time(20, sc_core::SC_NS));
    REQUIRE(engine.busy());
  }

  void finish(std::uint32_t commands = 1) {
    while (engine.busy()) {
      sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    }
    REQUIRE(engine.completed() == commands);
  }

  std::vector<std::int32_t> result() const {
    std::vector<std::int32_t> values(rows * columns);
    memory.read(c_address, values.data(), c_bytes);
    return values;
  }
};

}  // namespace

TEST_CASE("values of other threads are there when the command ends") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  b.start();
  b.finish();
  CHECK(b.result() == expected);
}

TEST_CASE("commands in a row compute what they did one after the other") {
  bench b("bench");
  std::vector<std::int32_t> expected = b.expected();
  // Each adds A times B to what the ones before have left.
  b.start();
  b.write(regs::MODE,
          2U << regs::MODE_OUTPUT.shift | regs::MODE_ACCUMULATE.mask());
  b.write(regs::PARTIAL, c_address);
  b.write(regs::PARTIAL_ROW_STRIDE, 4 * columns);
  for (unsigned n = 2; n <= 4; ++n) b.write(interface_regs::SUBMIT, n);
  b.finish(4);
  for (std::int32_t& sum : expected) sum *= 4;
  CHECK(b.result() == expected);
}

TEST_CASE("a pointer to a result that is not finished shows all of it") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  b.start();
  const std::uint8_t* seen = b.other.read(c_address, c_bytes);
  CHECK(std::equal(expected.begin(), expected.end(),
                   reinterpret_cast<const std::int32_t*>(seen)));
  CHECK(b.engine.busy());
}

TEST_CASE("a transaction to a result that is not finished sees all of it") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  b.start();
  std::vector<std::int32_t> seen(rows * columns);
  sc_core::sc_time delay;
  b.other.access(tlm::TLM_READ_COMMAND, c_address,
                 reinterpret_cast<std::uint8_t*>(seen.data()), c_bytes, delay);
  CHECK(seen == expected);
  CHECK(b.engine.busy());
}

TEST_CASE("a check of a result that is not finished sees all of it") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  b.start();
  CHECK(b.result() == expected);
  CHECK(b.engine.busy());
}

TEST_CASE("who changes an operand after the start changes no result") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  const std::vector<std::uint8_t> zeros(rows * terms);
  b.start();
  b.other.write(a_address, zeros.data(), zeros.size());
  b.finish();
  CHECK(b.result() == expected);
}

TEST_CASE("a command that is cut off leaves no thread behind") {
  bench b("bench");
  const std::vector<std::int32_t> expected = b.expected();
  b.start();
  b.engine.reset();
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  CHECK_FALSE(b.engine.busy());
  CHECK(b.result() == expected);
}

TEST_CASE("a narrow result takes the place of its partial sums") {
  bench b("bench");
  const std::vector<std::int32_t> sums = b.expected();
  // y = (sum * 2^14 + 2^21) >> 22, for all columns.
  const std::uint8_t record[8] = {0, 0, 0, 0, 0, 64, 22, 0};
  std::copy_n(record, 8, b.memory.data() + records_address);
  b.start();
  b.write(regs::RECORDS, records_address);
  b.write(regs::C_COLUMN_STRIDE, 2);
  b.write(regs::PARTIAL, c_address);
  b.write(regs::PARTIAL_ROW_STRIDE, 4 * columns);
  b.write(regs::MODE, 1U << regs::MODE_OUTPUT.shift |
                          2U << regs::MODE_RECORD_BY.shift |
                          regs::MODE_ACCUMULATE.mask());
  b.write(interface_regs::SUBMIT, 2);
  b.finish(2);
  for (std::uint32_t r = 0; r < rows; ++r) {
    std::vector<std::int16_t> row(columns);
    b.memory.read(c_address + 4 * columns * r, row.data(), 2 * columns);
    for (std::uint32_t c = 0; c < columns; ++c) {
      const std::int32_t wanted = (2 * sums[r * columns + c] + 128) >> 8;
      REQUIRE(row[c] == std::min(std::max(wanted, -32768), 32767));
    }
  }
}
