// The pruning unit's RTL in lockstep with the model: whatever is changed in
// what the pins said is found and named.
#include "models/cosim/pruning_unit_lockstep.hpp"

#include <cstring>
#include <functional>
#include <memory>
#include <registers/pruning_unit.hpp>

#include "test/models/common/engine_bench.hpp"

namespace {

namespace regs = vitvp::registers::pruning_unit;
using namespace vitvp::models;
using namespace vitvp::test;

constexpr std::uint32_t base = 0x1000;
constexpr std::uint32_t list = base + 0x800;

class unit_with_rtl : public pruning_unit_rtl {
 public:
  unit_with_rtl(const sc_core::sc_module_name& name,
                const pruning_unit_config& config)
      : pruning_unit_rtl(name, config,
                         {std::make_shared<rtl_plugin>(
                              VITVP_BINARY_DIR "/rtl/vitvp_pruning_unit_rtl.so",
                              "pruning_unit"),
                          [](const std::string& what) {
                            FAIL("the RTL failed: " << what);
                          }}) {}
};

/// A command as the pins told it.
class recording final : public pruning_unit_watcher {
 public:
  void begin(const command& c, const pruning_plan& p,
             const cycle_breakdown& planned,
             const pruning_unit::counts& counts) override {
    m_command = c;
    plan = p;
    m_planned = planned;
    m_planned_after = counts;
  }
  void cycle(const pruning_unit_cycle& seen) override {
    cycles.push_back(seen);
  }
  void end(const cycle_breakdown& seen,
           const pruning_unit::counts& counts) override {
    m_seen = seen;
    after = counts;
  }
  void refused(const command&) override {}

  void play(pruning_unit_watcher& to) {
    to.begin(m_command, plan, m_planned, m_planned_after);
    for (const pruning_unit_cycle& one : cycles) to.cycle(one);
    to.end(m_seen, after);
  }

  pruning_plan plan;
  std::vector<pruning_unit_cycle> cycles;
  pruning_unit::counts after;

 private:
  command m_command;
  cycle_breakdown m_planned;
  cycle_breakdown m_seen;
  pruning_unit::counts m_planned_after;
};

/// SCAN of 3 channels of 70 tokens, of which the first and the last are live:
/// reads in cycles 4 to 9, writes in 10 and 14.
struct recorded_scan {
  explicit recorded_scan(std::uint64_t conflicts = 0) : b("bench") {
    b.memory.bytes.at(69) = 5;
    b.memory.bytes.at(0x200) = 127;
    b.memory.conflict_cycles = conflicts;
    b.engine.watch(good);
    b.write(regs::X_ADDRESS, base);
    b.write(regs::X_STRIDE, 0x100);
    b.write(regs::LIST, list);
    b.write(regs::SHAPE, 70 | 3 << 16);
    b.write(regs::FIRST_CHANNEL, 20);
    b.write(regs::MODE, 2 | 4 | 3 << 8);
    b.submit(0x99);
    b.finish();
  }

  bool read(std::uint64_t address, void* to, std::size_t bytes) {
    std::memcpy(to, &b.memory.bytes.at(address - base), bytes);
    return true;
  }
  lockstep_divergence with(const std::function<void(recording&)>& change,
                           const lockstep_config& config = {}) {
    pruning_unit_lockstep lockstep(
        b.engine, config, [this](std::uint64_t a, void* t, std::size_t n) {
          return read(a, t, n);
        });
    recording changed = good;
    change(changed);
    CHECK_THROWS_AS(changed.play(lockstep), rtl_error);
    REQUIRE(lockstep.log().divergence());
    return *lockstep.log().divergence();
  }

  engine_bench<unit_with_rtl, pruning_unit_config> b;
  recording good;
};

void check(const lockstep_divergence& found, const std::string& port,
           const std::string& field, std::uint64_t cycle, std::int64_t expected,
           std::int64_t got) {
  CHECK(found.port == port);
  CHECK(found.field == field);
  CHECK(found.cycle == cycle);
  CHECK(found.expected == expected);
  CHECK(found.got == got);
}

}  // namespace

TEST_CASE("a scan that is as it was does not differ") {
  recorded_scan run(3);
  for (const auto level : {lockstep_level::beats, lockstep_level::values}) {
    lockstep_config config;
    config.level = level;
    pruning_unit_lockstep lockstep(
        run.b.engine, config, [&](std::uint64_t a, void* t, std::size_t n) {
          return run.read(a, t, n);
        });
    run.good.play(lockstep);
    CHECK_FALSE(lockstep.log().divergence());
    CHECK(lockstep.log().counts().commands == 1);
    // 4 of set-up, 2, 6 beats, 4 to memory, 3 conflicts.
    CHECK(lockstep.log().counts().cycles == 19);
    CHECK(lockstep.log().counts().beats ==
          named_numbers{{"read", 6}, {"write", 2}});
  }
}

TEST_CASE("reads are compared") {
  recorded_scan run;
  check(run.with([](recording& r) { r.cycles[5].read.valid = false; }), "read",
        "valid", 5, 1, 0);
  check(run.with([](recording& r) { r.cycles[3].read = r.cycles[4].read; }),
        "read", "valid", 3, 0, 1);
  const lockstep_divergence found =
      run.with([](recording& r) { r.cycles[7].read.address += 2; });
  check(found, "read", "address", 7, base + 0x140, base + 0x142);
  CHECK(found.place == named_numbers{{"row", 1}, {"token", 64}});
  CHECK(found.tag == 0x99);
  check(run.with([](recording& r) { r.cycles[9].read.count = 7; }), "read",
        "count", 9, 6, 7);
}

TEST_CASE("entries of a list are compared") {
  recorded_scan run;
  check(run.with([](recording& r) { r.cycles[10].write.valid = false; }),
        "write", "valid", 10, 1, 0);
  check(run.with([](recording& r) { r.cycles[11].write = r.cycles[10].write; }),
        "write", "valid", 11, 0, 1);
  check(run.with([](recording& r) { r.cycles[14].write.address -= 2; }),
        "write", "address", 14, list + 2, list);
  const lockstep_divergence found =
      run.with([](recording& r) { r.cycles[14].entry = 21; });
  check(found, "write", "data", 14, 22, 21);
  CHECK(found.place == named_numbers{{"entry", 1}});
}

TEST_CASE("how a command stands, and what it counted, is compared") {
  recorded_scan run(3);
  check(run.with([](recording& r) { r.cycles[1].cycle_class = 1; }),
        "cycle_class", "value", 1, 4, 1);
  check(run.with([](recording& r) { r.cycles.push_back(r.cycles[1]); }),
        "completed", "value", 19, 1, 0);
  check(run.with([](recording& r) { r.cycles.pop_back(); }), "completed",
        "value", 17, 0, 1);
  check(run.with([](recording& r) { r.after.live = 3; }), "live_count", "value",
        18, 2, 3);
  lockstep_config config;
  config.level = lockstep_level::values;
  run.b.memory.store<std::uint16_t>(list, 7);
  const lockstep_divergence found = run.with([](recording&) {}, config);
  CHECK(found.port == "write");
  CHECK(found.expected == 20);
  CHECK(found.got == 7);
}
