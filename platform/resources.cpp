#include "platform/resources.hpp"

#include <boost/dll/runtime_symbol_info.hpp>
#include <filesystem>

namespace vitvp::platform {

namespace fs = std::filesystem;

std::string resource_path(const std::string& name) {
  const fs::path program = boost::dll::program_location().string();
  const fs::path installed =
      program.parent_path().parent_path() / "lib/vitvp" / name;
  if (fs::exists(installed)) return installed.string();
  const bool is_firmware = fs::path(name).extension() == ".elf";
  return (fs::path(is_firmware ? VITVP_FIRMWARE_DIR : VITVP_RTL_DIR) / name)
      .string();
}

}  // namespace vitvp::platform
