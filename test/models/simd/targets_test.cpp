// Every instruction set that the host has gives the values of the plain sums of
// docs/arithmetic.md, not only the best one, which all other tests run.
#include <hwy/targets.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "models/common/byte_rows.hpp"
#include "models/row_engine/kernel.hpp"
#include "models/vector_unit/kernel.hpp"

namespace {

using namespace vitvp::models;
using bytes = std::vector<std::uint8_t>;

constexpr unsigned seed = 20251014;

/// Runs `check` once on each instruction set; the sections name it.
template <typename check_function>
void on_every_target(const check_function& check) {
  const std::int64_t all = hwy::SupportedTargets();
  unsigned count = 0;
  for (std::int64_t target = 1; target > 0 && target <= all; target <<= 1) {
    if ((all & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    INFO("target " << hwy::TargetName(target) << ", seed " << seed);
    check();
    ++count;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  CHECK(count >= 1);
}

/// Full range, a third of it at the ends.
bytes random_bytes(std::mt19937& random, std::size_t n) {
  bytes result(n);
  for (std::uint8_t& byte : result) {
    const auto value = static_cast<std::uint32_t>(random());
    const bool at_an_end = value % 3 == 0;
    byte = static_cast<std::uint8_t>(at_an_end ? 127 + (value >> 8) % 2
                                               : value >> 8);
  }
  return result;
}

std::int64_t i8(std::uint8_t byte) {
  return static_cast<std::int8_t>(byte);
}

struct product_case {
  std::size_t rows, columns, terms;
  bool a_unsigned;
};

std::vector<std::int32_t> plain_product(const product_case& shape,
                                        const bytes& a, const bytes& b) {
  std::vector<std::int32_t> sums;
  for (std::size_t r = 0; r < shape.rows; ++r) {
    for (std::size_t c = 0; c < shape.columns; ++c) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < shape.terms; ++k) {
        const std::uint8_t x = a[r * shape.terms + k];
        sum += (shape.a_unsigned ? std::int64_t{x} : i8(x)) *
               i8(b[k * shape.columns + c]);
      }
      sums.push_back(static_cast<std::int32_t>(sum));
    }
  }
  return sums;
}

/// floor((v + 2^(s-1)) / 2^s), s >= 1, by division.
std::int64_t rounded(std::int64_t v, unsigned s) {
  const std::int64_t divisor = std::int64_t{1} << s;
  const std::int64_t x = v + divisor / 2;
  return x / divisor - (x % divisor < 0 ? 1 : 0);
}

TEST_CASE("products are those of the plain sums on every target") {
  std::mt19937 random(seed);
  for (const product_case& shape :
       {product_case{1, 1, 1, false}, product_case{6, 16, 64, false},
        product_case{7, 17, 65, true}, product_case{13, 33, 400, false},
        product_case{5, 47, 31, true}}) {
    const bytes a = random_bytes(random, shape.rows * shape.terms);
    const bytes b = random_bytes(random, shape.terms * shape.columns);
    // One record for all: bias, multiplier and shift of a usual size.
    const std::int32_t bias = -12345;
    const std::int16_t multiplier = 23456;
    const unsigned shift = 24;
    bytes record(8);
    std::memcpy(record.data(), &bias, 4);
    std::memcpy(record.data() + 4, &multiplier, 2);
    record[6] = shift;
    const std::vector<std::int32_t> sums = plain_product(shape, a, b);
    product p;
    p.rows = static_cast<std::uint32_t>(shape.rows);
    p.columns = static_cast<std::uint32_t>(shape.columns);
    p.terms = static_cast<std::uint32_t>(shape.terms);
    p.a = a.data();
    p.a_row_stride = shape.terms;
    p.a_term_stride = 1;
    p.a_unsigned = shape.a_unsigned;
    p.b = b.data();
    p.b_term_stride = shape.columns;
    p.records = record.data();
    p.records_by = record_by::tensor;
    on_every_target([&] {
      product_workspace room;
      std::vector<std::int32_t> wide(sums.size());
      p.output = output_format::i32;
      p.c = reinterpret_cast<std::uint8_t*>(wide.data());
      p.c_row_stride = 4 * shape.columns;
      p.c_column_stride = 4;
      multiply(p, room);
      CHECK(wide == sums);
      bytes narrow(sums.size());
      p.output = output_format::i8;
      p.c = narrow.data();
      p.c_row_stride = shape.columns;
      p.c_column_stride = 1;
      multiply(p, room);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::int64_t scaled =
            rounded((std::int64_t{sums[i]} + bias) * multiplier, shift);
        REQUIRE(i8(narrow[i]) == std::clamp<std::int64_t>(scaled, -128, 127));
      }
    });
  }
}

TEST_CASE("rows of bytes are reduced alike on every target") {
  std::mt19937 random(seed);
  for (const std::size_t n : {1U, 15U, 64U, 197U, 1001U}) {
    bytes x = random_bytes(random, n);
    if (n == 64) std::fill(x.begin(), x.end(), std::uint8_t{0x80});
    std::int64_t most = -128;
    std::uint32_t sum = 0;
    for (const std::uint8_t byte : x) {
      most = std::max(most, i8(byte));
      sum += byte;
    }
    on_every_target([&] {
      CHECK(largest_i8(x.data(), n) == most);
      CHECK(sum_u8(x.data(), n) == sum);
    });
  }
}

TEST_CASE("residual sums saturate alike on every target") {
  std::mt19937 random(seed);
  constexpr std::size_t n = 83;
  const bytes x = random_bytes(random, 2 * n);
  const bytes y = random_bytes(random, 2 * n);
  on_every_target([&] {
    bytes z(2 * n);
    add_row(x.data(), y.data(), n, z.data());
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = [i](const bytes& from) {
        return from[2 * i] + 256 * static_cast<int>(i8(from[2 * i + 1]));
      };
      REQUIRE(value(z) == std::clamp(value(x) + value(y), -32768, 32767));
    }
  });
}

