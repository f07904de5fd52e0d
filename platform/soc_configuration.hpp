// From a scenario to the configurations of the models.
#pragma once

#include <systemc>

#include "platform/scenario.hpp"
#include "platform/soc.hpp"

namespace vitvp::platform {

/// Of the one clock, rounded to SystemC's resolution.
sc_core::sc_time clock_period_of(const scenario& s);

/// All that the scenario's values say; who is called when, what the core
/// executes, and RTL are the caller's to add. Throws vit::input_error if the
/// input of the UART cannot be read.
soc_config configuration_of(const scenario& s);

}  // namespace vitvp::platform
