// RTL of a block in a shared library (rtl/plugin/include/vitvp/rtl_plugin.h).
#pragma once

#include <boost/dll/shared_library.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "vitvp/rtl_plugin.h"

namespace vitvp::models {

/// RTL that cannot be used, or did what no RTL may do. The message begins with
/// the path of its library.
class rtl_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A loaded library.
class rtl_plugin {
 public:
  /// Throws rtl_error if the file is no plug-in of this version for `block`.
  rtl_plugin(const std::string& path, const std::string& block);

  const std::string& path() const { return m_path; }
  std::string description() const { return m_functions->description; }
  /// Value of a parameter of the Verilog; throws rtl_error if it has none.
  std::uint64_t parameter(const std::string& name) const;
  /// Throws rtl_error unless the parameter has this value, which the scenario
  /// sets by `key`.
  void require(const std::string& name, std::uint64_t value,
               const std::string& key) const;
  const vitvp_rtl_plugin& functions() const { return *m_functions; }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::string m_path;
  boost::dll::shared_library m_library;
  const vitvp_rtl_plugin* m_functions = nullptr;
};

using rtl_plugin_ptr = std::shared_ptr<const rtl_plugin>;

}  // namespace vitvp::models
