// The pruning unit with RTL inside beside the model, under the same commands.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <registers/pruning_unit.hpp>
#include <stdexcept>
#include <string>

#include "models/cosim/pruning_unit_lockstep.hpp"
#include "test/models/common/engine_bench.hpp"
#include "test/rtl/pruning_unit/random_commands.hpp"

namespace {

namespace regs = vitvp::registers::pruning_unit;
using namespace vitvp::models;
using namespace vitvp::test;

rtl_engine_config built_rtl() {
  return {
      std::make_shared<rtl_plugin>(
          VITVP_BINARY_DIR "/rtl/vitvp_pruning_unit_rtl.so", "pruning_unit"),
      [](const std::string& what) { throw std::runtime_error(what); }};
}

class unit_with_rtl : public pruning_unit_rtl {
 public:
  unit_with_rtl(const sc_core::sc_module_name& name,
                const pruning_unit_config& config)
      : pruning_unit_rtl(name, config, built_rtl()) {}
};

std::uint32_t seed() {
  const char* text = std::getenv("VITVP_SEED");
  const auto value = static_cast<std::uint32_t>(
      text != nullptr ? std::strtoul(text, nullptr, 10) : 1439);
  std::printf("seed %u\n", value);
  return value;
}

/// Model and RTL, each on a memory of its own, which hold the same; and the RTL
/// in lockstep.
class pair_of_units {
 public:
  static constexpr std::uint32_t base = 0x1000;

  explicit pair_of_units(const pruning_unit_config& config = {})
      : m_model("model", config, pruning_memory_bytes),
        m_rtl("rtl", config, pruning_memory_bytes),
        m_lockstep(m_rtl.engine, {}, nullptr) {}

  void store(const std::vector<std::uint8_t>& bytes) {
    m_model.memory.bytes = bytes;
    m_rtl.memory.bytes = bytes;
  }
  std::vector<std::uint8_t> bytes() const { return m_model.memory.bytes; }

  /// How often memory is in the way of each command from now on.
  void conflicts(std::uint64_t cycles) {
    m_model.memory.conflict_cycles = cycles;
    m_rtl.memory.conflict_cycles = cycles;
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    m_model.write(offset, value);
    m_rtl.write(offset, value);
  }

  /// Addresses of `c` count from the beginning of memory.
  void submit(const pruning_command& c, std::uint32_t tag) {
    write(regs::X_ADDRESS, base + c.x_address);
    write(regs::X_STRIDE, c.x_stride);
    write(regs::LIST, base + c.list_address);
    write(regs::SHAPE, c.tokens | c.channels << 16);
    write(regs::KEEP, c.keep);
    write(regs::FIRST_CHANNEL, c.first_channel);
    write(regs::MODE, static_cast<std::uint32_t>(c.operation) |
                          (c.first ? 4U : 0U) | c.threshold << 8);
    write(interface_regs::SUBMIT, tag);
  }

  /// A command that this cuts off has written its list on the model only.
  void reset() {
    m_model.engine.reset();
    m_rtl.engine.reset();
    store(bytes());
  }

  /// Simulates until both have nothing to do, and compares everything that is
  /// to be seen of them.
  void finish() {
    m_model.finish();
    m_rtl.finish();
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    for (const vitvp::registers::register_info& r : regs::table) {
      INFO(r.name);
      if (r.mode == vitvp::registers::access::write_only) continue;
      CHECK(m_rtl.read(r.offset) == m_model.read(r.offset));
    }
    const bool same_memory = m_rtl.memory.bytes == m_model.memory.bytes;
    CHECK(same_memory);
    const auto& expected = m_model.reports.finished;
    const auto& found = m_rtl.reports.finished;
    REQUIRE(found.size() == expected.size());
    for (; m_compared < found.size(); ++m_compared) {
      compare(found[m_compared], expected[m_compared]);
    }
  }

  std::size_t compared() const { return m_compared; }
  const lockstep_log& log() const { return m_lockstep.log(); }
  bool halted() const { return m_model.engine.halted(); }
  std::uint32_t read(std::uint32_t offset) { return m_rtl.read(offset); }

 private:
  static void compare(const command_report& found,
                      const command_report& expected) {
    INFO("tag " << expected.tag << ", operation " << expected.operation);
    CHECK(found.start == expected.start);
    CHECK(found.end == expected.end);
    CHECK(found.cycles.compute == expected.cycles.compute);
    CHECK(found.cycles.bank_conflict == expected.cycles.bank_conflict);
    CHECK(found.cycles.control == expected.cycles.control);
    CHECK(found.cycles.total() == expected.cycles.total());
    CHECK(found.work == expected.work);
    CHECK(found.result.address == expected.result.address);
    CHECK(found.result.columns == expected.result.columns);
  }

