// The vector unit against arithmetic.md sections 5, 6 and 8, written down
// plainly.
#include "models/vector_unit/vector_unit.hpp"

#include <registers/vector_unit.hpp>

#include "test/models/common/engine_bench.hpp"
#include "test/registers/register_walk.hpp"

namespace {

namespace regs = vitvp::registers::vector_unit;
using vitvp::models::vector_unit;
using vitvp::models::vector_unit_config;
using namespace vitvp::test;
using bench = engine_bench<vector_unit, vector_unit_config>;

constexpr std::uint32_t softmax = 0;
constexpr std::uint32_t layer_norm = 1;
constexpr std::uint32_t add = 2;
constexpr std::uint32_t fault_parameter = 6;

struct setting {
  std::uint32_t operation, rows, columns;
  std::uint32_t x, x_stride, y, y_stride, z, z_stride;
  std::uint32_t parameters, records, multiplier, shift;
  std::uint64_t epsilon;

  std::uint32_t x_bytes() const { return operation == softmax ? 1 : 2; }
  std::uint32_t z_bytes() const { return operation == add ? 2 : 1; }
};

setting random_setting(random_source& random, std::uint32_t operation) {
  setting s{};
  const auto up_to = [&](std::uint64_t n) {
    return static_cast<std::uint32_t>(random.between(0, n));
  };
  s.operation = operation;
  s.rows = 1 + up_to(19);
  s.columns = 1 + up_to(random.chance(20) ? 1200 : 200);
  s.x_stride = (s.columns + up_to(9)) * s.x_bytes();
  s.y_stride = (s.columns + up_to(9)) * 2;
  s.z_stride = (s.columns + up_to(9)) * s.z_bytes();
  s.multiplier = 16384 + up_to(16383);
  s.shift = 1 + up_to(40);
  s.epsilon = random.chance(50) ? random.between(0, (1ULL << 60) - 1)
                                : random.between(0, 100000);
  allocator room(bench::memory_base, random);
  s.x = room.take(s.x_stride * s.rows, s.x_bytes());
  s.y = room.take(s.y_stride * s.rows, 2);
  s.parameters = room.take(std::max(256U, 8 * s.columns), 8);
  s.records = room.take(8 * s.rows, 8);
  s.z = room.take(s.z_stride * s.rows, s.z_bytes());
  if (random.chance(40) && s.z_stride <= s.x_stride) {
    s.z = s.x;  // in place
    s.z_stride = s.x_stride;
  }
  return s;
}

void fill_memory(test_memory& memory, const setting& s, random_source& random) {
  for (std::uint8_t& b : memory.bytes) b = random.extreme_byte();
  if (s.operation == softmax) {
    std::uint8_t weight = 255;
    for (std::uint32_t k = 0; k < 256; ++k) {
      memory.store(s.parameters + k, weight);
      weight =
          static_cast<std::uint8_t>(weight - random.between(0, weight / 16U));
    }
    return;
  }
  const bool small = random.chance(50);
  for (std::uint32_t r = 0; small && r < s.rows; ++r) {
    for (std::uint32_t c = 0; c < s.columns; ++c) {
      memory.store(s.x + r * s.x_stride + 2 * c,
                   static_cast<std::int16_t>(random.between(0, 400) - 200));
    }
  }
  for (std::uint32_t c = 0; s.operation == layer_norm && c < s.columns; ++c) {
    const std::uint32_t record = s.parameters + 8 * c;
    memory.store(record, static_cast<std::int32_t>(random.between(0, 1U << 24) -
                                                   (1U << 23)));
    memory.store(record + 6, static_cast<std::uint16_t>(random.between(1, 30)));
  }
}

unsigned bit_length(std::uint64_t x) {
  unsigned bits = 0;
  for (; x != 0; x >>= 1) ++bits;
  return bits;
}

std::uint64_t floor_square_root(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = 1ULL << 31; bit != 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= x) root += bit;
  }
  return root;
}

/// Writes a value's low bytes into a copy of the memory.
void put(std::vector<std::uint8_t>& bytes, std::uint64_t address,
         std::int64_t value, std::size_t size) {
  std::memcpy(&bytes.at(address - bench::memory_base), &value, size);
}

