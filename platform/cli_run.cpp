// vitvp run
#include <optional>
#include <ostream>

#include "platform/cli_options.hpp"
#include "platform/report.hpp"
#include "platform/report_progress.hpp"
#include "platform/result_file.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

run_result simulate(const scenario& s, const cli_services& services,
                    bool is_quiet) {
  run_options options;
  options.interrupted = services.interrupted;
  if (is_quiet) return services.run(s, options);
  progress_meter meter(services.err, services.err_is_terminal);
  beside_progress buffer(services.out, meter);
  std::ostream uart(&buffer);
  options.progress = [&meter](const run_progress& progress) {
    meter.update(progress);
  };
  if (s.uart.echo) options.uart = &uart;
  try {
    run_result result = services.run(s, options);
    meter.hide();
    return result;
  } catch (...) {
    meter.hide();
    throw;
  }
}

}  // namespace

int command_run(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("run"));
  options.add_operand("SCENARIO");
  options.add("set",
              po::value<arguments>()->composing()->value_name("KEY=VALUE"),
              "replace a value of the scenario; may be repeated");
  options.add("out", po::value<std::string>()->value_name("DIR"),
              "write DIR/result.json");
  options.add("quiet", nullptr,
              "no report, no progress, nothing that the firmware prints");
  if (!options.parse(args, services.out)) return exit_good;

  const scenario s = load_scenario(
      options.get<std::string>("operand"),
      options.has("set") ? options.get<arguments>("set") : arguments());
  std::optional<result_file> file;
  if (options.has("out")) file.emplace(options.required("out"));
  const bool is_quiet = options.has("quiet");
  run_result result = simulate(s, services, is_quiet);
  check_sums(result);
  if (file) file->write(result);
  if (!is_quiet) {
    write_report(services.out, result);
    if (file) services.out << "  result        " << file->path() << '\n';
  }
  if (all_held(result)) return exit_good;
  if (is_quiet) {
    services.err << "vitvp: " << s.name << ": " << describe_failure(result)
                 << std::endl;
  }
  return exit_failed;
}

}  // namespace vitvp::platform
