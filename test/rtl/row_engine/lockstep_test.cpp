// The row engine's RTL in lockstep with the model: random commands agree, and
// whatever is changed in what the pins said is found and named.
#include <registers/row_engine.hpp>

#include "models/cosim/row_engine_lockstep.hpp"
#include "product_reference.hpp"
#include "test/models/common/engine_bench.hpp"
#include "test/vit/temporary_folder.hpp"

using namespace vitvp::models;
using namespace vitvp::rtl_test;
using vitvp::test::engine_bench;

namespace {

namespace regs = vitvp::registers::row_engine;

constexpr std::uint32_t memory_base = 0x1000;
constexpr std::size_t memory_bytes = 1 << 20;
/// What a block of this array, as a library, is called.
const std::string default_array =
    VITVP_BINARY_DIR "/rtl/vitvp_row_engine_rtl.so";
const std::string small_array =
    VITVP_BINARY_DIR "/test/rtl/row_engine/test_row_engine_rtl_3x5.so";

struct rtl_config {
  row_engine_config engine;
  rtl_engine_config rtl;
};

class engine_under_test : public row_engine_rtl {
 public:
  engine_under_test(const sc_core::sc_module_name& name,
                    const rtl_config& config)
      : row_engine_rtl(name, config.engine, config.rtl) {}
};

using bench = engine_bench<engine_under_test, rtl_config>;

rtl_config config_of(const std::string& library,
                     const row_engine_geometry& array) {
  rtl_config config;
  config.engine.rows = array.rows;
  config.engine.lanes = array.lanes;
  config.rtl.plugin = std::make_shared<rtl_plugin>(library, "row_engine");
  config.engine.max_terms =
      static_cast<unsigned>(config.rtl.plugin->parameter("MAX_TERMS"));
  config.rtl.on_failure = [](const std::string& what) {
    FAIL("the RTL failed: " << what);
  };
  return config;
}

row_engine_lockstep::memory_reader reader(bench& b) {
  return [&b](std::uint64_t address, void* to, std::size_t bytes) {
    std::memcpy(to, &b.memory.bytes.at(address - memory_base), bytes);
    return true;
  };
}

void stage(bench& b, const product_registers& p) {
  b.write(regs::A_ADDRESS, p.a);
  b.write(regs::A_ROW_STRIDE, p.a_row_stride);
  b.write(regs::A_TERM_STRIDE, p.a_term_stride);
  b.write(regs::A_INDEX, p.a_index);
  b.write(regs::B_ADDRESS, p.b);
  b.write(regs::B_TERM_STRIDE, p.b_term_stride);
  b.write(regs::C_ADDRESS, p.c);
  b.write(regs::C_ROW_STRIDE, p.c_row_stride);
  b.write(regs::C_COLUMN_STRIDE, p.c_column_stride);
  b.write(regs::PARTIAL, p.partial);
  b.write(regs::PARTIAL_ROW_STRIDE, p.partial_row_stride);
  b.write(regs::RECORDS, p.records);
  b.write(regs::SHAPE, p.rows | p.columns << 16);
  b.write(regs::TERMS, p.terms);
  b.write(regs::MODE, p.mode());
}

/// Operands of a command in the bench's memory, from `from` on; the end.
std::uint32_t give_operands(bench& b, product_registers& p, std::uint32_t from,
                            std::mt19937& random) {
  memory_image image(from);
  const std::uint32_t end = place(p, from, random, image);
  REQUIRE(end - memory_base <= b.memory.bytes.size());
  std::copy(image.begin() + from, image.begin() + end,
            b.memory.bytes.begin() + (from - memory_base));
  return end;
}

void run_random(const std::string& library, const row_engine_geometry& array,
                unsigned seed, unsigned commands) {
  std::mt19937 random(seed);
  bench b("bench", config_of(library, array), memory_bytes);
  row_engine_lockstep lockstep(b.engine, {}, reader(b));
  std::uint64_t beats_of_a = 0;
  for (unsigned i = 0; i < commands; ++i) {
    product_registers p = random_product(random, array.rows, array.lanes);
    INFO("seed " << seed << ", command " << i << ": " << p.text());
    give_operands(b, p, memory_base, random);
    memory_image expected(memory_base + b.memory.bytes.size());
    std::copy(b.memory.bytes.begin(), b.memory.bytes.end(),
              expected.begin() + memory_base);
    execute(p, expected);
    b.memory.conflict_cycles = i % 2 == 0 ? 0 : random() % 200;
    stage(b, p);
    b.submit(i);
    b.finish();
    CHECK(std::equal(b.memory.bytes.begin(), b.memory.bytes.end(),
                     expected.begin() + memory_base));
    beats_of_a += beats_of(p.shape(), array).a;
  }
  const lockstep_counts& counts = lockstep.log().counts();
  CHECK_FALSE(lockstep.log().divergence());
  CHECK(counts.commands == commands);
  CHECK(counts.cycles == b.engine.counted_cycles().total());
  CHECK(counts.beats.at(1) ==
        std::pair<std::string, std::uint64_t>("a", beats_of_a));
}

}  // namespace

