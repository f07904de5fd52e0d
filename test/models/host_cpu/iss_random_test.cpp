// Random straight-line blocks of accesses of which some fail, against an
// interpreter written for this test: which instruction traps, with which
// address, and that nothing is executed twice or left out.
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <vector>

#include "test/models/host_cpu/test_system.hpp"

namespace {

using sc_core::SC_MS;
using sc_core::sc_time;
using sc_core::SC_US;
using vitvp::models::elf_image;
using vitvp::models::iss_cpu;
using vitvp::models::iss_cpu_config;
using vitvp::test::device_base;
using vitvp::test::memory_base;
using vitvp::test::memory_bytes;
using vitvp::test::set_quantum;
using vitvp::test::test_system;

constexpr std::uint32_t window_base = device_base + 0x100;
constexpr std::uint32_t data_base = memory_base + 0x80000;
constexpr unsigned blocks = 400;
constexpr unsigned block_instructions = 24;

// x8: device, x9: window, x18: data in memory, moved by up to 128 bytes;
// x10..x15: values. All reachable by compressed encodings, except x18.
enum class kind { add, load, store, move_base, copy_base };
struct step {
  kind what = kind::add;
  std::uint32_t bits = 0;
  std::uint32_t length = 4;
  unsigned target = 0;  // destination, or source of a store
  unsigned base = 0;
  std::int32_t offset = 0;
  std::uint32_t bytes = 4;
};

std::uint32_t encode_immediate(std::uint32_t opcode, std::uint32_t function,
                               unsigned rd, unsigned rs1, std::int32_t offset) {
  return opcode | rd << 7 | function << 12 | rs1 << 15 |
         (static_cast<std::uint32_t>(offset) & 0xfffU) << 20;
}

std::uint32_t encode_store(std::uint32_t function, unsigned rs1, unsigned rs2,
                           std::int32_t offset) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return 0x23U | (bits & 31U) << 7 | function << 12 | rs1 << 15 | rs2 << 20 |
         (bits >> 5 & 0x7fU) << 25;
}

// c.lw and c.sw; registers x8..x15, offset 0..124.
std::uint32_t encode_compressed(std::uint32_t function, unsigned value,
                                unsigned base, std::int32_t offset) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return function << 13 | (bits >> 3 & 7U) << 10 | (base - 8) << 7 |
         (bits >> 2 & 1U) << 6 | (bits >> 6 & 1U) << 5 | (value - 8) << 2;
}

class random_program {
 public:
  explicit random_program(unsigned seed) : m_random(seed) {
    for (unsigned block = 0; block < blocks; ++block) {
      m_offset = 64;  // of x9 and x18 from their bases
      m_data_offset = 64;
      for (unsigned i = 0; i < block_instructions; ++i) {
        steps.push_back(next());
      }
      add({kind::move_base, encode_immediate(0x13, 0, 9, 9, 64 - m_offset), 4,
           9, 9, 64 - m_offset, 0});
      add({kind::move_base,
           encode_immediate(0x13, 0, 18, 18, 64 - m_data_offset), 4, 18, 18,
           64 - m_data_offset, 0});
      // jal x0, +4: the block ends.
      add({kind::add, 0x0040006f, 4, 0, 0, 0, 0});
    }
  }

  std::vector<step> steps;

 private:
  unsigned below(unsigned limit) {
    return static_cast<unsigned>(m_random() % limit);
  }
  void add(const step& s) { steps.push_back(s); }

  step next() {
    switch (below(8)) {
      case 0: {
        const unsigned reg = 10 + below(6);
        const auto offset = static_cast<std::int32_t>(below(200)) - 100;
        return {kind::add, encode_immediate(0x13, 0, reg, reg, offset),
                4,         reg,
                reg,       offset,
                0};
      }
      case 1:
        return move();
      default:
        return access();
    }
  }

  step move() {
    const bool data = below(3) == 0;
    int& offset = data ? m_data_offset : m_offset;
    const unsigned reg = data ? 18 : 9;
    const int wanted = static_cast<int>(16 + 4 * below(24));
    const int change = wanted - offset;
    offset = wanted;
    return {kind::move_base,
            encode_immediate(0x13, 0, reg, reg, change),
            4,
            reg,
            reg,
            change,
            0};
  }

  step access() {
    const bool is_store = below(2) == 0;
    const bool data = below(3) == 0;
    const unsigned base = data ? 18 : 9;
    const unsigned value = 10 + below(6);
    if (!data && below(3) == 0) {
      const auto offset = static_cast<std::int32_t>(4 * below(4));
      return {is_store ? kind::store : kind::load,
              encode_compressed(is_store ? 6 : 2, value, base, offset),
              2,
              value,
              base,
              offset,
              4};
    }
    const unsigned log2 = below(3);
    const auto unit = static_cast<std::int32_t>(1U << log2);
    const std::int32_t offset =
        (static_cast<std::int32_t>(below(8)) - 4) * 4 +
        static_cast<std::int32_t>(below(4)) / unit * unit;
    const std::uint32_t function = is_store || log2 == 2 ? log2 : log2 + 4;
    const std::uint32_t bits =
        is_store ? encode_store(log2, base, value, offset)
                 : encode_immediate(0x03, function, value, base, offset);
    return {is_store ? kind::store : kind::load, bits, 4, value, base, offset,
            static_cast<std::uint32_t>(unit)};
  }

