// vitvp cosim
#include <filesystem>
#include <optional>
#include <system_error>

#include "platform/cli_simulation.hpp"
#include "platform/lockstep_output.hpp"
#include "platform/report.hpp"
#include "platform/result_file.hpp"
#include "platform/scenario_names.hpp"
#include "vit/nearest.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t most_window_cycles = 1000000;

/// Blocks whose RTL can be held against its model.
const arguments blocks{"row_engine", "pruning_unit"};

engine_model model_of(const scenario& s, const std::string& block) {
  return block == "row_engine" ? s.row_engine.model : s.pruning_unit.model;
}

std::string block_of(const cli_options& options) {
  const std::string& block = options.required("block");
  for (const std::string& known : blocks) {
    if (block == known) return block;
  }
  throw usage_error("cosim: --block: '" + block.substr(0, 60) +
                    "' has no lockstep; did you mean '" +
                    vit::nearest(block, blocks) + "'?");
}

models::lockstep_level level_of(const cli_options& options) {
  if (!options.has("compare")) return models::lockstep_level::beats;
  const std::string& name = options.required("compare");
  arguments known;
  for (const auto& choice : lockstep_level_names) {
    if (name == choice.name) return choice.value;
    known.emplace_back(choice.name);
  }
  throw usage_error("cosim: --compare: '" + name.substr(0, 60) +
                    "' is not known; did you mean '" +
                    vit::nearest(name, known) + "'? (values, cycles or beats)");
}

lockstep_request request_of(const cli_options& options) {
  lockstep_request request;
  request.block = block_of(options);
  request.config.level = level_of(options);
  if (options.has("window")) {
    request.config.window_cycles = static_cast<std::size_t>(
        options.number("window", 1, most_window_cycles));
  }
  return request;
}

/// The files of --out; there are none of an earlier run.
struct output_files {
  explicit output_files(const std::string& folder)
      : result(folder),
        divergence(folder, "divergence.json"),
        window((std::filesystem::path(folder) / "window.vcd").string()) {
    std::error_code ignored;
    std::filesystem::remove(window, ignored);
  }

  result_file result;
  result_file divergence;
  std::string window;
};

void report(std::ostream& out, const run_result& result,
            const std::optional<output_files>& files) {
  write_report(out, result);
  if (result.lockstep) write_lockstep(out, *result.lockstep);
  if (!files) return;
  out << "  result        " << files->result.path() << '\n';
  if (!result.lockstep || !result.lockstep->divergence) return;
  out << "  divergence    " << files->divergence.path() << '\n'
      << "  waveform      " << files->window << '\n';
}

}  // namespace

int command_cosim(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("cosim"));
  add_run_options(options,
                  "write DIR/result.json, and at a difference "
                  "DIR/divergence.json and DIR/window.vcd");
  options.add("block", po::value<std::string>()->value_name("BLOCK"),
              "whose RTL to compare: row_engine or pruning_unit");
  options.add("compare", po::value<std::string>()->value_name("LEVEL"),
              "values, cycles (and values), or beats (every pin in every "
              "cycle); beats unless given");
  options.add("window", po::value<std::string>()->value_name("N"),
              "cycles in DIR/window.vcd; 200 unless given");
  if (!options.parse(args, services.out)) return exit_good;

  run_options wanted;
  wanted.lockstep = request_of(options);
  const std::string& block = wanted.lockstep->block;
  const scenario s = scenario_of(options, {block + ".model=rtl"});
  if (model_of(s, block) != engine_model::rtl) {
    throw usage_error("cosim: --set " + block +
                      ".model: nothing but rtl can be compared with the model; "
                      "leave it out");
  }
  std::optional<output_files> files;
  if (options.has("out")) {
    files.emplace(options.required("out"));
    wanted.lockstep->window_path = files->window;
  }
  const run_result result = simulate(s, services, options, wanted);
  if (files) files->result.write(to_json(result));
  if (files && result.lockstep && result.lockstep->divergence) {
    files->divergence.write(to_json(*result.lockstep->divergence));
  }
  if (!options.has("quiet")) report(services.out, result, files);
  return conclude(s, result, services, options);
}

}  // namespace vitvp::platform