TEST_CASE("random commands agree beat by beat on 8 x 64") {
  run_random(default_array, {8, 64}, 6107, 150);
}

TEST_CASE("random commands agree beat by beat on 3 x 5") {
  run_random(small_array, {3, 5}, 6108, 250);
}

TEST_CASE("a command that is refused is a command") {
  bench b("bench", config_of(small_array, {3, 5}));
  row_engine_lockstep lockstep(b.engine, {}, reader(b));
  stage(b, {});
  b.write(regs::SHAPE, 0);
  b.submit(1);
  b.finish();
  CHECK(b.engine.halted());
  CHECK(lockstep.log().counts().commands == 1);
}

namespace {

/// A command as the pins told it.
class recording final : public row_engine_watcher {
 public:
  void begin(const command& c, const product_command& d,
             const product& operands, const cycle_breakdown& planned) override {
    m_command = c;
    m_product = d;
    m_operands = operands;
    m_planned = planned;
  }
  void cycle(const row_engine_cycle& seen) override {
    cycles.push_back(seen);
    data.emplace_back(seen.c_data, seen.c_data + 4 * seen.c.count);
  }
  void end(const cycle_breakdown& seen) override { m_seen = seen; }
  void refused(const command&) override {}

  void play(row_engine_watcher& to) {
    to.begin(m_command, m_product, m_operands, m_planned);
    for (std::size_t i = 0; i < cycles.size(); ++i) {
      cycles[i].c_data = data[i].data();
      to.cycle(cycles[i]);
    }
    to.end(m_seen);
  }

  std::vector<row_engine_cycle> cycles;
  std::vector<std::vector<std::uint8_t>> data;

 private:
  command m_command;
  product_command m_product;
  product m_operands;
  cycle_breakdown m_planned;
  cycle_breakdown m_seen;
};

/// 7 x 8 over 9 terms with partial sums on 3 x 5: four tiles and ragged ones.
struct recorded_command {
  explicit recorded_command(std::uint64_t conflicts = 0)
      : b("bench", config_of(small_array, {3, 5})) {
    std::mt19937 random(6109);
    p.rows = 7;
    p.columns = 8;
    p.terms = 9;
    p.accumulate = true;
    p.output = 1;
    p.c_column_stride = 0;
    give_operands(b, p, memory_base, random);
    b.engine.watch(good);
    b.memory.conflict_cycles = conflicts;
    stage(b, p);
    b.submit(0x1234);
    b.finish();
  }

  /// The divergence when what the pins said is changed.
  lockstep_divergence with(const std::function<void(recording&)>& change,
                           const lockstep_config& config = {}) {
    row_engine_lockstep lockstep(b.engine, config, reader(b));
    recording changed = good;
    change(changed);
    CHECK_THROWS_AS(changed.play(lockstep), rtl_error);
    REQUIRE(lockstep.log().divergence());
    return *lockstep.log().divergence();
  }

  /// The first cycle from `from` on in which the port asks.
  std::size_t cycle_of(rtl_request row_engine_cycle::*port,
                       std::size_t from = 0) const {
    while (!(good.cycles.at(from).*port).valid) ++from;
    return from;
  }

