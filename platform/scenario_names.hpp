// How the choices of a scenario are spelled, in files, results and messages.
#pragma once

#include "models/cosim/lockstep_report.hpp"
#include "platform/scenario.hpp"

namespace vitvp::platform {

template <typename value_type>
struct named_choice {
  value_type value;
  const char* name;
};

constexpr named_choice<cpu_kind> cpu_kind_names[] = {
    {cpu_kind::iss, "iss"}, {cpu_kind::native, "native"}};
constexpr named_choice<firmware_application> firmware_application_names[] = {
    {firmware_application::vit, "vit"},
    {firmware_application::selftest, "selftest"}};
constexpr named_choice<ffn_plan> ffn_plan_names[] = {
    {ffn_plan::automatic, "auto"},
    {ffn_plan::resident, "resident"},
    {ffn_plan::spill, "spill"}};
constexpr named_choice<engine_model> engine_model_names[] = {
    {engine_model::tlm, "tlm"}, {engine_model::rtl, "rtl"}};
constexpr named_choice<checks_level> checks_level_names[] = {
    {checks_level::none, "none"},
    {checks_level::results, "results"},
    {checks_level::layers, "layers"}};
constexpr named_choice<models::lockstep_level> lockstep_level_names[] = {
    {models::lockstep_level::values, "values"},
    {models::lockstep_level::cycles, "cycles"},
    {models::lockstep_level::beats, "beats"}};

/// The name of `value` in one of the tables above.
template <typename value_type, std::size_t count>
constexpr const char* name_of(value_type value,
                              const named_choice<value_type> (&names)[count]) {
  for (const auto& choice : names) {
    if (choice.value == value) return choice.name;
  }
  return "?";
}

}  // namespace vitvp::platform
