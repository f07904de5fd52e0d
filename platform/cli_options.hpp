// Options of one command.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "platform/cli.hpp"

namespace vitvp::platform {

/// What is wrong with a command line; the message is one line.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using arguments = std::vector<std::string>;

/// One command of vitvp.
struct cli_command {
  const char* name;
  const char* operands;  ///< after the name in a usage line
  const char* summary;
  int (*run)(const arguments& args, const cli_services& services);
};

/// Options and operands of one command, and their values once parsed.
class cli_options {
 public:
  /// `command` must outlive this.
  explicit cli_options(const cli_command& command);

  /// Adds `--name VALUE`, `--name` without a value if `value` is null.
  void add(const char* name,
           const boost::program_options::value_semantic* value,
           const char* meaning);
  /// Adds an operand that must be given; at most one.
  void add_operand(const char* name);

  /// Throws usage_error. False if help was asked for, and written to `out`.
  bool parse(const arguments& args, std::ostream& out);

  bool has(const char* name) const { return m_values.count(name) != 0; }
  template <typename type>
  const type& get(const char* name) const {
    return m_values[name].as<type>();
  }
  /// get(), or a usage_error that the option is missing.
  const std::string& required(const char* name) const;
  /// The whole number of an option that was given, in a range; usage_error.
  std::uint64_t number(const char* name, std::uint64_t least,
                       std::uint64_t most) const;

  struct number_range {
    std::uint64_t least;
    std::uint64_t most;
  };
  /// The two whole numbers A:B of an option that was given; usage_error.
  std::pair<std::uint64_t, std::uint64_t> number_pair(
      const char* name, const number_range& a, const number_range& b) const;

 private:
  std::uint64_t to_number(const char* name, const std::string& text,
                          const number_range& range) const;
  void write_help(std::ostream& out) const;
  std::string nearest_option(const std::string& typed) const;
  [[noreturn]] void refuse(const std::string& problem) const;

  const cli_command& m_command;
  std::string m_operand;
  boost::program_options::options_description m_shown{"options"};
  boost::program_options::variables_map m_values;
};

int command_run(const arguments& args, const cli_services& services);
int command_eval(const arguments& args, const cli_services& services);
int command_cosim(const arguments& args, const cli_services& services);
int command_describe(const arguments& args, const cli_services& services);
int command_make_package(const arguments& args, const cli_services& services);
int command_make_images(const arguments& args, const cli_services& services);

/// The commands in the order of the help.
const std::vector<cli_command>& cli_commands();
/// The command of this name, which must exist.
const cli_command& cli_command_named(const std::string& name);

}  // namespace vitvp::platform
