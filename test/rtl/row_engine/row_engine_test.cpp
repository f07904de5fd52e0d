// The row engine's RTL: values against docs/arithmetic.md, cycles against the
// model's rule.
#include <Vrow_engine.h>
#include <Vrow_engine_3x5.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "product_reference.hpp"
#include "row_engine_bench.hpp"

using namespace vitvp::rtl_test;
using vitvp::models::beats_of;
using vitvp::models::cycle_breakdown;
using vitvp::models::product_cycles;
using vitvp::models::row_engine_geometry;

namespace {

enum cycle_class { idle, compute, operand_wait, bank_conflict, control };

/// How far the RTL is from the rule, over all commands.
struct error_table {
  std::uint64_t commands = 0;
  std::uint64_t rtl_cycles = 0;
  std::uint64_t rule_cycles = 0;
  std::uint64_t worst = 0;  // of a command

  void add(std::uint64_t rtl, std::uint64_t rule) {
    ++commands;
    rtl_cycles += rtl;
    rule_cycles += rule;
    worst = std::max(worst, rtl > rule ? rtl - rule : rule - rtl);
  }
  void print(const std::string& name) const {
    std::cout << "| " << std::left << std::setw(30) << name << std::right
              << " | " << std::setw(8) << commands << " | " << std::setw(9)
              << rtl_cycles << " | " << std::setw(9) << rule_cycles << " | "
              << std::setw(5) << worst << " |\n";
  }
};

void print_head() {
  std::cout << "| effect | commands | RTL cycles | rule | worst error |\n"
            << "|---|---|---|---|---|\n";
}

void compare(const product_registers& p, const row_engine_geometry& array,
             const observed_command& seen, error_table& errors) {
  INFO(p.text());
  const cycle_breakdown rule = product_cycles(p.shape(), array);
  errors.add(seen.cycles() - seen.refused, rule.total());
  CHECK_FALSE(seen.faulted);
  CHECK(seen.classes[idle] == 0);
  CHECK(seen.classes[compute] == rule.compute);
  CHECK(seen.classes[operand_wait] == rule.operand_wait);
  CHECK(seen.classes[bank_conflict] == seen.refused);
  CHECK(seen.classes[control] == rule.control);
  CHECK(seen.cycles() == rule.total() + seen.refused);
  const auto beats = beats_of(p.shape(), array);
  CHECK(seen.a_beats == beats.a);
  CHECK(seen.b_beats == beats.b);
}

/// Commands of one batch run on memory of their own, one after the other.
struct batch {
  std::vector<product_registers> commands;
  memory_image memory;
  memory_image expected;

  void add(product_registers p, std::mt19937& random) {
    m_end = place(p, m_end, random, memory);
    commands.push_back(p);
  }
  void finish() {
    expected = memory;
    for (const product_registers& p : commands) execute(p, expected);
  }

 private:
  std::uint32_t m_end = 0;
};

/// "none", or the address and both bytes.
std::string first_difference(const memory_image& is, const memory_image& want) {
  const auto at = std::mismatch(is.begin(), is.end(), want.begin());
  if (at.first == is.end()) return "none";
  return "at " + std::to_string(at.first - is.begin()) + ": " +
         std::to_string(*at.first) + ", want " + std::to_string(*at.second);
}

/// Whether memory is as expected, and the commands follow each other without
/// a cycle in between where none was waited for.
template <typename device>
void run_batch(batch& b, const row_engine_geometry& array, unsigned refuse,
               unsigned gap, error_table& errors) {
  b.finish();
  auto bench = std::make_unique<row_engine_bench<device>>(b.memory);
  bench->refuse(refuse, 1);
  const auto seen = bench->run(b.commands, gap, 10'000'000);
  REQUIRE(seen.size() == b.commands.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    compare(b.commands[i], array, seen[i], errors);
    if (i > 0 && gap == 0) {
      CHECK(seen[i].first_cycle == seen[i - 1].last_cycle + 1);
    }
  }
  INFO(b.commands.front().text());
  CHECK(first_difference(b.memory, b.expected) == "none");
}

template <typename device>
void run_random(unsigned seed, unsigned batches,
                const row_engine_geometry& array) {
  std::mt19937 random(seed);
  error_table errors;
  for (unsigned i = 0; i < batches; ++i) {
    batch b;
    const unsigned count = 1 + static_cast<unsigned>(random() % 6);
    for (unsigned c = 0; c < count; ++c) {
      b.add(random_product(random, array.rows, array.lanes), random);
    }
    const unsigned refuse = i % 3 == 0 ? 30 : 0;
    const unsigned gap = i % 4 == 0 ? static_cast<unsigned>(random() % 300) : 0;
    INFO("seed " << seed << ", batch " << i);
    run_batch<device>(b, array, refuse, gap, errors);
  }
  print_head();
  errors.print("random, " + std::to_string(array.rows) + " x " +
               std::to_string(array.lanes) + ", seed " + std::to_string(seed));
  CHECK(errors.worst == 0);
}

}  // namespace

