#include "platform/cli.hpp"

#include <exception>
#include <new>
#include <stdexcept>

#include "platform/cli_options.hpp"
#include "vit/input_error.hpp"
#include "vit/nearest.hpp"

namespace vitvp::platform {
namespace {

constexpr const char* overview = R"(usage: vitvp COMMAND [ARGUMENTS]

A virtual platform of a vision-transformer accelerator.

)";

constexpr const char* exit_text = R"(
  vitvp COMMAND --help   options of a command
  vitvp --version        version

Exit status: 0 done and all checks held, 1 a check failed or the firmware ended
badly, 2 bad usage or bad input.
)";

void write_overview(std::ostream& out) {
  out << overview;
  for (const cli_command& command : cli_commands()) {
    out << "  vitvp " << command.name << ' ' << command.operands << "\n      "
        << command.summary << '\n';
  }
  out << exit_text;
}

const cli_command& find_command(const std::string& name) {
  std::vector<std::string> known;
  for (const cli_command& command : cli_commands()) {
    if (name == command.name) return command;
    known.emplace_back(command.name);
  }
  const bool is_option = !name.empty() && name[0] == '-';
  if (is_option) known = {"--help", "--version"};
  throw usage_error((is_option ? "unknown option '" : "unknown command '") +
                    name.substr(0, 60) + "'; did you mean '" +
                    vit::nearest(name, known) + "'? (see vitvp --help)");
}

int dispatch(const arguments& args, const cli_services& services) {
  if (args.empty()) {
    throw usage_error("no command given (see vitvp --help)");
  }
  const std::string& name = args.front();
  if (name == "--help" || name == "-h" || name == "help") {
    write_overview(services.out);
    return exit_good;
  }
  if (name == "--version") {
    services.out << "vitvp " VITVP_VERSION "\n";
    return exit_good;
  }
  return find_command(name).run({args.begin() + 1, args.end()}, services);
}

// `status`, after one line on what happened.
int complain(const cli_services& services, const std::string& what,
             int status) {
  std::string line = what;
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  services.err << "vitvp: " << line << std::endl;
  return status;
}

}  // namespace

const std::vector<cli_command>& cli_commands() {
  static const std::vector<cli_command> commands{
      {"run",
       "SCENARIO [--set KEY=VALUE]... [--out DIR] [--trace vcd] "
       "[--trace-cycles FIRST:COUNT] [--quiet]",
       "run a scenario and report", command_run},
      {"eval",
       "SCENARIO [--images SET] [--platform | --reference] [-j N] "
       "[--set KEY=VALUE]... [--out DIR] [--quiet]",
       "how right a network is: accuracy, confusion, agreement", command_eval},
      {"cosim",
       "SCENARIO --block BLOCK [--compare LEVEL] [--window N] "
       "[--set KEY=VALUE]... [--out DIR] [--quiet]",
       "run a block's RTL in lockstep with its model", command_cosim},
      {"describe", "PACKAGE", "show sizes, scales and tensors of a network",
       command_describe},
      {"make-package", "--geometry NAME [--seed N] [--dead-share X] --out FILE",
       "write a network with made-up weights", command_make_package},
      {"make-images", "--package FILE [--count N] [--seed N] --out FILE",
       "write made-up images for a network", command_make_images}};
  return commands;
}

const cli_command& cli_command_named(const std::string& name) {
  for (const cli_command& command : cli_commands()) {
    if (name == command.name) return command;
  }
  throw std::logic_error("no command " + name);
}

int run_cli(int argc, const char* const* argv, const cli_services& services) {
  try {
    const arguments args(argv + (argc > 0 ? 1 : 0), argv + argc);
    return dispatch(args, services);
  } catch (const usage_error& error) {
    return complain(services, error.what(), exit_misuse);
  } catch (const vit::input_error& error) {
    return complain(services, error.what(), exit_misuse);
  } catch (const std::invalid_argument& error) {
    // A model refused its configuration: no scenario key says so on its own.
    return complain(services, error.what(), exit_misuse);
  } catch (const std::bad_alloc&) {
    return complain(services, "out of memory; use smaller sizes", exit_misuse);
  } catch (const std::exception& error) {
    return complain(services, std::string("internal error: ") + error.what(),
                    exit_failed);
  } catch (...) {
    return complain(services, "internal error of unknown kind", exit_failed);
  }
}

}  // namespace vitvp::platform
