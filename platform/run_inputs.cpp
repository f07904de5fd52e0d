#include "platform/run_inputs.hpp"

#include "platform/resources.hpp"
#include "platform/rtl_choice.hpp"
#include "registers/memory_map.hpp"

namespace vitvp::platform {

namespace {

constexpr std::uint32_t dram_base = registers::dram_base;

std::string firmware_path(const scenario& s) {
  if (!s.firmware.elf.empty()) return s.firmware.elf;
  return resource_path(runs_network(s) ? "vit.elf" : "selftest.elf");
}

}  // namespace

run_inputs read_inputs(const scenario& s) {
  run_inputs in{read_network(s), {}, {}, {}, {}};
  in.memory =
      build_memory_image({in.model, in.policy, in.images, in.first, in.count,
                          static_cast<std::uint32_t>(s.firmware.ffn_plan)},
                         dram_base, std::uint64_t{s.dram.total_mib} << 20);
  if (s.host_cpu.kind == cpu_kind::iss) {
    in.elf = models::elf_image::load(firmware_path(s));
    in.elf.require_within(dram_base, firmware_bytes);
  }
  in.row_engine_rtl =
      chosen_rtl(s, "row_engine", s.row_engine.model, s.row_engine.plugin);
  in.pruning_unit_rtl = chosen_rtl(s, "pruning_unit", s.pruning_unit.model,
                                   s.pruning_unit.plugin);
  return in;
}

}  // namespace vitvp::platform
