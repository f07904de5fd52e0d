#include "platform/soc_configuration.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include "registers/memory_map.hpp"
#include "vit/input_error.hpp"

namespace vitvp::platform {
namespace {

using sc_core::sc_time;

models::command_engine_config engine_config(const scenario& s,
                                            const sc_time& clock,
                                            std::uint32_t queue_depth) {
  models::command_engine_config engine;
  engine.clock_period = clock;
  engine.queue_depth = queue_depth;
  engine.use_dmi = s.dmi;
  return engine;
}

void configure_memories(const scenario& s, soc_config& config) {
  config.bus.latency_cycles = s.bus.latency_cycles;
  config.bus.width_bytes = s.bus.width_bytes;
  config.dram.clock_period = config.clock_period;
  config.dram.size_bytes = std::uint64_t{s.dram.total_mib} << 20;
  config.dram.bandwidth_gbps = s.dram.bandwidth_gbps;
  config.dram.latency_ns = s.dram.latency_ns;
  config.dram.banks = s.dram.banks;
  config.dram.row_bytes = s.dram.row_bytes;
  config.dram.row_hit_ns = s.dram.row_hit_ns;
  config.dram.row_miss_ns = s.dram.row_miss_ns;
  config.dram.allow_dmi = s.dmi;
  config.sram.clock_period = config.clock_period;
  config.sram.total_bytes = std::uint64_t{s.sram.total_kib} << 10;
  config.sram.banks = s.sram.banks;
  config.sram.line_bytes = s.sram.line_bytes;
  config.sram.allow_dmi = s.dmi;
}

void configure_engines(const scenario& s, soc_config& config) {
  const sc_time& clock = config.clock_period;
  config.dma.engine = engine_config(s, clock, s.dma.queue_depth);
  config.dma.burst_bytes = s.dma.burst_bytes;
  config.dma.outstanding = s.dma.outstanding;
  config.row_engine.engine = engine_config(s, clock, s.row_engine.queue_depth);
  config.row_engine.rows = s.row_engine.rows;
  config.row_engine.lanes = s.row_engine.lanes;
  config.vector_unit.engine =
      engine_config(s, clock, s.vector_unit.queue_depth);
  config.vector_unit.elements = s.vector_unit.elements;
  config.pruning_unit.engine =
      engine_config(s, clock, s.pruning_unit.queue_depth);
  config.pruning_unit.bytes_per_cycle = s.pruning_unit.bytes_per_cycle;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw vit::input_error("uart.input: " + path + ": not readable");
  return {std::istreambuf_iterator<char>(file), {}};
}

void configure_cores(const scenario& s, soc_config& config) {
  config.core =
      s.host_cpu.kind == cpu_kind::iss ? core_kind::iss : core_kind::native;
  config.iss.memory_base = registers::dram_base;
  config.iss.memory_bytes = config.dram.size_bytes;
  config.iss.use_dmi = s.dmi;
  config.iss.cycles_per_instruction = s.host_cpu.cycles_per_instruction;
}

}  // namespace

sc_time clock_period_of(const scenario& s) {
  return {1000.0 / s.clock_mhz, sc_core::SC_NS};
}

soc_config configuration_of(const scenario& s) {
  soc_config config;
  config.clock_period = clock_period_of(s);
  configure_memories(s, config);
  configure_engines(s, config);
  configure_cores(s, config);
  config.uart.clock_period = config.clock_period;
  if (!s.uart.input.empty()) {
    config.uart.input = models::uart_source_from(file_text(s.uart.input));
  }
  return config;
}

}  // namespace vitvp::platform
