#include "platform/report.hpp"

#include "platform/report_sections.hpp"
#include "platform/report_text.hpp"

namespace vitvp::platform {
namespace {

void write_images(std::ostream& out, const run_result& result) {
  const auto right = accuracy(result);
  line(out, "images",
       count(result.images.size()) +
           (right ? ", " + percent(*right, 1) + " right" : ", no labels"));
  if (result.images.empty() || result.images.size() > most_listed_images) {
    return;
  }
  out << '\n';
  text_table table(
      {"image", "label", "predicted", "tokens", "live channels", "cycles"});
  for (const image_result& image : result.images) {
    const auto sum = [](const std::vector<std::uint32_t>& list) {
      std::uint64_t total = 0;
      for (const std::uint32_t value : list) total += value;
      return count(total);
    };
    const auto& tokens = image.tokens_per_block;
    table.add(
        {count(image.index), image.label ? std::to_string(*image.label) : "-",
         count(image.predicted),
         tokens.empty() ? "-"
                        : count(tokens.front()) + ".." + count(tokens.back()),
         sum(image.live_ffn2_channels_per_block), human(real(image.cycles))});
  }
  table.write(out);
  out << '\n';
}

std::string purposes(const purpose_bytes& bytes) {
  std::string text;
  const auto add = [&text](const char* name, std::uint64_t value) {
    if (value == 0) return;
    text += (text.empty() ? ": " : ", ") + std::string(name) + " " +
            human_bytes(value);
  };
  add("weights", bytes.weights);
  add("activations", bytes.activations);
  add("images", bytes.images);
  add("firmware", bytes.firmware);
  add("results", bytes.results);
  add("other", bytes.other);
  return text;
}

void write_memories(std::ostream& out, const run_result& result) {
  const dram_result& dram = result.dram;
  const sram_result& sram = result.sram;
  line(out, "DRAM read",
       human_bytes(dram.read_bytes.total()) + purposes(dram.read_bytes));
  line(out, "DRAM write",
       human_bytes(dram.write_bytes.total()) + purposes(dram.write_bytes));
  line(out, "DRAM rows",
       percent(real(dram.row_hits), real(dram.row_hits + dram.row_misses)) +
           " hits");
  line(out, "SRAM",
       human_bytes(sram.read_bytes) + " read, " +
           human_bytes(sram.write_bytes) + " written, " +
           human(real(sram.bank_conflict_cycles)) + " cycles of conflicts" +
           (sram.peak_bytes
                ? ", " + percent(real(*sram.peak_bytes), real(sram.bytes)) +
                      " of it written to"
                : ""));
}

void write_engines(std::ostream& out, const run_result& result) {
  if (result.engines.empty()) return;
  const double total = real(result.total_cycles);
  out << "\n  Where the cycles went: the six classes add up to 100 %.\n\n";
  text_table table({"engine", "compute", "operand wait", "DMA wait",
                    "bank conflict", "control", "idle", "commands"});
  for (const engine_result& e : result.engines) {
    table.add(
        {e.name, percent(real(e.compute), total),
         percent(real(e.operand_wait), total), percent(real(e.dma_wait), total),
         percent(real(e.bank_conflict), total), percent(real(e.control), total),
         percent(real(e.idle), total), count(e.commands)});
  }
  table.write(out);
}

void write_cpu(std::ostream& out, const run_result& result) {
  const host_cpu_result& cpu = result.host_cpu;
  const double total = real(result.total_cycles);
  out << '\n';
  line(out, "CPU",
       human(real(cpu.instructions)) + " instructions, " +
           percent(real(cpu.executing_cycles), total) + " executing, " +
           percent(real(cpu.bus_wait_cycles), total) +
           " waiting for the bus, " +
           percent(real(cpu.sleeping_cycles), total) + " asleep, " +
           count(cpu.interrupts) + " interrupts, " + count(cpu.traps) +
           " traps");
}

}  // namespace

void write_report(std::ostream& out, const run_result& result) {
  write_title(out, result);
  write_platform(out, result);
  write_images(out, result);
  write_speed(out, result);
  write_pruning(out, result);
  write_memories(out, result);
  write_engines(out, result);
  write_cpu(out, result);
  write_check(out, result);
  write_failures(out, result);
  write_conclusion(out, result);
}

}  // namespace vitvp::platform
