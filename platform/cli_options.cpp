#include "platform/cli_options.hpp"

#include <charconv>

#include "vit/nearest.hpp"

namespace vitvp::platform {
namespace {

namespace po = boost::program_options;

constexpr int style = po::command_line_style::unix_style &
                      ~po::command_line_style::allow_guessing;

std::string bare(const std::string& option) {
  const std::size_t first = option.find_first_not_of('-');
  return first == std::string::npos ? option : option.substr(first);
}

}  // namespace

cli_options::cli_options(const cli_command& command) : m_command(command) {
  m_shown.add_options()("help,h", "show this");
}

void cli_options::add(const char* name, const po::value_semantic* value,
                      const char* meaning) {
  if (value) {
    m_shown.add_options()(name, value, meaning);
  } else {
    m_shown.add_options()(name, meaning);
  }
}

void cli_options::add_operand(const char* name) {
  m_operand = name;
}

bool cli_options::parse(const arguments& args, std::ostream& out) {
  po::options_description all;
  all.add(m_shown);
  // Without an operand of its own a command still collects what is too much.
  all.add_options()("operand", po::value<arguments>(), "");
  po::positional_options_description operands;
  operands.add("operand", -1);
  try {
    po::store(po::command_line_parser(args)
                  .options(all)
                  .positional(operands)
                  .style(style)
                  .run(),
              m_values);
    po::notify(m_values);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    refuse("unknown option '" + name.substr(0, 60) + "'; did you mean '" +
           nearest_option(name) + "'?");
  } catch (const po::error& error) {
    refuse(error.what());
  }
  if (has("help")) {
    write_help(out);
    return false;
  }
  const std::size_t given =
      has("operand") ? get<arguments>("operand").size() : 0;
  const std::size_t wanted = m_operand.empty() ? 0 : 1;
  if (given < wanted) refuse(m_operand + " is missing");
  if (given > wanted) {
    refuse("'" + get<arguments>("operand")[wanted].substr(0, 60) +
           "' is one argument too many");
  }
  if (wanted == 1) {
    const std::string operand = get<arguments>("operand").front();
    m_values.erase("operand");
    m_values.emplace("operand", po::variable_value(operand, false));
  }
  return true;
}

const std::string& cli_options::required(const char* name) const {
  if (!has(name)) refuse(std::string("--") + name + " is missing");
  const auto& value = get<std::string>(name);
  if (value.empty()) refuse(std::string("--") + name + " is empty");
  return value;
}

std::uint64_t cli_options::number(const char* name, std::uint64_t least,
                                  std::uint64_t most) const {
  return to_number(name, required(name), {least, most});
}

std::pair<std::uint64_t, std::uint64_t> cli_options::number_pair(
    const char* name, const number_range& a, const number_range& b) const {
  const std::string& text = required(name);
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    refuse(std::string("--") + name + ": '" + text.substr(0, 60) +
           "' is not two whole numbers, as in 5000:200");
  }
  return {to_number(name, text.substr(0, colon), a),
          to_number(name, text.substr(colon + 1), b)};
}

std::uint64_t cli_options::to_number(const char* name, const std::string& text,
                                     const number_range& range) const {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < range.least ||
      value > range.most) {
    refuse(std::string("--") + name + ": '" + text.substr(0, 60) +
           "' is out of range; use a whole number in " +
           std::to_string(range.least) + ".." + std::to_string(range.most));
  }
  return value;
}

void cli_options::write_help(std::ostream& out) const {
  out << "usage: vitvp " << m_command.name << ' ' << m_command.operands
      << "\n\n"
      << m_command.summary << "\n\n"
      << m_shown;
}

std::string cli_options::nearest_option(const std::string& typed) const {
  std::vector<std::string> known;
  for (const auto& option : m_shown.options()) {
    known.push_back(option->long_name());
  }
  return "--" + vit::nearest(bare(typed), known);
}

void cli_options::refuse(const std::string& problem) const {
  throw usage_error(std::string(m_command.name) + ": " + problem +
                    " (see vitvp " + m_command.name + " --help)");
}

}  // namespace vitvp::platform
