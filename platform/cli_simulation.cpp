#include "platform/cli_simulation.hpp"

#include <ostream>
#include <utility>

#include "platform/report_progress.hpp"
#include "platform/report_sections.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

run_result simulate_shown(const scenario& s, const cli_services& services,
                          run_options& wanted) {
  progress_meter meter(services.err, services.err_is_terminal);
  beside_progress buffer(services.out, meter);
  std::ostream uart(&buffer);
  wanted.progress = [&meter](const run_progress& progress) {
    meter.update(progress);
  };
  if (s.uart.echo) wanted.uart = &uart;
  try {
    run_result result = services.run(s, wanted);
    meter.hide();
    return result;
  } catch (...) {
    meter.hide();
    throw;
  }
}

}  // namespace

void add_run_options(cli_options& options, const char* out_meaning) {
  options.add_operand("SCENARIO");
  options.add("set",
              po::value<arguments>()->composing()->value_name("KEY=VALUE"),
              "replace a value of the scenario; may be repeated");
  options.add("out", po::value<std::string>()->value_name("DIR"), out_meaning);
  options.add("quiet", nullptr,
              "no report, no progress, nothing that the firmware prints");
}

scenario scenario_of(const cli_options& options, arguments settings,
                     const std::vector<option_value>& own) {
  if (options.has("set")) {
    const auto& given = options.get<arguments>("set");
    settings.insert(settings.end(), given.begin(), given.end());
  }
  return load_scenario(options.get<std::string>("operand"), settings, own);
}

run_result simulate(const scenario& s, const cli_services& services,
                    const cli_options& options, run_options wanted) {
  wanted.interrupted = services.interrupted;
  run_result result = options.has("quiet")
                          ? services.run(s, wanted)
                          : simulate_shown(s, services, wanted);
  check_sums(result);
  return result;
}

int conclude(const scenario& s, const run_result& result,
             const cli_services& services, const cli_options& options) {
  if (all_held(result)) return exit_good;
  if (options.has("quiet")) {
    services.err << "vitvp: " << s.name << ": " << describe_failure(result)
                 << std::endl;
  }
  return exit_failed;
}

}  // namespace vitvp::platform
