// Conversions of single scenario values. They know neither keys nor places:
// their errors say what is wrong with the value, the caller says where it is.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/yaml_document.hpp"

namespace vitvp::platform {

/// What is wrong with a value, and what to do.
class value_error : public std::runtime_error {
 public:
  explicit value_error(const std::string& problem, std::string remedy = "")
      : std::runtime_error(problem), m_remedy(std::move(remedy)) {}
  const std::string& remedy() const { return m_remedy; }

 private:
  std::string m_remedy;
};

struct integer_range {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  bool power_of_two = false;
};

struct real_range {
  double least = 0;
  double most = 0;
};

/// "1..256", "64..4096, a power of two".
std::string to_string(const integer_range& range);
/// "0.01..10000".
std::string to_string(const real_range& range);
/// The shortest decimal that reads back as `value`.
std::string to_string(double value);

/// All throw value_error on another type of value, or one out of range.
bool to_boolean(const yaml_node& node);
std::uint64_t to_integer(const yaml_node& node, const integer_range& range);
double to_real(const yaml_node& node, const real_range& range);
/// Any scalar but an empty one, up to 4096 bytes.
std::string to_text(const yaml_node& node);
/// At least one, at most 64.
std::vector<std::uint32_t> to_integers(const yaml_node& node,
                                       const integer_range& range);
/// The same; one number is a list of one.
std::vector<double> to_reals(const yaml_node& node, const real_range& range);

/// The path of a file that can be read, relative to `folder`.
std::string to_file(const yaml_node& node, const std::string& folder);
/// to_file(), or `synthetic:GEOMETRY[:SEED]` with a geometry that exists.
std::string to_package(const yaml_node& node, const std::string& folder);
/// to_file(), a folder, or `synthetic:COUNT[:SEED]` with COUNT in 1..100000.
std::string to_images(const yaml_node& node, const std::string& folder);

}  // namespace vitvp::platform
