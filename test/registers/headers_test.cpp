#include <catch2/catch.hpp>
#include <cstdint>
#include <iterator>
#include <string>

#include "registers/clint.hpp"
#include "registers/command_interface.hpp"
#include "registers/dma.hpp"
#include "registers/memory_map.hpp"
#include "registers/plic.hpp"
#include "registers/row_engine.hpp"
#include "registers/uart.hpp"

namespace {

using namespace vitvp::registers;

constexpr const register_info* find(const register_info* first,
                                    const register_info* last,
                                    std::uint32_t offset) {
  while (first != last && first->offset != offset) ++first;
  return first;
}

template <std::size_t Count>
constexpr register_info find(const register_info (&table)[Count],
                             std::uint32_t offset) {
  return *find(table, table + Count, offset);
}

}  // namespace

TEST_CASE("offsets, fields and values are constants") {
  static_assert(dma::SOURCE == 0x080);
  static_assert(dma::MODE_VALUE.shift == 8 && dma::MODE_VALUE.width == 8);
  static_assert(row_engine::MODE_OUTPUT_I16 == 1);
  static_assert(memory_map[0].base == sim_control_base);
  static_assert(dram_base == 0x80000000 && dma_irq == 11);
  SUCCEED();
}

TEST_CASE("a field extracts and places its bits") {
  constexpr field high{16, 16};
  static_assert(high.mask() == 0xffff0000);
  static_assert(high.get(0x12345678) == 0x1234);
  static_assert(high.set(0x15678) == 0x56780000);
  constexpr field all{0, 32};
  static_assert(all.mask() == 0xffffffff);
  static_assert(all.get(0x87654321) == 0x87654321);
  static_assert(all.set(0x87654321) == 0x87654321);
  SUCCEED();
}

TEST_CASE("a table row holds what the description says") {
  constexpr register_info mode = find(dma::table, dma::MODE);
  static_assert(mode.mode == access::read_write && mode.mask == 0xff03);
  static_assert(mode.count == 1 && mode.bytes == 4 && !mode.is_volatile);
  CHECK(std::string(mode.name) == "MODE");
  constexpr register_info status = find(dma::table, dma::STATUS);
  static_assert(status.mode == access::read_only && status.variable_reset);
  constexpr register_info priority = find(plic::table, plic::PRIORITY);
  static_assert(priority.count == 32 && priority.stride == 4);
  static_assert(priority.mask == 7);
  constexpr register_info compare = find(clint::table, clint::MTIMECMP_LO);
  static_assert(compare.reset == 0xffffffff && compare.mask == 0xffffffff);
  constexpr register_info line = find(uart::table, uart::LSR);
  static_assert(line.bytes == 1 && line.reset == 0x60 && line.is_volatile);
}

TEST_CASE("tables ascend, and every engine has the command interface") {
  for (std::size_t i = 1; i < std::size(dma::table); ++i) {
    CHECK(dma::table[i - 1].offset < dma::table[i].offset);
  }
  for (const register_info& shared : command_interface::table) {
    const register_info own = find(row_engine::table, shared.offset);
    CHECK(std::string(own.name) == shared.name);
    CHECK(own.mask == shared.mask);
  }
}
