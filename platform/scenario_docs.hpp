// The generated part of docs/scenarios.md.
#pragma once

#include <string>

namespace vitvp::platform {

/// Markdown tables of all keys, one for each section.
std::string scenario_tables();

/// `page` with what stands between its lines `<!-- keys: begin ... -->` and
/// `<!-- keys: end -->` replaced by scenario_tables(). Throws
/// vit::input_error, with `source` as the file's name, without these lines.
std::string with_scenario_tables(const std::string& page,
                                 const std::string& source);

}  // namespace vitvp::platform
