// A core that runs the firmware's C code compiled for the host: every access
// goes over the bus, computation between accesses takes no time.
#pragma once

#include <cstdint>
#include <functional>

#include "firmware/hal/native_backend.h"
#include "models/host_cpu/host_cpu.hpp"

namespace vitvp::models {

struct native_cpu_config : host_cpu_config {
  // The firmware's functions; whoever links the firmware passes them. None may
  // be null.
  int (*application)() = nullptr;
  void (*backend_select)(const native_backend*) = nullptr;
  void (*interrupt)(std::uint32_t cause) = nullptr;
  // Called when the application returns, with its exit code. May be empty.
  std::function<void(int exit_code)> on_exit;
  // What the instructions around an access cost.
  std::uint32_t cycles_per_access = 4;
  std::uint32_t stack_bytes = 4U << 20;
};

// Throws std::invalid_argument naming the key and its range when a value of
// the config is out of range.
class native_cpu : public host_cpu {
 public:
  native_cpu(const sc_core::sc_module_name& name,
             const native_cpu_config& config);

  std::uint32_t pc() const override { return 0; }
  // True when the application has returned (the core is halted, on_halt is not
  // called); then exit_code() is its result.
  bool finished() const { return m_finished; }
  int exit_code() const { return m_exit_code; }

 private:
  static native_cpu& self(void* context);
  static bool read(void* context, std::uint32_t address, void* data,
                   std::uint32_t bytes);
  static bool write(void* context, std::uint32_t address, const void* data,
                    std::uint32_t bytes);
  static void wait_for_interrupt(void* context);
  static void set_interrupts(void* context, bool enabled);
  static void set_interrupt_sources(void* context, std::uint32_t mie);
  static void halt_forever(void* context);

  void run();
  bool access(tlm::tlm_command command, std::uint32_t address, void* data,
              std::uint32_t bytes);
  void take_interrupts();
  void park();

  native_cpu_config m_config;
  native_backend m_backend{};
  sc_core::sc_event m_never;
  std::uint32_t m_sources = 0;  // mie
  bool m_enabled = false;       // mstatus.MIE
  bool m_finished = false;
  int m_exit_code = 0;
};

}  // namespace vitvp::models