void expect_softmax_row(const test_memory& m, const setting& s, std::uint32_t r,
                        std::vector<std::uint8_t>& bytes) {
  int most = -128;
  for (std::uint32_t c = 0; c < s.columns; ++c) {
    most = std::max<int>(most, m.load<std::int8_t>(s.x + r * s.x_stride + c));
  }
  std::uint64_t sum = 0;
  for (std::uint32_t c = 0; c < s.columns; ++c) {
    const int below = most - m.load<std::int8_t>(s.x + r * s.x_stride + c);
    const auto e =
        m.load<std::uint8_t>(s.parameters + static_cast<std::uint32_t>(below));
    sum += e;
    put(bytes, s.z + r * s.z_stride + c, e, 1);
  }
  const unsigned e = bit_length(sum);
  std::uint64_t p = s.multiplier * (1ULL << e) / sum;
  std::uint64_t shift = s.shift + e;
  if (p >= 32768) {
    p /= 2;
    --shift;
  }
  put(bytes, s.records + 8 * r,
      static_cast<std::int64_t>(p << 32 | shift << 48), 8);
}

void expect_layer_norm_row(const test_memory& m, const setting& s,
                           std::uint32_t r, std::vector<std::uint8_t>& bytes) {
  const auto x = [&](std::uint32_t c) -> std::int64_t {
    return m.load<std::int16_t>(s.x + r * s.x_stride + 2 * c);
  };
  const std::int64_t d = s.columns;
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (std::uint32_t c = 0; c < s.columns; ++c) {
    sum += x(c);
    squares += x(c) * x(c);
  }
  const std::uint64_t v =
      static_cast<std::uint64_t>(d * squares - sum * sum) + s.epsilon;
  const std::uint64_t q = std::max<std::uint64_t>(1, floor_square_root(v));
  const unsigned e = bit_length(q);
  const auto reciprocal = static_cast<std::int64_t>((1ULL << (e + 15)) / q);
  for (std::uint32_t c = 0; c < s.columns; ++c) {
    const std::int64_t t =
        ((d * x(c) - sum) * reciprocal + (std::int64_t{1} << (e + 3))) >>
        (e + 4);
    const std::uint32_t record = s.parameters + 8 * c;
    const std::int64_t bias = m.load<std::int32_t>(record);
    const std::int64_t multiplier = m.load<std::int16_t>(record + 4);
    const unsigned shift = m.load<std::uint8_t>(record + 6);
    const std::int64_t y =
        (t * multiplier + bias + (std::int64_t{1} << (shift - 1))) >> shift;
    put(bytes, s.z + r * s.z_stride + c,
        std::min<std::int64_t>(std::max<std::int64_t>(y, -128), 127), 1);
  }
}

void expect_add_row(const test_memory& m, const setting& s, std::uint32_t r,
                    std::vector<std::uint8_t>& bytes) {
  for (std::uint32_t c = 0; c < s.columns; ++c) {
    const int sum = m.load<std::int16_t>(s.x + r * s.x_stride + 2 * c) +
                    m.load<std::int16_t>(s.y + r * s.y_stride + 2 * c);
    put(bytes, s.z + r * s.z_stride + 2 * c,
        std::min(std::max(sum, -32768), 32767), 2);
  }
}

std::vector<std::uint8_t> expected_memory(const test_memory& memory,
                                          const setting& s) {
  std::vector<std::uint8_t> bytes = memory.bytes;
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    if (s.operation == softmax) expect_softmax_row(memory, s, r, bytes);
    if (s.operation == layer_norm) expect_layer_norm_row(memory, s, r, bytes);
    if (s.operation == add) expect_add_row(memory, s, r, bytes);
  }
  return bytes;
}

void stage(bench& b, const setting& s) {
  b.write(regs::X_ADDRESS, s.x);
  b.write(regs::X_STRIDE, s.x_stride);
  b.write(regs::Y_ADDRESS, s.y);
  b.write(regs::Y_STRIDE, s.y_stride);
  b.write(regs::Z_ADDRESS, s.z);
  b.write(regs::Z_STRIDE, s.z_stride);
  b.write(regs::SHAPE, s.rows | s.columns << 16);
  b.write(regs::PARAMETERS, s.parameters);
  b.write(regs::RECORDS, s.records);
  b.write(regs::FACTOR, s.multiplier | s.shift << 16);
  b.write(regs::EPSILON_LO, static_cast<std::uint32_t>(s.epsilon));
  b.write(regs::EPSILON_HI, static_cast<std::uint32_t>(s.epsilon >> 32));
  b.write(regs::MODE, s.operation);
}

