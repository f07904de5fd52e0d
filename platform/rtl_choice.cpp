#include "platform/rtl_choice.hpp"

#include <filesystem>

#include "platform/resources.hpp"

namespace vitvp::platform {

models::rtl_plugin_ptr chosen_rtl(const scenario& s, const std::string& block,
                                  engine_model model,
                                  const std::string& plugin) {
  const std::string plugin_key = block + ".plugin";
  if (model == engine_model::tlm) {
    if (plugin.empty()) return nullptr;
    throw scenario_error(s, plugin_key,
                         "is not used by " + block + ".model tlm",
                         "set " + block + ".model to rtl");
  }
  std::string path = plugin;
  if (path.empty()) {
    path = resource_path("vitvp_" + block + "_rtl.so");
    if (!std::filesystem::exists(path)) {
      throw scenario_error(
          s, block + ".model", "there is no RTL in this build: " + path,
          "install Verilator (apt-get install verilator) and build again, or "
          "set " +
              plugin_key);
    }
  }
  try {
    return std::make_shared<models::rtl_plugin>(path, block);
  } catch (const models::rtl_error& error) {
    throw scenario_error(s, plugin.empty() ? block + ".model" : plugin_key,
                         error.what());
  }
}

}  // namespace vitvp::platform
