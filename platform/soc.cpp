#include "platform/soc.hpp"

#include <cstring>

#include "models/cosim/pruning_unit_rtl.hpp"
#include "models/cosim/row_engine_rtl.hpp"
#include "registers/memory_map.hpp"

namespace vitvp::platform {
namespace {

namespace map = vitvp::registers;

// Targets of the system bus, in the order of binding.
enum target : unsigned {
  to_sim_control,
  to_clint,
  to_plic,
  to_uart,
  to_dma,
  to_row_engine,
  to_vector_unit,
  to_pruning_unit,
  to_sram,
  to_dram
};

models::bus_config system_bus_config(const soc_config& config) {
  models::bus_config bus = config.bus;
  bus.clock_period = config.clock_period;
  bus.map = {
      {"sim_control", map::sim_control_base, map::sim_control_size,
       to_sim_control},
      {"clint", map::clint_base, map::clint_size, to_clint},
      {"plic", map::plic_base, map::plic_size, to_plic},
      {"uart", map::uart_base, map::uart_size, to_uart},
      {"dma", map::dma_base, map::dma_size, to_dma},
      {"row_engine", map::row_engine_base, map::row_engine_size, to_row_engine},
      {"vector_unit", map::vector_unit_base, map::vector_unit_size,
       to_vector_unit},
      {"pruning_unit", map::pruning_unit_base, map::pruning_unit_size,
       to_pruning_unit},
      {"sram", map::sram_base, config.sram.total_bytes, to_sram},
      {"dram", map::dram_base, config.dram.size_bytes, to_dram}};
  return bus;
}

models::bus_config crossbar_config(const soc_config& config) {
  models::bus_config bus;
  bus.clock_period = config.clock_period;
  bus.latency_cycles = 0;
  bus.width_bytes = 1024;
  bus.map = {{"sram", map::sram_base, config.sram.total_bytes, 0}};
  return bus;
}

models::sim_control_config sim_control_config(const soc_config& config) {
  models::sim_control_config control;
  control.clock_period = config.clock_period;
  control.sram_bytes = static_cast<std::uint32_t>(config.sram.total_bytes);
  control.sram_banks = config.sram.banks;
  control.sram_line_bytes = config.sram.line_bytes;
  control.dram_bytes = static_cast<std::uint32_t>(config.dram.size_bytes);
  control.model_address = config.model_address;
  control.on_finish = config.on_finish;
  control.on_progress = config.on_progress;
  return control;
}

models::plic_config plic_config(const soc_config& config) {
  models::plic_config plic;
  plic.clock_period = config.clock_period;
  return plic;
}

models::clint_config clint_config(const soc_config& config) {
  models::clint_config clint;
  clint.clock_period = config.clock_period;
  return clint;
}

std::unique_ptr<models::host_cpu> make_cpu(const soc_config& config) {
  if (config.core == core_kind::native) {
    return std::make_unique<models::native_cpu>("host_cpu", config.native);
  }
  return std::make_unique<models::iss_cpu>("host_cpu", config.iss);
}

template <typename model, typename rtl, typename config_type>
std::unique_ptr<model> make_engine(
    const char* name, const config_type& config,
    const std::optional<models::rtl_engine_config>& rtl_config) {
  if (rtl_config) return std::make_unique<rtl>(name, config, *rtl_config);
  return std::make_unique<model>(name, config);
}

}  // namespace

soc::soc(const sc_core::sc_module_name& name, const soc_config& config)
    : sc_module(name),
      system_bus("system_bus", system_bus_config(config)),
      crossbar("crossbar", crossbar_config(config)),
      dram("dram", config.dram),
      sram("sram", config.sram),
      dma("dma", config.dma),
      vector_unit("vector_unit", config.vector_unit),
      plic("plic", plic_config(config)),
      clint("clint", clint_config(config)),
      uart("uart", config.uart),
      sim_control("sim_control", sim_control_config(config)),
      m_row_engine(make_engine<models::row_engine, models::row_engine_rtl>(
          "row_engine", config.row_engine, config.row_engine_rtl)),
      m_pruning_unit(
          make_engine<models::pruning_unit, models::pruning_unit_rtl>(
              "pruning_unit", config.pruning_unit, config.pruning_unit_rtl)),
      m_cpu(make_cpu(config)),
      m_lines("irq", models::plic::source_count) {
  bind_system_bus();
  bind_crossbar();
  bind_interrupts();
}

void soc::bind_system_bus() {
  m_cpu->out.bind(system_bus.in);
  dma.out.bind(system_bus.in);
  system_bus.out.bind(sim_control.in);
  system_bus.out.bind(clint.in);
  system_bus.out.bind(plic.in);
  system_bus.out.bind(uart.in);
  system_bus.out.bind(dma.in);
  system_bus.out.bind(m_row_engine->in);
  system_bus.out.bind(vector_unit.in);
  system_bus.out.bind(m_pruning_unit->in);
  system_bus.out.bind(sram.in);
  system_bus.out.bind(dram.in);
}

void soc::bind_crossbar() {
  m_row_engine->out.bind(crossbar.in);
  vector_unit.out.bind(crossbar.in);
  m_pruning_unit->out.bind(crossbar.in);
  crossbar.out.bind(sram.in);
}

void soc::bind_interrupts() {
  dma.irq(m_lines[map::dma_irq]);
  m_row_engine->irq(m_lines[map::row_engine_irq]);
  vector_unit.irq(m_lines[map::vector_unit_irq]);
  m_pruning_unit->irq(m_lines[map::pruning_unit_irq]);
  uart.irq(m_lines[map::uart_irq]);
  for (const unsigned source :
       {map::dma_irq, map::row_engine_irq, map::vector_unit_irq,
        map::pruning_unit_irq, map::uart_irq}) {
    plic.sources[source](m_lines[source]);
  }
  plic.external_irq(m_external);
  clint.timer_irq(m_timer);
  clint.software_irq(m_software);
  m_cpu->external_irq(m_external);
  m_cpu->timer_irq(m_timer);
  m_cpu->software_irq(m_software);
}

std::vector<models::command_engine*> soc::engines() {
  return {&dma, m_row_engine.get(), &vector_unit, m_pruning_unit.get()};
}

bool soc::read_memory(std::uint64_t address, void* to,
                      std::size_t bytes) const {
  const auto within = [&](std::uint64_t base, std::uint64_t size) {
    return address >= base && bytes <= size && address - base <= size - bytes;
  };
  if (within(map::sram_base, sram.config().total_bytes)) {
    sram.read(address - map::sram_base, to, bytes);
    return true;
  }
  if (within(map::dram_base, dram.config().size_bytes)) {
    dram.read(address - map::dram_base, to, bytes);
    return true;
  }
  return false;
}

bool soc::write_dram(std::uint64_t address, const void* from,
                     std::size_t bytes) {
  const std::uint64_t size = dram.config().size_bytes;
  if (address < map::dram_base || bytes > size ||
      address - map::dram_base > size - bytes) {
    return false;
  }
  if (bytes != 0) {
    std::memcpy(dram.data() + (address - map::dram_base), from, bytes);
  }
  return true;
}

std::vector<std::string> soc::waiting_for() const {
  std::vector<std::string> lines;
  const models::waits_for_something* modules[] = {m_cpu.get(),
                                                  &dma,
                                                  m_row_engine.get(),
                                                  &vector_unit,
                                                  m_pruning_unit.get(),
                                                  &plic,
                                                  &clint,
                                                  &uart};
  for (const models::waits_for_something* module : modules) {
    std::string line = module->waiting_for();
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace vitvp::platform
