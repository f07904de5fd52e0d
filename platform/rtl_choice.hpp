// Which RTL a scenario wants in the place of a model.
#pragma once

#include <string>

#include "models/cosim/rtl_plugin.hpp"
#include "platform/scenario.hpp"

namespace vitvp::platform {

/// The RTL of `block` ("row_engine"), from the file `plugin` or, if that is
/// empty, as built with the platform; null for engine_model::tlm. Throws
/// vit::input_error that names the scenario's key if there is none, or if a
/// plug-in is given that the model of `block` leaves unused.
models::rtl_plugin_ptr chosen_rtl(const scenario& s, const std::string& block,
                                  engine_model model,
                                  const std::string& plugin);

}  // namespace vitvp::platform
