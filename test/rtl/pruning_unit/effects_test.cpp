// One effect of the cycle rule at a time, model and RTL side by side.
#include <Vpruning_unit.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "test/rtl/pruning_unit/bench.hpp"
#include "test/rtl/pruning_unit/commands.hpp"
#include "test/rtl/pruning_unit/random_commands.hpp"

namespace {

using namespace vitvp::test;

constexpr unsigned bytes_per_cycle = 64;

/// Cycles of a command on an idle unit.
std::uint64_t measure(const pruning_command& c) {
  pruning_bench<Vpruning_unit> b(pruning_memory_bytes, bytes_per_cycle, 1);
  b.submit(c, 1);
  const std::uint64_t start = b.edges();
  b.finish();
  REQUIRE(b.pins().completed == 1);
  return b.edges() - start;
}

void print_head() {
  std::printf(
      "| effect | shape | model | RTL | error |\n"
      "|---|---|---|---|---|\n");
}

void compare(const std::string& effect, const std::string& shape,
             std::uint64_t model, std::uint64_t rtl) {
  std::printf("| %-18s | %-24s | %5llu | %5llu | %3lld |\n", effect.c_str(),
              shape.c_str(), static_cast<unsigned long long>(model),
              static_cast<unsigned long long>(rtl),
              static_cast<long long>(rtl) - static_cast<long long>(model));
  CHECK(rtl == model);
}

void compare(const std::string& effect, const pruning_command& c) {
  std::string shape = std::to_string(c.tokens) + " tokens";
  if (c.operation == pruning_operation::select) {
    shape += ", keep " + (c.keep < c.tokens ? std::to_string(c.keep) : "all");
  }
  if (c.operation == pruning_operation::scan) {
    shape += ", " + std::to_string(c.channels) + " channels";
  }
  compare(effect, shape, rule(c, bytes_per_cycle).total(), measure(c));
}

}  // namespace

TEST_CASE("each effect of the rule alone") {
  print_head();
  for (const std::uint32_t n : {1U, 63U, 64U, 65U, 128U, 1024U}) {
    compare("IMPORTANCE lines", head(0, n, true));
  }
  for (const std::uint32_t n : {2U, 3U, 4U, 5U}) {
    compare("IMPORTANCE groups", head(0, n, true));
  }
  for (const std::uint32_t n : {1U, 4U, 5U, 197U, 1024U}) {
    compare("SELECT length", selection(n, n / 2));
  }
  for (const std::uint32_t keep : {0U, 1U, 98U, 196U, 0xffffffffU}) {
    compare("SELECT keep", selection(197, keep));
  }
  for (const std::uint32_t n : {1U, 63U, 64U, 65U, 197U}) {
    compare("SCAN ragged lines", scanning(n, 8));
  }
  for (const std::uint32_t f : {1U, 2U, 64U, 200U}) {
    compare("SCAN channels", scanning(99, f));
  }
}

TEST_CASE("commands that wait follow each other without a cycle in between") {
  pruning_bench<Vpruning_unit> b(pruning_memory_bytes, bytes_per_cycle, 1);
  const std::vector<pruning_command> commands = {
      head(0, 197, true), head(200, 197, false), selection(197, 98),
      scanning(99, 20), scanning(99, 20)};
  std::uint64_t model = 0;
  for (const pruning_command& c : commands)
    model += rule(c, bytes_per_cycle).total();
  b.submit(commands[0], 0);
  const std::uint64_t start = b.edges();
  for (std::uint32_t i = 1; i < commands.size(); ++i) b.submit(commands[i], i);
  b.finish();
  REQUIRE(b.pins().completed == commands.size());
  print_head();
  compare("back to back", "5 commands", model, b.edges() - start);
}
