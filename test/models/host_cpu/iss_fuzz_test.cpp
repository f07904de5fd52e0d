// Whatever a guest executes, the simulator goes on: random words, mostly with
// valid opcodes, among them system instructions with any CSR.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <random>

#include "test/models/host_cpu/test_system.hpp"

namespace {

using sc_core::sc_time;
using sc_core::SC_US;
using vitvp::models::elf_image;
using vitvp::models::iss_cpu;
using vitvp::models::iss_cpu_config;
using vitvp::test::memory_base;
using vitvp::test::memory_bytes;
using vitvp::test::set_quantum;
using vitvp::test::test_system;

class random_words {
 public:
  explicit random_words(unsigned seed) : m_random(seed) {}

  std::uint32_t next() {
    const std::uint32_t bits = word();
    switch (word() % 8) {
      case 0:
        return bits;  // anything, compressed pairs among them
      case 1:
        return system(bits);
      case 2:
        return (bits & ~0x7fU) | 0x2fU;  // atomic
      default:
        return (bits & ~0x7fU) | opcodes[word() % 8];
    }
  }

 private:
  static constexpr std::uint32_t opcodes[] = {0x03, 0x0f, 0x13, 0x17,
                                              0x23, 0x33, 0x63, 0x6f};

  std::uint32_t word() { return static_cast<std::uint32_t>(m_random()); }

  std::uint32_t system(std::uint32_t bits) {
    static constexpr std::uint32_t whole[] = {
        0x00000073, 0x00100073, 0x30200073, 0x10200073, 0x10500073, 0x12000073};
    if (word() % 4 == 0) {
      return whole[word() % 6];
    }
    if (word() % 2 == 0) {
      return (bits & ~0x7fU) | 0x73U;
    }
    // A read of a machine-mode CSR.
    return 0x00002073U | (0x300U + word() % 0x80U) << 20 | (bits & 0xf80U);
  }

  std::mt19937 m_random;
};

void check_survival(unsigned seed, bool use_dmi) {
  INFO("seed " << seed);
  set_quantum(sc_time(1, SC_US));
  const elf_image image = vitvp::test::guest("fuzz");
  test_system system("system");
  system.load(image);
  random_words words(seed);
  for (std::uint32_t at = 0x10000; at < memory_bytes; at += 4) {
    const std::uint32_t word = words.next();
    std::memcpy(system.memory.data() + at, &word, 4);
  }
  iss_cpu_config config;
  config.memory_base = memory_base;
  config.memory_bytes = memory_bytes;
  config.entry = image.entry();
  config.use_dmi = use_dmi;
  iss_cpu cpu("cpu", config);
  system.connect(cpu);
  // The wires get it out of loops and out of wfi.
  for (unsigned i = 0; i < 100; ++i) {
    sc_core::sc_start(sc_time(10, SC_US));
    system.external.write(!system.external.read());
    system.software.write(i % 3 == 0);
  }
  CHECK(sc_core::sc_time_stamp() == sc_time(1000, SC_US));
  CHECK(cpu.counters().traps > 0);
}

}  // namespace

TEST_CASE("iss_survives_random_code") {
  const char* given = std::getenv("VITVP_TEST_SEED");
  check_survival(given != nullptr ? static_cast<unsigned>(std::atoi(given))
                                  : std::random_device{}(),
                 true);
}
TEST_CASE("iss_survives_random_code_of_a_fixed_seed") {
  check_survival(7, true);
}
TEST_CASE("iss_survives_random_code_without_dmi") {
  check_survival(8, false);
}