  engine_bench<pruning_unit, pruning_unit_config> m_model;
  engine_bench<unit_with_rtl, pruning_unit_config> m_rtl;
  pruning_unit_lockstep m_lockstep;
  std::size_t m_compared = 0;
};

/// Something that a command cannot do, of all kinds.
void spoil(pruning_command& c, random_pruning_commands& random) {
  switch (random.between(0, 5)) {
    case 0:
      c.x_address = pruning_memory_bytes - 1;
      c.tokens = std::max(c.tokens, 2U);
      break;
    case 1:
      c.list_address = pruning_memory_bytes;
      break;
    case 2:
      c.operation = pruning_operation::none;
      break;
    case 3:
      c.tokens = 1025;
      break;
    case 4:
      c.list_address |= 1;
      break;
    default:
      c.threshold = 128;
  }
}

void run_random(pair_of_units& units, std::uint32_t first_seed,
                unsigned batches) {
  random_pruning_commands random(first_seed, 1024);
  std::uint32_t tag = 0;
  for (unsigned batch = 0; batch < batches; ++batch) {
    INFO("batch " << batch);
    std::vector<std::uint8_t> bytes = units.bytes();
    random.fill(bytes);
    units.store(bytes);
    units.conflicts(random.chance(50) ? 0 : random.between(1, 400));
    for (std::uint32_t left = random.between(1, 4); left > 0; --left) {
      pruning_command c = random.next();
      if (random.chance(8)) spoil(c, random);
      units.submit(c, ++tag);
    }
    if (random.chance(10)) {
      sc_core::sc_start(
          sc_core::sc_time(random.between(0, 3000), sc_core::SC_NS));
      units.reset();
      units.submit(random.next(), ++tag);
    }
    units.finish();
    if (units.halted()) units.write(interface_regs::CONTROL, 1);
  }
}

}  // namespace

TEST_CASE("random commands on RTL are those of the model in all that shows") {
  pair_of_units units;
  run_random(units, seed(), 150);
  CHECK(units.compared() > 300);
  CHECK_FALSE(units.log().divergence());
  CHECK(units.log().counts().commands > 250);
}

TEST_CASE("so they are without direct access to memory") {
  pruning_unit_config config;
  config.engine.use_dmi = false;
  pair_of_units units(config);
  run_random(units, seed() + 1, 40);
}

TEST_CASE("conflicts last as long where few writes can be refused") {
  pair_of_units units;
  std::uint32_t tag = 0;
  for (std::uint32_t tokens = 1; tokens <= 9; ++tokens) {
    for (std::uint32_t keep = 0; keep < tokens; ++keep) {
      for (const std::uint32_t cycles : {0U, 1U, 2U, 3U, 50U}) {
        INFO(tokens << " tokens, keep " << keep << ", " << cycles
                    << " cycles of conflict");
        units.conflicts(cycles);
        pruning_command c;
        c.operation = pruning_operation::select;
        c.tokens = tokens;
        c.keep = keep;
        units.submit(c, ++tag);
        units.finish();
      }
    }
  }
}

TEST_CASE("an address fault leaves importance and lists in RTL as they were") {
  pair_of_units units;
  std::vector<std::uint8_t> bytes(pruning_memory_bytes, 0);
  const std::uint8_t row[] = {0, 1, 9, 2, 8};
  std::copy(std::begin(row), std::end(row), bytes.begin());
  units.store(bytes);
  pruning_command head;
  head.tokens = 5;
  head.first = true;
  units.submit(head, 1);
  units.finish();
  head.x_address = pruning_memory_bytes - 2;
  units.submit(head, 2);
  units.finish();
  CHECK(units.read(interface_regs::ERROR_CODE) == 1);
  CHECK(units.read(interface_regs::ERROR_ADDRESS) ==
        pair_of_units::base + pruning_memory_bytes - 2);
  units.write(interface_regs::CONTROL, 1);
  pruning_command selection;
  selection.operation = pruning_operation::select;
  selection.list_address = 0x10000;
  selection.tokens = 5;
  selection.keep = 2;
  units.submit(selection, 3);
  units.finish();
  CHECK(units.read(regs::KEPT_COUNT) == 3);
  const std::uint8_t expected[] = {0, 0, 2, 0, 4, 0};  // u16: 0, 2, 4
  const std::vector<std::uint8_t> found = units.bytes();
  CHECK(std::equal(std::begin(expected), std::end(expected),
                   found.begin() + 0x10000));
}
