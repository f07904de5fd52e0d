// vitvp run
#include <optional>

#include "platform/cli_simulation.hpp"
#include "platform/report.hpp"
#include "platform/result_file.hpp"

namespace vitvp::platform {

int command_run(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("run"));
  add_run_options(options, "write DIR/result.json");
  if (!options.parse(args, services.out)) return exit_good;

  const scenario s = scenario_of(options);
  std::optional<result_file> file;
  if (options.has("out")) file.emplace(options.required("out"));
  const run_result result = simulate(s, services, options);
  if (file) file->write(to_json(result));
  if (!options.has("quiet")) {
    write_report(services.out, result);
    if (file) services.out << "  result        " << file->path() << '\n';
  }
  return conclude(s, result, services, options);
}

}  // namespace vitvp::platform