  bench b;
  product_registers p;
  recording good;
};

void check(const lockstep_divergence& found, const std::string& port,
           const std::string& field, std::size_t cycle, std::int64_t expected,
           std::int64_t got) {
  CHECK(found.port == port);
  CHECK(found.field == field);
  CHECK(found.cycle == cycle);
  CHECK(found.expected == expected);
  CHECK(found.got == got);
}

std::uint64_t place(const lockstep_divergence& found, const std::string& name) {
  for (const auto& [key, value] : found.place) {
    if (key == name) return value;
  }
  FAIL("the place has no " << name);
  return 0;
}

}  // namespace

TEST_CASE("what is as it was does not differ") {
  recorded_command run(11);
  row_engine_lockstep lockstep(run.b.engine, {}, reader(run.b));
  run.good.play(lockstep);
  CHECK_FALSE(lockstep.log().divergence());
  CHECK(lockstep.log().counts().commands == 1);
  CHECK(lockstep.log().counts().cycles == run.good.cycles.size());
}

TEST_CASE("a beat that is missing, or is too many, is named") {
  recorded_command run;
  const struct {
    const char* name;
    rtl_request row_engine_cycle::*port;
  } ports[] = {{"a", &row_engine_cycle::a},
               {"b", &row_engine_cycle::b},
               {"partial", &row_engine_cycle::partial},
               {"record", &row_engine_cycle::records},
               {"c", &row_engine_cycle::c}};
  for (const auto& port : ports) {
    const std::size_t at = run.cycle_of(port.port);
    check(run.with(
              [&](recording& r) { (r.cycles[at].*port.port).valid = false; }),
          port.name, "valid", at, 1, 0);
    // The cycle before the first one has none.
    check(run.with([&](recording& r) {
      r.cycles[at - 1].*port.port = r.cycles[at].*port.port;
    }),
          port.name, "valid", at - 1, 0, 1);
  }
  check(run.with([](recording& r) { r.cycles[7].index.valid = true; }), "index",
        "valid", 7, 0, 1);
}

TEST_CASE("what a beat asks for is compared") {
  recorded_command run;
  const std::size_t b = run.cycle_of(&row_engine_cycle::b) + 3;
  const auto address =
      std::int64_t{run.p.b} + std::int64_t{3} * run.p.b_term_stride;
  lockstep_divergence found =
      run.with([&](recording& r) { ++r.cycles[b].b.address; });
  check(found, "b", "address", b, address, address + 1);
  CHECK(place(found, "tile") == 0);
  CHECK(place(found, "term") == 3);
  CHECK(found.tag == 0x1234);
  CHECK(found.command == 1);
  CHECK(found.expected_beats.back().address == address);
  CHECK(found.got_beats.back().address == address + 1);
  CHECK(found.got_beats.back().cycle == b);

  const std::size_t a = run.cycle_of(&row_engine_cycle::a);
  check(run.with([&](recording& r) { r.cycles[a].a.count = 8; }), "a", "count",
        a, 9, 8);
  const std::size_t partial = run.cycle_of(&row_engine_cycle::partial);
  check(run.with([&](recording& r) { r.cycles[partial].partial.stride += 4; }),
        "partial", "stride", partial, run.p.partial_row_stride,
        run.p.partial_row_stride + 4);
  const std::size_t c = run.cycle_of(&row_engine_cycle::c);
  check(run.with([&](recording& r) { r.cycles[c].c_bytes = 1; }), "c", "size",
        c, 2, 1);
}

TEST_CASE("a wrong element is named by its place") {
  recorded_command run;
  // The second tile's columns are 5 to 7: the seventh beat of C is column 6.
  std::size_t at = run.cycle_of(&row_engine_cycle::c);
  for (unsigned i = 0; i < 6; ++i)
    at = run.cycle_of(&row_engine_cycle::c, at + 1);
  std::int16_t is = 0;
  std::memcpy(&is, &run.good.data[at][8], sizeof is);
  const lockstep_divergence found =
      run.with([&](recording& r) { r.data[at][8] ^= 1; });
  check(found, "c", "data", at, is, is ^ 1);
  CHECK(place(found, "tile") == 1);
  CHECK(place(found, "row") == 2);
  CHECK(place(found, "column") == 6);
  CHECK(place(found, "processing_row") == 2);
  CHECK(place(found, "lane") == 1);
}