TEST_CASE("random commands on 8 x 64 take the rule's cycles") {
  run_random<Vrow_engine>(4107, 200, {8, 64});
}

TEST_CASE("random commands on 3 x 5 take the rule's cycles") {
  run_random<Vrow_engine_3x5>(4108, 60, {3, 5});
}

namespace {

/// One command that shows an effect; `refuse` is in percent of cycles.
struct effect {
  std::string name;
  product_registers command;
  unsigned count = 1;
  unsigned refuse = 0;
};

product_registers plain(std::uint32_t rows, std::uint32_t columns,
                        std::uint32_t terms) {
  product_registers p;
  p.rows = rows;
  p.columns = columns;
  p.terms = terms;
  p.c_column_stride = 0;  // place() makes rows contiguous
  return p;
}

template <typename change>
product_registers with(product_registers p, change&& changed) {
  changed(p);
  return p;
}

std::vector<effect> effects() {
  const product_registers tiles = plain(20, 150, 70);
  return {
      {"fill and drain", plain(8, 64, 384)},
      {"ragged rows", plain(13, 64, 128)},
      {"ragged lanes", plain(8, 70, 128)},
      {"short last chunk", plain(16, 64, 65)},
      {"read-out binds", plain(8, 256, 16)},
      {"no terms", plain(20, 150, 0)},
      {"term-major A",
       with(tiles, [](product_registers& p) { p.a_term_stride = 2; })},
      {"list, term-major A", with(tiles,
                                  [](product_registers& p) {
                                    p.a_term_stride = 2;
                                    p.indexed = true;
                                  })},
      {"list, token-major A",
       with(tiles, [](product_registers& p) { p.indexed = true; })},
      {"accumulate",
       with(tiles, [](product_registers& p) { p.accumulate = true; })},
      {"output order: columns",
       with(tiles, [](product_registers& p) { p.c_column_stride = 1; })},
      {"queue back-to-back", plain(9, 65, 66), 8},
      {"memory refuses 30 %", tiles, 3, 30},
  };
}

}  // namespace

TEST_CASE("each effect takes the rule's cycles") {
  std::mt19937 random(4109);
  print_head();
  for (const effect& e : effects()) {
    INFO(e.name << ", seed 4109");
    error_table errors;
    batch b;
    for (unsigned i = 0; i < e.count; ++i) b.add(e.command, random);
    run_batch<Vrow_engine>(b, {8, 64}, e.refuse, 0, errors);
    errors.print(e.name);
    CHECK(errors.worst == 0);
  }
}

TEST_CASE("a command out of range faults after four cycles and halts") {
  std::mt19937 random(4110);
  memory_image memory;
  product_registers good = plain(2, 3, 4);
  good.accumulate = true;
  good.indexed = true;
  good.output = 1;
  place(good, 0, random, memory);
  const memory_image before = memory;
  using registers = product_registers;
  // Offsets of registers/row_engine.yaml.
  const std::vector<std::pair<std::uint32_t, registers>> bad{
      {0x0b0, with(good, [](registers& p) { p.rows = 0; })},
      {0x0b0, with(good, [](registers& p) { p.columns = 0; })},
      {0x0b4, with(good, [](registers& p) { p.terms = 32768; })},
      {0x0b8, with(good, [](registers& p) { p.output = 3; })},
      {0x0b8, with(good, [](registers& p) { p.record_by = 3; })},
      {0x088, with(good, [](registers& p) { p.a_term_stride = 7; })},
      {0x08c, with(good, [](registers& p) { ++p.a_index; })},
      {0x098, with(good, [](registers& p) { ++p.c; })},
      {0x09c, with(good, [](registers& p) { ++p.c_row_stride; })},
      {0x0a0, with(good, [](registers& p) { ++p.c_column_stride; })},
      {0x0a0, with(good, [](registers& p) { p.c_row_stride = 4; })},
      {0x0a4, with(good, [](registers& p) { p.partial += 2; })},
      {0x0a8, with(good, [](registers& p) { p.partial_row_stride += 2; })},
      {0x0ac, with(good, [](registers& p) { p.records += 4; })},
  };
  for (const auto& [offset, command] : bad) {
    row_engine_bench<Vrow_engine> bench(memory);
    const auto seen = bench.run({command, good}, 0, 50);
    CAPTURE(offset);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].faulted);
    CHECK(seen[0].fault_register == offset);
    CHECK(seen[0].cycles() == 4);
    CHECK(bench.dut().halted);
    CHECK(memory == before);
    bench.dut().clear = 1;
    bench.tick();
    bench.dut().clear = 0;
    CHECK(bench.run({good}, 0, 1000).size() == 1);
    CHECK_FALSE(bench.dut().halted);
    memory = before;
  }
}