TEST_CASE("a layer norm gives one result on every target") {
  std::mt19937 random(seed);
  constexpr std::size_t n = 197;
  bytes records = random_bytes(random, 8 * n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int16_t multiplier = 16384;
    std::memcpy(records.data() + 8 * i + 4, &multiplier, 2);
    records[8 * i + 3] = 0;  // a bias that is not negative and below 2^24
    records[8 * i + 6] = 20;
  }
  const bytes x = random_bytes(random, 2 * n);
  // By section 5 of the document, in 128 bits and with divisions.
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(x[2 * i] + 256 * i8(x[2 * i + 1]));
    sum += values.back();
    squares += values.back() * values.back();
  }
  const std::int64_t variance = std::int64_t{n} * squares - sum * sum + 7;
  std::int64_t root = 0;
  for (std::int64_t bit = std::int64_t{1} << 31; bit > 0; bit /= 2) {
    if ((root + bit) * (root + bit) <= variance) root += bit;
  }
  unsigned length = 0;
  while (root >> length != 0) ++length;
  const std::int64_t reciprocal = (std::int64_t{1} << (length + 15)) / root;
  on_every_target([&] {
    layer_norm norm;
    norm.load(records.data(), n, 7);
    bytes z(n);
    norm.row(x.data(), z.data());
    for (std::size_t i = 0; i < n; ++i) {
      std::int32_t bias = 0;
      std::memcpy(&bias, records.data() + 8 * i, 4);
      const std::int64_t t =
          rounded((std::int64_t{n} * values[i] - sum) * reciprocal, length + 4);
      const std::int64_t y = rounded(t * 16384 + bias, 20);
      REQUIRE(i8(z[i]) == std::clamp<std::int64_t>(y, -128, 127));
    }
  });
}

}  // namespace
