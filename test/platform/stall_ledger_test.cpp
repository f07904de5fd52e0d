#include "platform/stall_ledger.hpp"

#include <catch2/catch.hpp>
#include <systemc>

using sc_core::SC_NS;
using sc_core::sc_time;
using vitvp::models::command_report;
using vitvp::platform::engine_cycles;
using vitvp::platform::stall_ledger;

namespace {

// Lets simulated time pass and reports commands as engines would.
class bench {
 public:
  stall_ledger ledger{{"dma", "row_engine", "vector_unit"},
                      "dma",
                      "row_engine",
                      sc_time(1, SC_NS)};

  void start(const std::string& engine) {
    m_started = command_report{};
    m_started.start = sc_core::sc_time_stamp();
    m_starts[engine] = m_started.start;
    ledger.command_started(engine, m_started);
  }

  // All cycles since start() are `compute` but for the `control` ones.
  void finish(const std::string& engine, std::uint64_t control = 0) {
    command_report report;
    report.start = m_starts[engine];
    report.end = sc_core::sc_time_stamp();
    const auto elapsed = static_cast<std::uint64_t>(
        (report.end - report.start) / sc_time(1, SC_NS));
    report.cycles.control = control;
    report.cycles.compute = elapsed - control;
    report.work = 10;
    ledger.command_finished(engine, report);
  }

  static void pass(int ns) { sc_core::sc_start(ns, SC_NS); }

 private:
  command_report m_started;
  std::map<std::string, sc_time> m_starts;
};

}  // namespace

TEST_CASE("every cycle of every engine is in exactly one class") {
  bench b;
  b.start("dma");
  bench::pass(100);  // only the DMA moves
  b.start("row_engine");
  bench::pass(30);  // both
  b.finish("dma");
  bench::pass(20);
  b.finish("row_engine", 5);
  b.start("vector_unit");
  bench::pass(7);  // the row engine waits for the vector unit
  b.finish("vector_unit");
  bench::pass(3);  // nobody works

  const engine_cycles row = b.ledger.cycles("row_engine", 160);
  CHECK(row.busy.compute == 45);
  CHECK(row.busy.control == 5);
  CHECK(row.waiting_dma == 100);
  CHECK(row.waiting_operands == 7);
  CHECK(row.idle == 3);
  CHECK(row.total() == 160);
  CHECK(row.commands == 1);
  CHECK(row.work == 10);

  const engine_cycles dma = b.ledger.cycles("dma", 160);
  CHECK(dma.busy.total() == 130);
  CHECK(dma.waiting_dma == 0);
  CHECK(dma.idle == 30);

  const engine_cycles vector = b.ledger.cycles("vector_unit", 160);
  CHECK(vector.busy.total() == 7);
  CHECK(vector.waiting_dma == 100);
  CHECK(vector.waiting_operands == 0);
  CHECK(vector.idle == 53);
  CHECK(b.ledger.violations().empty());
}

TEST_CASE("a command that accounts for another time than it took is reported") {
  bench b;
  b.start("dma");
  bench::pass(10);
  command_report report;
  report.end = sc_core::sc_time_stamp();
  report.cycles.compute = 9;
  b.ledger.command_finished("dma", report);
  REQUIRE(b.ledger.violations().size() == 1);
  CHECK_THAT(b.ledger.violations()[0], Catch::Contains("dma"));
}

TEST_CASE("overlapping commands of one engine are reported") {
  bench b;
  b.start("dma");
  bench::pass(1);
  b.start("dma");
  CHECK(b.ledger.violations().size() == 1);
}
