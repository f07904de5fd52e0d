#include "platform/result_collection.hpp"

#include <string>

namespace vitvp::platform {
namespace {

void collect_engines(soc& system, const stall_ledger& ledger,
                     run_result& result) {
  for (models::command_engine* engine : system.engines()) {
    const engine_cycles cycles =
        ledger.cycles(engine->name(), result.total_cycles);
    engine_result one;
    one.name = engine->basename();
    one.busy = cycles.busy.total();
    one.compute = cycles.busy.compute;
    one.operand_wait = cycles.busy.operand_wait + cycles.waiting_operands;
    one.dma_wait = cycles.busy.dma_wait + cycles.waiting_dma;
    one.bank_conflict = cycles.busy.bank_conflict;
    one.control = cycles.busy.control;
    one.idle = cycles.idle;
    one.commands = cycles.commands;
    one.work = cycles.work;
    result.engines.push_back(one);
  }
  for (const std::string& violation : ledger.violations()) {
    result.check.failures.push_back(violation);
  }
}

void collect_cpu(soc& system, run_result& result) {
  const models::host_cpu_counters counted = system.cpu().counters();
  host_cpu_result& cpu = result.host_cpu;
  cpu.instructions = counted.instructions;
  cpu.loads = counted.loads;
  cpu.stores = counted.stores;
  cpu.executing_cycles = counted.cycles_executing;
  cpu.bus_wait_cycles = counted.cycles_bus_wait;
  cpu.sleeping_cycles = counted.cycles_sleeping;
  cpu.traps = counted.traps;
  cpu.interrupts = counted.interrupts;
}

// What was executed follows from the decisions; that the row engine counted
// the same is a check.
void collect_work(soc& system, const vit::geometry& size, bool runs_network,
                  run_result& result) {
  count_work(result, size);
  const std::uint64_t counted = system.row_engine().counted_work();
  if (runs_network && result.status == run_status::done &&
      counted != result.macs.executed.total()) {
    result.check.failures.push_back(
        "row_engine: multiplied " + std::to_string(counted) +
        " times, the decisions ask for " +
        std::to_string(result.macs.executed.total()));
  }
}

std::uint64_t& purpose(purpose_bytes& bytes, const std::string& name) {
  if (name == "weights") return bytes.weights;
  if (name == "activations") return bytes.activations;
  if (name == "images") return bytes.images;
  if (name == "firmware") return bytes.firmware;
  if (name == "results") return bytes.results;
  return bytes.other;
}

void collect_memories(soc& system, run_result& result) {
  const models::dram_counters counted = system.dram.counters();
  result.dram.moved_bytes = counted.moved_bytes;
  result.dram.row_hits = counted.row_hits;
  result.dram.row_misses = counted.row_misses;
  for (const models::purpose_traffic& t : system.dram.traffic()) {
    purpose(result.dram.read_bytes, t.purpose) += t.read_bytes;
    purpose(result.dram.write_bytes, t.purpose) += t.write_bytes;
  }
  const models::sram_counters& sram = system.sram.counters();
  result.sram.bytes = system.sram.config().total_bytes;
  result.sram.peak_bytes = sram.used_bytes;
  result.sram.read_bytes = sram.read_bytes;
  result.sram.write_bytes = sram.write_bytes;
  for (const models::sram_bank_counters& bank : sram.banks) {
    result.sram.bank_conflict_cycles += bank.conflict_cycles;
  }
}

}  // namespace

void collect_counters(soc& system, const stall_ledger& ledger,
                      const vit::geometry& size, bool runs_network,
                      run_result& result) {
  collect_engines(system, ledger, result);
  collect_cpu(system, result);
  collect_work(system, size, runs_network, result);
  collect_memories(system, result);
}

}  // namespace vitvp::platform
