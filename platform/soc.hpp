// The assembled system: every model, its configuration and its bindings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <systemc>
#include <vector>

#include "models/bus/bus.hpp"
#include "models/clint/clint.hpp"
#include "models/cosim/rtl_engine.hpp"
#include "models/dma/dma.hpp"
#include "models/dram/dram.hpp"
#include "models/host_cpu/iss_cpu.hpp"
#include "models/host_cpu/native_cpu.hpp"
#include "models/plic/plic.hpp"
#include "models/pruning_unit/pruning_unit.hpp"
#include "models/row_engine/row_engine.hpp"
#include "models/sim_control/sim_control.hpp"
#include "models/sram/sram.hpp"
#include "models/uart/uart.hpp"
#include "models/vector_unit/vector_unit.hpp"

namespace vitvp::platform {

/// Which core runs the firmware.
enum class core_kind { iss, native };

/// Configurations of all models; wire_up() of the soc adds what follows from
/// the memory map.
struct soc_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  core_kind core = core_kind::iss;
  models::iss_cpu_config iss;
  models::native_cpu_config native;
  models::bus_config bus;
  models::dram_config dram;
  models::sram_config sram;
  models::dma_config dma;
  models::row_engine_config row_engine;
  /// RTL in the place of a model.
  std::optional<models::rtl_engine_config> row_engine_rtl;
  models::vector_unit_config vector_unit;
  models::pruning_unit_config pruning_unit;
  std::optional<models::rtl_engine_config> pruning_unit_rtl;
  models::uart_config uart;
  std::uint32_t model_address = 0;
  std::function<void(unsigned exit_code)> on_finish;
  std::function<void(std::uint32_t images)> on_progress;
};

/// The system of docs/architecture.md. Throws std::invalid_argument, naming the
/// key, when a model refuses its configuration, and models::rtl_error when RTL
/// does not fit it.
class soc : public sc_core::sc_module {
 public:
  soc(const sc_core::sc_module_name& name, const soc_config& config);

  models::bus system_bus;
  models::bus crossbar;
  models::dram dram;
  models::sram sram;
  models::dma dma;
  models::vector_unit vector_unit;
  models::plic plic;
  models::clint clint;
  models::uart uart;
  models::sim_control sim_control;

  models::row_engine& row_engine() { return *m_row_engine; }
  models::pruning_unit& pruning_unit() { return *m_pruning_unit; }
  models::host_cpu& cpu() { return *m_cpu; }
  const models::host_cpu& cpu() const { return *m_cpu; }
  std::vector<models::command_engine*> engines();

  /// Reads SRAM or DRAM at a bus address; false if there is no memory.
  bool read_memory(std::uint64_t address, void* to, std::size_t bytes) const;
  /// Writes DRAM before the start; false if there is none.
  bool write_dram(std::uint64_t address, const void* from, std::size_t bytes);
  /// What every module that waits waits for, a line each.
  std::vector<std::string> waiting_for() const;

 private:
  void bind_system_bus();
  void bind_crossbar();
  void bind_interrupts();

  std::unique_ptr<models::row_engine> m_row_engine;
  std::unique_ptr<models::pruning_unit> m_pruning_unit;
  std::unique_ptr<models::host_cpu> m_cpu;
  sc_core::sc_vector<sc_core::sc_signal<bool>> m_lines;  // by source
  sc_core::sc_signal<bool> m_external{"external_irq"};
  sc_core::sc_signal<bool> m_timer{"timer_irq"};
  sc_core::sc_signal<bool> m_software{"software_irq"};
};

}  // namespace vitvp::platform
