// The requantiser against docs/arithmetic.md, section 2, in 128-bit integers.
#include <Vrequantiser.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace {

struct element {
  std::uint32_t sum = 0;
  std::uint32_t partial = 0;
  std::uint32_t bias = 0;
  std::int32_t multiplier = 0;
  unsigned shift = 0;
  bool raw = false;
  bool narrow = false;
  bool relu = false;
};

std::int32_t expected(const element& e) {
  const std::uint32_t sum = e.sum + e.partial;
  if (e.raw) return static_cast<std::int32_t>(sum);
  __extension__ using wide = __int128;
  wide y = static_cast<std::int32_t>(sum + e.bias);
  y *= e.multiplier;
  if (e.shift > 0) y += wide{1} << (e.shift - 1);
  y >>= e.shift;
  const wide top = e.narrow ? 127 : 32767;
  const wide bottom = e.relu ? 0 : -top - 1;
  return static_cast<std::int32_t>(std::clamp(y, bottom, top));
}

void clock(Vrequantiser& dut) {
  dut.clk = 0;
  dut.eval();
  dut.clk = 1;
  dut.eval();
}

void drive(Vrequantiser& dut, const element& e) {
  dut.sum = e.sum;
  dut.partial = e.partial;
  dut.bias = e.bias;
  dut.multiplier = static_cast<std::uint16_t>(e.multiplier);
  dut.shift = static_cast<std::uint8_t>(e.shift);
  dut.raw = e.raw;
  dut.narrow = e.narrow;
  dut.relu = e.relu;
}

element random_element(std::mt19937& random) {
  const std::vector<std::uint32_t> extremes{
      0, 1, 2, 0xffffffffU, 0x7fffffffU, 0x80000000U, 0x40000000U};
  const auto word = [&] {
    if (random() % 4 == 0) return extremes[random() % extremes.size()];
    return static_cast<std::uint32_t>(
        static_cast<std::int32_t>(static_cast<std::uint32_t>(random())) >>
        random() % 32);
  };
  element e;
  e.sum = word();
  e.partial = random() % 2 == 0 ? 0 : word();
  e.bias = word();
  e.multiplier =
      static_cast<std::int16_t>(random() % 4 == 0 ? word() : random() >> 8);
  e.shift = static_cast<unsigned>(random() % 64);
  return e;
}

}  // namespace

TEST_CASE("the requantiser follows the document for every mode") {
  const unsigned seed = 20251;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Vrequantiser dut;
  dut.enable = 1;
  for (unsigned mode = 0; mode < 8; ++mode) {
    // The mode is that of a command: it stands still while elements pass.
    std::deque<element> in_flight;
    for (int i = 0; i < 20000; ++i) {
      element e = random_element(random);
      e.raw = (mode & 1U) != 0;
      e.narrow = (mode & 2U) != 0;
      e.relu = (mode & 4U) != 0;
      drive(dut, e);
      in_flight.push_back(e);
      clock(dut);
      if (in_flight.size() < 3) continue;
      const element& oldest = in_flight.front();
      CAPTURE(mode, i, oldest.sum, oldest.partial, oldest.bias,
              oldest.multiplier, oldest.shift);
      REQUIRE(static_cast<std::int32_t>(dut.value) == expected(oldest));
      in_flight.pop_front();
    }
  }
}

TEST_CASE("the requantiser rounds ties up on both signs") {
  Vrequantiser dut;
  dut.enable = 1;
  const std::int32_t sums[] = {3, 1, -1, -3};
  const std::int32_t results[] = {2, 1, 0, -1};
  for (int i = 0; i < 4; ++i) {
    element e;
    e.sum = static_cast<std::uint32_t>(sums[i]);
    e.multiplier = 16384;
    e.shift = 15;
    e.narrow = true;
    drive(dut, e);
    for (int stage = 0; stage < 3; ++stage) clock(dut);
    CHECK(static_cast<std::int32_t>(dut.value) == results[i]);
  }
}

TEST_CASE("the requantiser stands still without its enable") {
  Vrequantiser dut;
  element e;
  e.sum = 5;
  e.raw = true;
  drive(dut, e);
  dut.enable = 1;
  for (int stage = 0; stage < 3; ++stage) clock(dut);
  e.sum = 9;
  drive(dut, e);
  dut.enable = 0;
  for (int stage = 0; stage < 5; ++stage) clock(dut);
  CHECK(dut.value == 5);
}