  std::mt19937 m_random;
  int m_offset = 64;
  int m_data_offset = 64;
};

// What must come out.
struct reference {
  std::array<std::uint32_t, 32> x{};
  std::array<std::uint8_t, 0x100> window{};
  std::array<std::uint8_t, 0x100> data{};
  std::vector<std::uint32_t> log;

  void run(const std::vector<step>& steps, std::uint32_t start,
           const std::set<std::uint64_t>& failing) {
    std::uint64_t window_access = 0;
    std::uint32_t pc = start;
    for (const step& s : steps) {
      const std::uint32_t address =
          x[s.base] + static_cast<std::uint32_t>(s.offset);
      if (s.what == kind::load || s.what == kind::store) {
        const bool fails = s.base == 9 && failing.count(window_access) != 0;
        window_access += s.base == 9 ? 1U : 0U;
        if (fails) {
          log.insert(log.end(), {s.what == kind::load ? 5U : 7U, pc, address});
        } else {
          access(s, address);
        }
      } else if (s.target != 0) {
        x[s.target] = address;
      }
      pc += s.length;
    }
  }

 private:
  void access(const step& s, std::uint32_t address) {
    std::uint8_t* place = s.base == 9 ? &window.at(address - window_base)
                                      : &data.at(address - data_base);
    if (s.what == kind::load) {
      x[s.target] = 0;
      std::memcpy(&x[s.target], place, s.bytes);
    } else {
      std::memcpy(place, &x[s.target], s.bytes);
    }
  }
};

// The handler of the guest "faults", which logs and steps over.
void put(std::vector<std::uint8_t>& memory, std::uint32_t& at,
         std::uint32_t bits, std::uint32_t length) {
  std::memcpy(memory.data() + (at - memory_base), &bits, length);
  at += length;
}

void check_random(unsigned seed, bool use_dmi) {
  INFO("seed " << seed);
  set_quantum(sc_time(1, SC_US));
  const random_program program(seed);
  const elf_image image = vitvp::test::guest("faults");
  test_system system("system");
  system.load(image);
  std::mt19937 random(seed + 1);
  for (unsigned i = 0; i < 500; ++i) {
    system.failing.insert(random() % 5000);
  }

  // s0 = device, mtvec = skip; then the program; then EXIT.
  const std::uint32_t start = memory_base + 0x1000;
  std::uint32_t at = start;
  const auto load_address = [&](unsigned reg, std::uint32_t value) {
    const std::uint32_t upper = (value + 0x800U) & 0xfffff000U;
    put(system.memory, at, 0x37U | reg << 7 | upper, 4);
    put(system.memory, at,
        encode_immediate(0x13, 0, reg, reg,
                         static_cast<std::int32_t>(value - upper)),
        4);
  };
  load_address(8, device_base);
  load_address(9, window_base + 64);
  load_address(18, data_base + 64);
  load_address(27, image.find("skip")->address);
  put(system.memory, at, 0x305d9073, 4);  // csrw mtvec, x27
  reference expected;
  expected.x[8] = device_base;
  expected.x[9] = window_base + 64;
  expected.x[18] = data_base + 64;
  expected.run(program.steps, at, system.failing);
  for (const step& s : program.steps) {
    put(system.memory, at, s.bits, s.length);
  }
  put(system.memory, at, encode_store(2, 8, 0, 4), 4);  // sw x0, EXIT(s0)
  put(system.memory, at, 0x0000006f, 4);

  iss_cpu_config config;
  config.memory_base = memory_base;
  config.memory_bytes = memory_bytes;
  config.entry = start;
  config.use_dmi = use_dmi;
  iss_cpu cpu("cpu", config);
  system.connect(cpu);
  sc_core::sc_start(sc_time(10, SC_MS));

  CHECK(system.finished);
  REQUIRE(expected.log.size() > 300);
  CHECK(system.log == expected.log);
  CHECK(system.window == expected.window);
  CHECK(std::memcmp(system.memory.data() + (data_base - memory_base),
                    expected.data.data(), expected.data.size()) == 0);
  for (const unsigned reg : {9U, 10U, 11U, 12U, 13U, 14U, 15U, 18U}) {
    CHECK(cpu.read_register(reg) == expected.x[reg]);
  }
}

}  // namespace

TEST_CASE("iss_traps_precisely_in_random_blocks") {
  check_random(1, true);
}
TEST_CASE("iss_traps_precisely_in_other_random_blocks") {
  check_random(std::random_device{}(), true);
}
TEST_CASE("iss_traps_precisely_in_random_blocks_without_dmi") {
  check_random(3, false);
}