std::uint64_t run_and_compare(bench& b, const setting& s) {
  const std::vector<std::uint8_t> expected = expected_memory(b.memory, s);
  stage(b, s);
  b.submit(1);
  const auto report = b.finish();
  CHECK(b.fault_code() == 0);
  CHECK(b.memory.bytes == expected);
  CHECK(report.work == std::uint64_t{s.rows} * s.columns);
  CHECK(report.result.element_bytes == s.z_bytes());
  return report.cycles.total();
}

void run_random(std::uint32_t operation) {
  bench direct("direct", {}, 1 << 17);
  vector_unit_config config;
  config.engine.use_dmi = false;
  bench copied("copied", config, 1 << 17);
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    INFO("operation " << operation << ", seed " << seed);
    random_source random(seed);
    const setting s = random_setting(random, operation);
    fill_memory(direct.memory, s, random);
    copied.memory.bytes = direct.memory.bytes;
    const std::uint64_t cycles = run_and_compare(direct, s);
    CHECK(run_and_compare(copied, s) == cycles);
  }
  direct.check_counters();
  copied.check_counters();
}

setting plain_setting(std::uint32_t operation) {
  random_source random(5);
  setting s = random_setting(random, operation);
  s.rows = 3;
  s.columns = 100;
  s.x_stride = s.y_stride = s.z_stride = 200;
  s.z = 0x1000 + 0x8000;
  s.parameters = 0x1000 + 0xa000;
  s.records = 0x1000 + 0xc000;
  return s;
}

void expect_refused(bench& b, const setting& s, std::uint32_t offset,
                    std::uint32_t value, std::uint32_t blamed) {
  INFO("register " << offset << " = " << value);
  stage(b, s);
  b.write(offset, value);
  const std::vector<std::uint8_t> before = b.memory.bytes;
  b.submit(9);
  b.finish();
  CHECK(b.fault_code() == fault_parameter);
  CHECK(b.fault_address() == blamed);
  CHECK(b.memory.bytes == before);
  b.write(interface_regs::CONTROL, 1);
}

}  // namespace

TEST_CASE("softmax of random rows") {
  run_random(softmax);
}

TEST_CASE("LayerNorm of random rows") {
  run_random(layer_norm);
}

TEST_CASE("sums of random rows") {
  run_random(add);
}

TEST_CASE("the worked LayerNorm of the document") {
  bench b("bench");
  setting s = plain_setting(layer_norm);
  s.rows = 1;
  s.columns = 4;
  s.epsilon = 0;
  const std::int16_t x[] = {10, -2, 0, 0};
  const std::int8_t y[] = {57, -28, -14, -14};
  for (std::uint32_t c = 0; c < 4; ++c) {
    b.memory.store(s.x + 2 * c, x[c]);
    b.memory.store(s.parameters + 8 * c,
                   std::uint64_t{16384} << 32 | std::uint64_t{20} << 48);
  }
  run_and_compare(b, s);
  for (std::uint32_t c = 0; c < 4; ++c) {
    CHECK(b.memory.load<std::int8_t>(s.z + c) == y[c]);
  }
}

TEST_CASE("the worked softmax of the document") {
  bench b("bench");
  setting s = plain_setting(softmax);
  s.rows = 1;
  s.columns = 3;
  s.multiplier = 20000;
  s.shift = 22;
  const std::int8_t scores[] = {3, 3, -2};
  for (std::uint32_t c = 0; c < 3; ++c) b.memory.store(s.x + c, scores[c]);
  b.memory.store(s.parameters, std::uint8_t{255});
  b.memory.store(s.parameters + 5, std::uint8_t{94});
  run_and_compare(b, s);
  CHECK(b.memory.load<std::int16_t>(s.records + 4) == 16953);
  CHECK(b.memory.load<std::uint8_t>(s.records + 6) == 31);
}

