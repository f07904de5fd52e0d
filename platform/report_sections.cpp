#include "platform/report_sections.hpp"

#include <algorithm>
#include <cstdio>

#include "models/common/hexadecimal.hpp"
#include "platform/report_text.hpp"
#include "platform/scenario_names.hpp"

namespace vitvp::platform {
namespace {

std::string saved(std::uint64_t left, std::uint64_t whole) {
  return percent(real(whole) - real(left), real(whole)) + " saved";
}

std::string difference_text(const result_difference& d) {
  return "first difference: image " + count(d.image) + ", " + d.layer +
         ", token " + count(d.token) + ", channel " + count(d.channel) +
         ": expected " + std::to_string(d.expected) + ", is " +
         std::to_string(d.actual);
}

std::string end_text(const run_end& end) {
  if (!end.pc) return end.message;
  return end.message + "; pc " + models::hexadecimal_address(*end.pc) +
         (end.function.empty() ? "" : " in " + end.function);
}

}  // namespace

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

void write_title(std::ostream& out, const run_result& result) {
  out << result.scenario.name << ": " << result.package_name
      << (result.synthetic ? " (synthetic weights)" : "") << '\n';
}

void write_platform(std::ostream& out, const run_result& result) {
  const scenario& s = result.scenario;
  line(out, "platform",
       count(s.row_engine.rows) + " x " + count(s.row_engine.lanes) +
           " macs at " + count(s.clock_mhz) + " MHz, " +
           count(s.sram.total_kib) + " KiB SRAM, " +
           human(s.dram.bandwidth_gbps * 1e9) + "B/s DRAM, CPU " +
           name_of(s.host_cpu.kind, cpu_kind_names));
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

void write_conclusion(std::ostream& out, const run_result& result) {
  line(out, "digest", digest(result.images));
  char wall[32];
  std::snprintf(wall, sizeof wall, "%.2f s", result.host.wall_seconds);
  line(out, "wall time", wall);
  const bool is_checked = result.backend == result_backend::platform;
  line(out, "verdict",
       !all_held(result) ? "FAILED"
       : is_checked      ? "all checks held"
                         : "done");
}

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

}  // namespace vitvp::platform