TEST_CASE("what says how a command stands is compared") {
  recorded_command run(5);
  const std::size_t last = run.good.cycles.size() - 1;
  check(run.with([&](recording& r) { r.cycles[last].done = false; }), "done",
        "value", last, 1, 0);
  check(run.with([&](recording& r) { r.cycles[2].done = true; }), "done",
        "value", 2, 0, 1);
  check(run.with([&](recording& r) { r.cycles[3].fault = true; }), "fault",
        "value", 3, 0, 1);
  check(run.with([&](recording& r) { r.cycles[1].cycle_class = 1; }),
        "cycle_class", "value", 1, 4, 1);
}

TEST_CASE("a cycle that memory refuses must be asked for again") {
  recorded_command run(5);
  std::size_t at = 0;
  while (!run.good.cycles.at(at).refused) ++at;
  const std::uint32_t served = run.good.cycles[at + 1].cycle_class;
  check(run.with([&](recording& r) { r.cycles[at].cycle_class = served; }),
        "cycle_class", "value", at, 3, served);
  // As if it had gone on: all that follows comes a cycle too early.
  const lockstep_divergence found = run.with([&](recording& r) {
    r.cycles.erase(r.cycles.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    r.data.erase(r.data.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  });
  CHECK(found.cycle == at + 1);
  CHECK(found.refused == 1);
}

TEST_CASE("levels compare less") {
  recorded_command run;
  lockstep_config config;
  const auto nothing = [](recording&) {};
  const auto shifted = [](recording& r) { ++r.cycles[5].a.address; };
  for (const auto level : {lockstep_level::values, lockstep_level::cycles}) {
    config.level = level;
    row_engine_lockstep lockstep(run.b.engine, config, reader(run.b));
    recording changed = run.good;
    shifted(changed);
    changed.play(lockstep);
    CHECK_FALSE(lockstep.log().divergence());
  }
  // Row 4, column 2 of the result, i16.
  std::uint8_t& element =
      run.b.memory.bytes.at(run.p.c + 4 * run.p.c_row_stride + 4 - memory_base);
  element ^= 4;
  config.level = lockstep_level::values;
  const lockstep_divergence found = run.with(nothing, config);
  CHECK(found.port == "c");
  CHECK(found.field == "data");
  CHECK(place(found, "row") == 4);
  CHECK(place(found, "column") == 2);
}

TEST_CASE("the window holds the last cycles") {
  recorded_command run;
  row_engine_lockstep lockstep(run.b.engine, {lockstep_level::beats, 7},
                               reader(run.b));
  recording changed = run.good;
  changed.cycles[40].cycle_class = 0;
  CHECK_THROWS_AS(changed.play(lockstep), rtl_error);

  const vitvp::vit::test::temporary_folder folder;
  const std::string path = folder.file("window.vcd");
  const pin_window& window = lockstep.log().window();
  CHECK(window.size() == 7);
  REQUIRE(window.write_vcd(path, "row_engine", 1000));
  const std::string text = vitvp::vit::test::read_bytes(path);
  const auto has = [&](const std::string& piece) {
    return text.find(piece) != std::string::npos;
  };
  CHECK(has("$timescale 1ps $end"));
  CHECK(has("$scope module row_engine $end"));
  CHECK(has(" 512 "));
  CHECK(has(" a_data [511:0] $end"));
  // The signal `cycle` counts 34 to 40.
  CHECK_FALSE(has("b" + std::string(58, '0') + "100001 "));
  CHECK(has("b" + std::string(58, '0') + "100010 "));
  CHECK(has("b" + std::string(58, '0') + "101000 "));
  CHECK_FALSE(window.write_vcd(folder.file("none/window.vcd"), "b", 1000));
}
