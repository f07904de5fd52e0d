// Files that belong to vitvp, wherever it is: firmware and RTL.
#pragma once

#include <string>

namespace vitvp::platform {

/// Path of "vit.elf", "selftest.elf" or "vitvp_row_engine_rtl.so": beside an
/// installed executable (../lib/vitvp), or where the build made it. Whether the
/// file exists is the caller's to find out.
std::string resource_path(const std::string& name);

}  // namespace vitvp::platform
