// vitvp run
#include <algorithm>
#include <optional>

#include "platform/cli_simulation.hpp"
#include "platform/report.hpp"
#include "platform/result_file.hpp"
#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t most_first_cycle = 1000000000000000;
constexpr std::uint64_t most_trace_cycles = 1000000000;

void set_window(trace_request& request, const cli_options& options) {
  const auto [first, count] = options.number_pair(
      "trace-cycles", {0, most_first_cycle}, {1, most_trace_cycles});
  request.first_cycle = first;
  request.cycles = count;
}

/// What --trace asks for, if it is there.
std::optional<trace_request> trace_of(const cli_options& options,
                                      const scenario& s) {
  if (!options.has("trace")) {
    if (!options.has("trace-cycles")) return std::nullopt;
    throw usage_error("run: --trace-cycles needs --trace vcd");
  }
  const std::string& format = options.required("trace");
  if (format != "vcd") {
    throw usage_error("run: --trace: '" + format.substr(0, 60) +
                      "' is not known; use vcd");
  }
  if (!options.has("out")) {
    throw usage_error("run: --trace needs --out DIR, where the file goes");
  }
  if (s.row_engine.model != engine_model::rtl &&
      s.pruning_unit.model != engine_model::rtl) {
    throw usage_error(
        "run: --trace shows the signals of RTL, and no block runs as RTL: add "
        "--set row_engine.model=rtl or --set pruning_unit.model=rtl");
  }
  trace_request request;
  request.folder = options.required("out");
  if (options.has("trace-cycles")) set_window(request, options);
  return request;
}

void write_trace(std::ostream& out, const models::rtl_trace_summary& trace,
                 std::uint64_t total_cycles) {
  out << "  waveform      " << trace.path << ": ";
  const std::uint64_t end = trace.first_cycle + trace.cycles;
  if (trace.edges == 0) {
    out << "empty, since no command ran";
    if (trace.first_cycle < total_cycles) {
      out << " in cycles " << trace.first_cycle << " to "
          << std::min(end, total_cycles) - 1;
    }
  } else {
    out << trace.edges << " clock edges in cycles " << trace.first_cycle
        << " to " << std::min(end, total_cycles) - 1;
  }
  out << " of " << total_cycles << '\n';
}

}  // namespace

int command_run(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("run"));
  add_run_options(options, "write DIR/result.json");
  options.add(
      "trace", po::value<std::string>()->value_name("vcd"),
      "write DIR/BLOCK.vcd, all signals of each block that runs as RTL");
  options.add("trace-cycles",
              po::value<std::string>()->value_name("FIRST:COUNT"),
              "clock cycles of the run in it; 5000 from each block's first "
              "command on unless given");
  if (!options.parse(args, services.out)) return exit_good;

  const scenario s = scenario_of(options);
  run_options wanted;
  wanted.trace = trace_of(options, s);
  std::optional<result_file> file;
  if (options.has("out")) file.emplace(options.required("out"));
  const run_result result = simulate(s, services, options, wanted);
  if (file) file->write(to_json(result));
  if (!options.has("quiet")) {
    write_report(services.out, result);
    if (file) services.out << "  result        " << file->path() << '\n';
    for (const models::rtl_trace_summary& trace : result.traces) {
      write_trace(services.out, trace, result.total_cycles);
    }
  }
  for (const models::rtl_trace_summary& trace : result.traces) {
    if (!trace.is_whole) {
      throw vit::input_error("--out", trace.path, "could not all be written",
                             "is the disk full?");
    }
  }
  return conclude(s, result, services, options);
}

}  // namespace vitvp::platform
