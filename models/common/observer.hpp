// How the world looks at engines: one interface that every engine reports its
// commands to, and that reports, traces, ledgers and checks all hang on.
#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

namespace vitvp::models {

// Where the busy cycles of a command went; the sum is its duration.
struct cycle_breakdown {
  std::uint64_t compute = 0;
  std::uint64_t operand_wait = 0;
  std::uint64_t dma_wait = 0;
  std::uint64_t bank_conflict = 0;
  std::uint64_t control = 0;

  std::uint64_t total() const {
    return compute + operand_wait + dma_wait + bank_conflict + control;
  }
};

// Where a command's result lies in memory. Strides in bytes.
struct result_layout {
  std::uint64_t address = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t row_stride = 0;
  std::uint32_t column_stride = 0;
  std::uint32_t element_bytes = 0;  // 0: no result worth looking at
  bool is_signed = true;
};

// One command of an engine, from its start to its completion.
struct command_report {
  std::uint32_t tag = 0;        // as submitted
  std::uint32_t origin = 0;     // ORIGIN register: row 15:0, column 31:16
  std::uint32_t operation = 0;  // the engine's MODE register
  sc_core::sc_time start;
  sc_core::sc_time end;
  cycle_breakdown cycles;
  std::uint64_t work = 0;  // unit: see WORK_LO in the register documentation
  result_layout result;
};

// Called at the simulated time of the event. Must not wait().
class command_observer {
 public:
  virtual ~command_observer() = default;
  virtual void command_started(const std::string& engine,
                               const command_report& report) = 0;
  // The result is in memory for whoever looks (host_workers).
  virtual void command_finished(const std::string& engine,
                                const command_report& report) = 0;
};

// What a module would answer if asked why nothing happens. Empty when it waits
// for nothing.
class waits_for_something {
 public:
  virtual ~waits_for_something() = default;
  virtual std::string waiting_for() const = 0;
};

}  // namespace vitvp::models
