// The system as the firmware sees it, without time: a functional stand-in for
// the platform that executes commands as late, or in as odd an order, as the
// programming interface allows. What is missing in the firmware's
// synchronisation becomes a wrong value.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "firmware/hal/native_backend.h"

namespace vitvp::firmware_test {

/// What the capability registers say.
struct emulator_config {
  std::uint32_t sram_bytes = 232U << 10;
  std::uint32_t dram_bytes = 16U << 20;
  std::uint32_t model_address = 0;
  std::uint32_t array_rows = 8;
  std::uint32_t lanes = 64;
  std::uint32_t max_terms = 32767;
  std::uint32_t max_columns = 4096;
  std::uint32_t max_tokens = 1024;
  std::uint32_t queue_depth = 4;
  std::uint32_t seed = 1;
};

/// When commands are executed.
enum class execution_order {
  eager,  ///< at submission
  lazy,   ///< when the firmware sleeps, one at a time
  random  ///< any engine at any access
};

/// Where a command's result lies: what the check of layers needs.
struct finished_command {
  std::uint32_t tag = 0;
  std::uint32_t origin = 0;
  std::uint32_t address = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t row_stride = 0;
  std::uint32_t column_stride = 0;
  std::uint32_t element_bytes = 0;
};

/// Thrown through the firmware when it writes FINISH.
struct finished {
  std::uint32_t code;
};

/// A fault of an engine: code as in ERROR_CODE.
struct engine_fault {
  std::uint32_t code;
  std::uint32_t address;
};

class emulator {
 public:
  static constexpr std::size_t engine_count = 4;

  explicit emulator(const emulator_config& config, execution_order order);
  emulator(const emulator&) = delete;
  emulator& operator=(const emulator&) = delete;

  /// Runs an application of the firmware to its end; the exit code.
  std::uint32_t run(int (*application)());

  /// Memory at a bus address; throws engine_fault unless it is all there.
  std::uint8_t* memory(std::uint64_t address, std::uint64_t bytes);
  const std::string& console() const { return m_console; }
  std::uint32_t progress() const { return m_progress; }
  std::uint64_t commands(std::size_t index) const {
    return m_engines.at(index).completed;
  }
  /// Multiply-accumulates of the row engine.
  std::uint64_t macs() const { return m_macs; }
  /// Bytes that the DMA has read from DRAM.
  std::uint64_t dram_read_bytes() const { return m_dram_read_bytes; }

  std::function<void(const finished_command&)> on_command;
  std::function<void(std::uint32_t images)> on_progress;
  /// An engine (0 dma, 1 row, 2 vector, 3 pruning) that never executes.
  int stuck_engine = -1;

 private:
  struct command {
    std::uint32_t tag = 0;
    std::array<std::uint32_t, 32> registers{};  // from 0x080
    std::uint32_t origin = 0;
    std::uint32_t get(std::uint32_t offset) const {
      return registers.at((offset - 0x80) / 4);
    }
  };
  struct engine {
    std::array<std::uint32_t, 128> registers{};
    std::deque<command> queue;
    std::uint32_t completed = 0;
    std::uint32_t interrupts = 0;
    std::uint32_t fault = 0;
    std::uint32_t fault_address = 0;
    std::uint32_t fault_tag = 0;
  };

  static emulator& self(void* context);
  static bool read(void* context, std::uint32_t address, void* data,
                   std::uint32_t bytes);
  static bool write(void* context, std::uint32_t address, const void* data,
                    std::uint32_t bytes);
  static void wait_for_interrupt(void* context);
  static void set_interrupts(void* context, bool enabled);
  static void set_sources(void* context, std::uint32_t mie);
  static void halt(void* context);

  bool access_registers(std::uint32_t address, std::uint32_t& value,
                        bool is_write);
  void access_uart(std::uint32_t offset, std::uint32_t& value, bool is_write);
  static std::uint32_t waiting(const engine& e);
  static std::uint32_t causes(const engine& e);
  std::uint32_t read_engine(std::size_t index, std::uint32_t offset);
  void write_engine(std::size_t index, std::uint32_t offset,
                    std::uint32_t value);
  std::uint32_t read_capability(std::uint32_t base, std::uint32_t offset);
  void write_control(std::uint32_t offset, std::uint32_t value);
  std::uint32_t read_clint(std::uint32_t offset) const;
  void write_clint(std::uint32_t offset, std::uint32_t value);

  std::uint32_t lines() const;
  std::uint32_t pending() const;
  void take_interrupts();
  bool step_any();
  void step(std::size_t index);
  finished_command execute(std::size_t index, const command& c);

  finished_command execute_dma(const command& c);
  finished_command execute_product(const command& c);
  finished_command execute_vector(const command& c);
  finished_command execute_pruning(const command& c);
  finished_command scan(const command& c);
  std::uint8_t* sram(std::uint64_t address, std::uint64_t bytes);
  template <typename T>
  T load(std::uint64_t address);

  emulator_config m_config;
  execution_order m_order;
  native_backend m_backend{};
  std::mt19937 m_random;
  std::vector<std::uint8_t> m_sram;
  std::vector<std::uint8_t> m_dram;
  std::array<engine, engine_count> m_engines;
  std::string m_console;

  std::uint32_t m_uart_scratch = 0;
  bool m_uart_enabled = false;
  std::uint32_t m_plic_enable = 0;
  std::uint32_t m_plic_claimed = 0;
  std::uint64_t m_time = 0;
  std::uint64_t m_time_compare = ~std::uint64_t{0};
  bool m_enabled = false;
  std::uint32_t m_sources = 0;

  std::uint32_t m_progress = 0;
  std::uint64_t m_macs = 0;
  std::uint64_t m_dram_read_bytes = 0;
  std::vector<std::uint32_t> m_importance;
  std::uint32_t m_live = 0;
  std::uint32_t m_kept = 0;
};

}  // namespace vitvp::firmware_test
