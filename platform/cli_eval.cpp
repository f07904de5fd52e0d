// vitvp eval
#include <optional>

#include "platform/cli_simulation.hpp"
#include "platform/evaluation.hpp"
#include "platform/network_inputs.hpp"
#include "platform/result_file.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

po::typed_value<std::string>* text(const char* name) {
  return po::value<std::string>()->value_name(name);
}

/// The files of --out; there are none of an earlier run.
class output_files {
 public:
  explicit output_files(const std::string& folder)
      : m_result(folder),
        m_images(folder, "per_image.csv"),
        m_classes(folder, "per_class.csv"),
        m_confusion(folder, "confusion.csv") {}

  /// result.json comes last: where it is, the others are complete.
  void write(const run_result& result, const evaluation& found) const {
    m_images.write_text(per_image_csv(result));
    m_classes.write_text(per_class_csv(result, found));
    m_confusion.write_text(confusion_csv(found));
    m_result.write(to_json(result));
  }

  void list(std::ostream& out) const {
    const char* title = "written";
    for (const auto* file : {&m_result, &m_images, &m_classes, &m_confusion}) {
      out << "  " << title << std::string(14 - std::string(title).size(), ' ')
          << file->path() << '\n';
      title = "";
    }
  }

 private:
  result_file m_result;
  result_file m_images;
  result_file m_classes;
  result_file m_confusion;
};

scenario scenario_to_evaluate(const cli_options& options) {
  std::vector<option_value> own;
  const auto take = [&](const char* name, const char* key) {
    if (!options.has(name)) return;
    own.push_back({std::string("--") + name, key, options.required(name)});
  };
  take("images", "images.path");
  take("jobs", "host.threads");
  scenario s = scenario_of(options, {}, own);
  if (runs_network(s)) return s;
  throw scenario_error(s, "firmware.application",
                       "there is nothing to evaluate in the self-test",
                       "leave it out");
}

}  // namespace

int command_eval(const arguments& args, const cli_services& services) {
  cli_options options(cli_command_named("eval"));
  add_run_options(options,
                  "write DIR/result.json, per_image.csv, per_class.csv and "
                  "confusion.csv");
  options.add("images", text("SET"),
              "image set, folder of PNG and JPEG pictures, or one picture; "
              "the scenario's unless given");
  options.add("platform", nullptr,
              "run on the simulated platform, held against the reference; so "
              "unless given");
  options.add("reference", nullptr,
              "run the reference only: faster, the same values, no cycles");
  options.add("jobs,j", text("N"),
              "threads of this computer, 1..64; host.threads of the scenario "
              "unless given");
  if (!options.parse(args, services.out)) return exit_good;
  if (options.has("platform") && options.has("reference")) {
    throw usage_error("eval: --platform and --reference exclude each other");
  }
  const scenario s = scenario_to_evaluate(options);
  run_options wanted;
  if (options.has("reference")) wanted.backend = result_backend::reference;
  std::optional<output_files> files;
  if (options.has("out")) files.emplace(options.required("out"));
  const run_result result = simulate(s, services, options, wanted);
  const evaluation found = evaluate(result);
  if (files) files->write(result, found);
  if (!options.has("quiet")) {
    write_evaluation(services.out, result, found);
    if (files) files->list(services.out);
  }
  return conclude(s, result, services, options);
}

}  // namespace vitvp::platform
