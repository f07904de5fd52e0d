#include "models/host_cpu/iss_cpu.hpp"

#include <stdexcept>
#include <string>

#include "models/host_cpu/iss_engine.hpp"

namespace vitvp::models {

namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t address_space = std::uint64_t{1} << 32;
constexpr std::size_t stack_bytes = 1U << 20;

void require(bool holds, const char* message) {
  if (!holds) {
    throw std::invalid_argument(std::string("iss_cpu: ") + message);
  }
}

const iss_cpu_config& checked(const iss_cpu_config& config) {
  const std::uint64_t base = config.memory_base;
  const std::uint64_t bytes = config.memory_bytes;
  require(base % page_bytes == 0 && base < address_space,
          "memory_base must be a multiple of 4096 below 2^32");
  require(bytes % page_bytes == 0 && bytes > 0 && bytes <= address_space - base,
          "memory_bytes must be a multiple of 4096, above 0, and end within "
          "2^32");
  require(config.entry % 2 == 0 && config.entry >= base &&
              config.entry - base < bytes,
          "entry must be an even address within the memory");
  require(config.cycles_per_instruction >= 1 &&
              config.cycles_per_instruction <= 1000,
          "cycles_per_instruction must be 1 to 1000");
  return config;
}

}  // namespace

iss_cpu::iss_cpu(const sc_core::sc_module_name& name,
                 const iss_cpu_config& config)
    : host_cpu(name, checked(config)),
      m_engine(std::make_unique<engine>(*this, config)) {
  SC_HAS_PROCESS(iss_cpu);
  SC_THREAD(run);
  set_stack_size(stack_bytes);
}

iss_cpu::~iss_cpu() = default;

std::uint32_t iss_cpu::pc() const {
  return m_engine->pc();
}

std::uint32_t iss_cpu::read_register(unsigned index) const {
  if (index >= 32) {
    throw std::invalid_argument("iss_cpu: register index must be 0 to 31");
  }
  return m_engine->read_register(index);
}

void iss_cpu::direct_memory_invalidated() {
  m_engine->forget_direct_memory();
}

void iss_cpu::run() {
  m_engine->run();
}

}  // namespace vitvp::models