TEST_CASE("constant rows have no deviation") {
  bench b("bench");
  setting s = plain_setting(layer_norm);
  s.epsilon = 0;
  random_source random(3);
  fill_memory(b.memory, s, random);
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    const auto value = static_cast<std::int16_t>(r == 0 ? -32768 : 32767);
    for (std::uint32_t c = 0; c < s.columns; ++c) {
      b.memory.store(s.x + r * s.x_stride + 2 * c, value);
    }
  }
  run_and_compare(b, s);
}

TEST_CASE("the vector unit refuses bad parameters") {
  bench b("bench");
  const setting soft = plain_setting(softmax);
  expect_refused(b, soft, regs::MODE, 3, regs::MODE);
  expect_refused(b, soft, regs::SHAPE, 3, regs::SHAPE);
  expect_refused(b, soft, regs::SHAPE, 100 << 16, regs::SHAPE);
  expect_refused(b, soft, regs::SHAPE, 1 | 4097 << 16, regs::SHAPE);
  expect_refused(b, soft, regs::Z_STRIDE, 99, regs::Z_STRIDE);
  expect_refused(b, soft, regs::FACTOR, 16383 | 20 << 16, regs::FACTOR);
  expect_refused(b, soft, regs::FACTOR, 32768 | 20 << 16, regs::FACTOR);
  expect_refused(b, soft, regs::FACTOR, 20000, regs::FACTOR);
  // bitlen(255 * 100) = 15
  expect_refused(b, soft, regs::FACTOR, 20000 | 48 << 16, regs::FACTOR);
  expect_refused(b, soft, regs::RECORDS, 0x1004, regs::RECORDS);
  const setting norm = plain_setting(layer_norm);
  expect_refused(b, norm, regs::X_ADDRESS, 0x1001, regs::X_ADDRESS);
  expect_refused(b, norm, regs::X_STRIDE, 201, regs::X_STRIDE);
  expect_refused(b, norm, regs::PARAMETERS, 0x1004, regs::PARAMETERS);
  expect_refused(b, norm, regs::EPSILON_HI, 1U << 28, regs::EPSILON_HI);
  const setting sum = plain_setting(add);
  expect_refused(b, sum, regs::Y_ADDRESS, 0x1001, regs::Y_ADDRESS);
  expect_refused(b, sum, regs::Z_ADDRESS, 0x1001, regs::Z_ADDRESS);
}

TEST_CASE("the vector unit's cycles are those of its stages") {
  using vitvp::models::vector_cycles;
  using vitvp::models::vector_operation;
  // 197 columns are 4 passes of 64; 197 rows enter one behind the other.
  auto cycles = vector_cycles(vector_operation::softmax, 197, 197, 64);
  CHECK(cycles.compute == 197 * 4);
  CHECK(cycles.control == 4 + 4 + 2 + 2 * 4 + 16 + 4);
  // 384 records are 48 lines; root 32, reciprocal 18.
  cycles = vector_cycles(vector_operation::layer_norm, 197, 384, 64);
  CHECK(cycles.compute == 197 * 6);
  CHECK(cycles.control == 4 + 48 + 2 + 6 + 50 + 4);
  cycles = vector_cycles(vector_operation::add, 197, 384, 64);
  CHECK(cycles.compute == 197 * 6);
  CHECK(cycles.control == 4 + 2 + 4);
  CHECK(cycles.operand_wait == 0);
}

TEST_CASE("the vector unit shows its configuration") {
  vector_unit_config config;
  config.elements = 32;
  config.max_columns = 768;
  bench b("bench", config);
  CHECK(b.read(regs::GEOMETRY) == (32U | 768U << 16));
  config.max_columns = 5000;
  CHECK_THROWS_WITH(vector_unit("unit", config),
                    "max_columns: 5000 is not in 1..4096");
}

TEST_CASE("the registers of the vector unit are those of its table") {
  bench b("bench");
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  auto walk = walk_over(b.driver.socket, regs::table);
  walk.configured = {{interface_regs::ID, 1U | 3U << 16},
                     {interface_regs::STATUS, 4U << 16},
                     {regs::GEOMETRY, 64U | 4096U << 16}};
  check_registers(walk);
}
