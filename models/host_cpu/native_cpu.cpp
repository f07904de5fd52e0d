#include "models/host_cpu/native_cpu.hpp"

#include <stdexcept>
#include <string>

namespace vitvp::models {

namespace {

void require(bool holds, const char* message) {
  if (!holds) {
    throw std::invalid_argument(std::string("native_cpu: ") + message);
  }
}

const native_cpu_config& checked(const native_cpu_config& config) {
  require(config.application != nullptr, "application must not be null");
  require(config.backend_select != nullptr, "backend_select must not be null");
  require(config.interrupt != nullptr, "interrupt must not be null");
  require(config.cycles_per_access >= 1 && config.cycles_per_access <= 1000000,
          "cycles_per_access must be 1 to 1000000");
  require(config.stack_bytes >= (64U << 10) && config.stack_bytes <= (1U << 30),
          "stack_bytes must be 65536 to 1073741824");
  return config;
}

}  // namespace

native_cpu::native_cpu(const sc_core::sc_module_name& name,
                       const native_cpu_config& config)
    : host_cpu(name, checked(config)), m_config(config) {
  m_backend.context = this;
  m_backend.read = read;
  m_backend.write = write;
  m_backend.wait_for_interrupt = wait_for_interrupt;
  m_backend.set_interrupts = set_interrupts;
  m_backend.set_interrupt_sources = set_interrupt_sources;
  m_backend.halt = halt_forever;
  SC_HAS_PROCESS(native_cpu);
  SC_THREAD(run);
  set_stack_size(m_config.stack_bytes);
}

void native_cpu::run() {
  synchronize();
  m_config.backend_select(&m_backend);
  m_exit_code = m_config.application();
  m_finished = true;
  host_cpu::halt("application returned " + std::to_string(m_exit_code), false);
  if (m_config.on_exit) {
    m_config.on_exit(m_exit_code);
  }
}

native_cpu& native_cpu::self(void* context) {
  return *static_cast<native_cpu*>(context);
}

bool native_cpu::read(void* context, std::uint32_t address, void* data,
                      std::uint32_t bytes) {
  return self(context).access(tlm::TLM_READ_COMMAND, address, data, bytes);
}

bool native_cpu::write(void* context, std::uint32_t address, const void* data,
                       std::uint32_t bytes) {
  // The payload has one pointer for both directions; a target does not write
  // through that of a write command.
  return self(context).access(tlm::TLM_WRITE_COMMAND, address,
                              const_cast<void*>(data), bytes);
}

bool native_cpu::access(tlm::tlm_command command, std::uint32_t address,
                        void* data, std::uint32_t bytes) {
  ++m_counters.instructions;
  spend(m_config.cycles_per_access);
  yield_if_due();
  take_interrupts();
  const bool succeeded = transport(command, address, data, bytes);
  if (!succeeded) {
    const bool is_read = command == tlm::TLM_READ_COMMAND;
    record_trap({true, is_read ? 5U : 7U, 0, address});
  }
  m_config.backend_select(&m_backend);
  return succeeded;
}

// Time catches up before the wires are read, so that they show the effect of
// what the firmware wrote last; an interrupt that is gone by then is not taken.
void native_cpu::take_interrupts() {
  while (m_enabled && (wires() & m_sources) != 0) {
    if (is_ahead()) synchronize();
    const std::uint32_t pending = wires() & m_sources;
    if (pending == 0) {
      break;
    }
    m_enabled = false;
    ++m_counters.interrupts;
    spend(m_config.cycles_per_access);
    m_config.backend_select(&m_backend);
    m_config.interrupt(first_cause(pending));
    m_enabled = true;
  }
  if (stop_requested()) {
    host_cpu::halt("stopped", false);
    park();
  }
}

void native_cpu::wait_for_interrupt(void* context) {
  native_cpu& cpu = self(context);
  cpu.spend(cpu.m_config.cycles_per_access);
  cpu.sleep(cpu.m_sources);
  cpu.take_interrupts();
  cpu.m_config.backend_select(&cpu.m_backend);
}

void native_cpu::set_interrupts(void* context, bool enabled) {
  native_cpu& cpu = self(context);
  cpu.m_enabled = enabled;
  cpu.take_interrupts();
  cpu.m_config.backend_select(&cpu.m_backend);
}

void native_cpu::set_interrupt_sources(void* context, std::uint32_t mie) {
  native_cpu& cpu = self(context);
  cpu.m_sources = mie & (software_bit | timer_bit | external_bit);
  cpu.take_interrupts();
  cpu.m_config.backend_select(&cpu.m_backend);
}

void native_cpu::halt_forever(void* context) {
  native_cpu& cpu = self(context);
  cpu.host_cpu::halt("halted by the firmware");
  cpu.park();
}

void native_cpu::park() {
  while (true) {
    wait(m_never);
  }
}

}  // namespace vitvp::models
