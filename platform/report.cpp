#include "platform/report.hpp"

#include <algorithm>
#include <cstdio>

#include "models/common/hexadecimal.hpp"
#include "platform/report_text.hpp"
#include "platform/scenario_names.hpp"

namespace vitvp::platform {
namespace {

double real(std::uint64_t value) {
  return static_cast<double>(value);
}

std::string count(std::uint64_t value) {
  return std::to_string(value);
}

void line(std::ostream& out, const std::string& name, const std::string& text) {
  constexpr std::size_t width = 14;
  out << "  " << name
      << std::string(name.size() < width ? width - name.size() : 1, ' ') << text
      << '\n';
}

std::string saved(std::uint64_t left, std::uint64_t whole) {
  return percent(real(whole) - real(left), real(whole)) + " saved";
}

void write_head(std::ostream& out, const run_result& result) {
  const scenario& s = result.scenario;
  out << s.name << ": " << result.package_name
      << (result.synthetic ? " (synthetic weights)" : "") << '\n';
  line(out, "platform",
       count(s.row_engine.rows) + " x " + count(s.row_engine.lanes) +
           " macs at " + count(s.clock_mhz) + " MHz, " +
           count(s.sram.total_kib) + " KiB SRAM, " +
           human(s.dram.bandwidth_gbps * 1e9) + "B/s DRAM, CPU " +
           name_of(s.host_cpu.kind, cpu_kind_names));
}

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

void write_speed(std::ostream& out, const run_result& result) {
  const double cycles = real(result.total_cycles);
  const double images = real(result.images.size());
  std::string text = human(cycles) + "cycles";
  if (text.find(' ') == std::string::npos) text = human(cycles) + " cycles";
  if (images > 0 && cycles > 0) {
    text += ", " + human(cycles / images) + " per image, " +
            human(images * result.scenario.clock_mhz * 1e6 / cycles) +
            " images/s at " + count(result.scenario.clock_mhz) + " MHz";
  }
  line(out, "time", text);
  line(out, "row engine",
       percent(row_engine_utilisation(result), 1) + " of its peak used");
}

void write_pruning(std::ostream& out, const run_result& result) {
  const std::uint64_t dense = result.macs.dense.total();
  const std::uint64_t executed = result.macs.executed.total();
  line(out, "macs",
       human(real(executed)) + " of " + human(real(dense)) + ", " +
           saved(executed, dense));
  line(out, "FFN2 rows",
       human(real(result.ffn2.rows_fetched)) + " of " +
           human(real(result.ffn2.rows_total)) + ", " +
           saved(result.ffn2.rows_fetched, result.ffn2.rows_total));
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
                      " in use at most"
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

std::string difference_text(const result_difference& d) {
  return "first difference: image " + count(d.image) + ", " + d.layer +
         ", token " + count(d.token) + ", channel " + count(d.channel) +
         ": expected " + std::to_string(d.expected) + ", is " +
         std::to_string(d.actual);
}

void write_check(std::ostream& out, const run_result& result) {
  const check_result& check = result.check;
  const std::string level = name_of(check.level, checks_level_names);
  if (check.first_difference) {
    line(
        out, "check",
        level + ": NOT bit-exact; " + difference_text(*check.first_difference));
  } else if (!check.bit_exact()) {
    line(out, "check", level + ": nothing was compared with the reference");
  } else {
    line(out, "check",
         level + ": bit-exact, " + human(real(check.elements_compared)) +
             " elements compared");
  }
}

std::string end_text(const run_end& end) {
  if (!end.pc) return end.message;
  return end.message + "; pc " + models::hexadecimal_address(*end.pc) +
         (end.function.empty() ? "" : " in " + end.function);
}

void write_failures(std::ostream& out, const run_result& result) {
  if (result.status != run_status::done) {
    line(out, "ended", end_text(result.end));
    for (const std::string& one : result.end.waiting) line(out, "waits", one);
  }
  const auto& failures = result.check.failures;
  const std::size_t shown = std::min(failures.size(), most_listed_failures);
  for (std::size_t i = 0; i < shown; ++i) line(out, "failed", failures[i]);
  if (shown < failures.size()) {
    line(out, "failed", "and " + count(failures.size() - shown) + " more");
  }
}

}  // namespace

double row_engine_utilisation(const run_result& result) {
  const auto& engine = result.scenario.row_engine;
  const double peak = real(result.total_cycles) * engine.rows * engine.lanes;
  return peak == 0 ? 0 : real(result.macs.executed.total()) / peak;
}

std::string describe_failure(const run_result& result) {
  if (result.status != run_status::done) return end_text(result.end);
  if (result.check.first_difference) {
    return difference_text(*result.check.first_difference);
  }
  return result.check.failures.empty() ? "" : result.check.failures.front();
}

void write_report(std::ostream& out, const run_result& result) {
  write_head(out, result);
  write_images(out, result);
  write_speed(out, result);
  write_pruning(out, result);
  write_memories(out, result);
  write_engines(out, result);
  write_cpu(out, result);
  write_check(out, result);
  write_failures(out, result);
  line(out, "digest", digest(result.images));
  char wall[32];
  std::snprintf(wall, sizeof wall, "%.2f s", result.host.wall_seconds);
  line(out, "wall time", wall);
  line(out, "verdict", all_held(result) ? "all checks held" : "FAILED");
}

}  // namespace vitvp::platform
