#include "models/cosim/rtl_plugin.hpp"

#include <system_error>

namespace vitvp::models {

rtl_plugin::rtl_plugin(const std::string& path, const std::string& block)
    : m_path(path) {
  boost::dll::fs::error_code error;
  m_library.load(boost::dll::fs::path(path), error,
                 boost::dll::load_mode::rtld_local);
  if (error) {
    fail("cannot be loaded as a shared library: " + error.message());
  }
  if (!m_library.has(VITVP_RTL_PLUGIN_ENTRY)) {
    fail(std::string("has no function ") + VITVP_RTL_PLUGIN_ENTRY +
         ": it is no RTL plug-in (docs/cosim.md)");
  }
  m_functions =
      m_library.get<decltype(vitvp_rtl_plugin_entry)>(VITVP_RTL_PLUGIN_ENTRY)();
  if (m_functions == nullptr) fail("its entry point returns nothing");
  if (m_functions->abi != VITVP_RTL_PLUGIN_ABI) {
    fail("is of version " + std::to_string(m_functions->abi) +
         " of the plug-in interface, this is version " +
         std::to_string(VITVP_RTL_PLUGIN_ABI) + ": build it again");
  }
  if (m_functions->block == nullptr || m_functions->description == nullptr ||
      m_functions->create == nullptr || m_functions->destroy == nullptr ||
      m_functions->pins == nullptr || m_functions->evaluate == nullptr) {
    fail(
        "leaves out what a plug-in must have: block, description, "
        "create, destroy, pins, evaluate");
  }
  if (m_functions->block != block) {
    fail("is a " + std::string(m_functions->block) + ", not a " + block);
  }
}

std::uint64_t rtl_plugin::parameter(const std::string& name) const {
  for (std::uint32_t i = 0; i < m_functions->parameter_count; ++i) {
    const vitvp_parameter& p = m_functions->parameters[i];
    if (name == p.name) return p.value;
  }
  fail("does not say its parameter " + name);
}

void rtl_plugin::require(const std::string& name, std::uint64_t value,
                         const std::string& key) const {
  const std::uint64_t has = parameter(name);
  if (has == value) return;
  fail(description() + ", is built with " + name + " " + std::to_string(has) +
       ", and " + key + " is " + std::to_string(value) +
       ": set the key, or build the RTL anew");
}

void rtl_plugin::fail(const std::string& what) const {
  throw rtl_error(m_path + ": " + what);
}

}  // namespace vitvp::models
