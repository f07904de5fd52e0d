#include "test/firmware/emulator.hpp"

#include <vitvp/clint_regs.h>
#include <vitvp/command_interface_regs.h>
#include <vitvp/memory_map.h>
#include <vitvp/plic_regs.h>
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>
#include <vitvp/sim_control_regs.h>
#include <vitvp/uart_regs.h>
#include <vitvp/vector_unit_regs.h>

#include <cstring>

namespace vitvp::firmware_test {
namespace {

constexpr std::array<std::uint32_t, emulator::engine_count> engine_bases = {
    VITVP_DMA_BASE, VITVP_ROW_ENGINE_BASE, VITVP_VECTOR_UNIT_BASE,
    VITVP_PRUNING_UNIT_BASE};
constexpr std::array<std::uint32_t, emulator::engine_count> engine_irqs = {
    VITVP_DMA_IRQ, VITVP_ROW_ENGINE_IRQ, VITVP_VECTOR_UNIT_IRQ,
    VITVP_PRUNING_UNIT_IRQ};
constexpr std::uint32_t external = 1U << 11;
constexpr std::uint32_t timer = 1U << 7;

bool inside(std::uint32_t address, std::uint32_t base, std::uint32_t size) {
  return address >= base && address - base < size;
}

}  // namespace

emulator::emulator(const emulator_config& config, execution_order order)
    : m_config(config),
      m_order(order),
      m_random(config.seed),
      m_sram(config.sram_bytes),
      m_dram(config.dram_bytes),
      m_importance(config.max_tokens) {
  // What nobody wrote is not zero.
  for (std::uint8_t& byte : m_sram)
    byte = static_cast<std::uint8_t>(m_random());
  for (engine& e : m_engines) {
    e.registers.at(COMMAND_INTERFACE_TARGET_OFFSET / 4) = 1;
  }
  m_backend = {this,           read,        write, wait_for_interrupt,
               set_interrupts, set_sources, halt};
}

std::uint32_t emulator::run(int (*application)()) {
  native_backend_select(&m_backend);
  try {
    application();
  } catch (const finished& end) {
    return end.code;
  }
  throw std::runtime_error("the application returned without FINISH");
}

emulator& emulator::self(void* context) {
  return *static_cast<emulator*>(context);
}

std::uint8_t* emulator::memory(std::uint64_t address, std::uint64_t bytes) {
  const auto part = [&](std::vector<std::uint8_t>& from, std::uint64_t base) {
    return address >= base && address + bytes <= base + from.size()
               ? from.data() + (address - base)
               : nullptr;
  };
  if (std::uint8_t* at = part(m_sram, VITVP_SRAM_BASE)) return at;
  if (std::uint8_t* at = part(m_dram, VITVP_DRAM_BASE)) return at;
  throw engine_fault{COMMAND_INTERFACE_ERROR_CODE_CODE_ADDRESS,
                     static_cast<std::uint32_t>(address)};
}

bool emulator::read(void* context, std::uint32_t address, void* data,
                    std::uint32_t bytes) {
  emulator& e = self(context);
  e.take_interrupts();
  if (e.m_order == execution_order::random && e.m_random() % 4 == 0) {
    e.step_any();
  }
  std::uint32_t value = 0;
  if (e.access_registers(address, value, false)) {
    std::memcpy(data, &value, bytes);
    return true;
  }
  try {
    std::memcpy(data, e.memory(address, bytes), bytes);
  } catch (const engine_fault&) {
    return false;
  }
  return true;
}

bool emulator::write(void* context, std::uint32_t address, const void* data,
                     std::uint32_t bytes) {
  emulator& e = self(context);
  e.take_interrupts();
  std::uint32_t value = 0;
  std::memcpy(&value, data, std::min<std::uint32_t>(bytes, 4));
  if (e.access_registers(address, value, true)) return true;
  try {
    std::memcpy(e.memory(address, bytes), data, bytes);
  } catch (const engine_fault&) {
    return false;
  }
  return true;
}

bool emulator::access_registers(std::uint32_t address, std::uint32_t& value,
                                bool is_write) {
  for (std::size_t i = 0; i < engine_count; ++i) {
    if (!inside(address, engine_bases[i], 0x1000)) continue;
    if (is_write) {
      write_engine(i, address - engine_bases[i], value);
    } else {
      value = read_engine(i, address - engine_bases[i]);
    }
    return true;
  }
  if (inside(address, VITVP_SIM_CONTROL_BASE, VITVP_SIM_CONTROL_SIZE)) {
    const std::uint32_t offset = address - VITVP_SIM_CONTROL_BASE;
    if (is_write) write_control(offset, value);
    if (!is_write) value = read_capability(VITVP_SIM_CONTROL_BASE, offset);
    return true;
  }
  if (inside(address, VITVP_CLINT_BASE, VITVP_CLINT_SIZE)) {
    const std::uint32_t offset = address - VITVP_CLINT_BASE;
    if (is_write) write_clint(offset, value);
    if (!is_write) value = read_clint(offset);
    return true;
  }
  if (inside(address, VITVP_UART_BASE, VITVP_UART_SIZE)) {
    access_uart(address - VITVP_UART_BASE, value, is_write);
    return true;
  }
  if (!inside(address, VITVP_PLIC_BASE, VITVP_PLIC_SIZE)) return false;
  const std::uint32_t offset = address - VITVP_PLIC_BASE;
  if (offset == PLIC_ENABLE_OFFSET) {
    if (is_write) m_plic_enable = value;
    if (!is_write) value = m_plic_enable;
  } else if (offset == PLIC_CLAIM_OFFSET) {
    const std::uint32_t ready = lines() & m_plic_enable & ~m_plic_claimed;
    if (is_write) m_plic_claimed &= ~(1U << value);
    if (!is_write) {
      value =
          ready == 0 ? 0U : static_cast<std::uint32_t>(__builtin_ctz(ready));
      if (value != 0) m_plic_claimed |= 1U << value;
    }
  }
  return true;
}

void emulator::access_uart(std::uint32_t offset, std::uint32_t& value,
                           bool is_write) {
  if (offset == UART_SCR_OFFSET) {
    if (is_write) m_uart_scratch = value;
    if (!is_write) value = m_uart_scratch;
  } else if (offset == UART_IER_DLM_OFFSET) {
    if (is_write) {
      m_uart_enabled = (value & UART_IER_DLM_TRANSMIT_MASK) != 0;
    }
  } else if (is_write) {
    m_console += static_cast<char>(value);
  } else {
    value = UART_LSR_THR_EMPTY_MASK;
  }
}

std::uint32_t emulator::read_capability(std::uint32_t base,
                                        std::uint32_t offset) {
  switch (base + offset) {
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_IDENTIFICATION_OFFSET:
      return 0x56545650;
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_SRAM_BYTES_OFFSET:
      return m_config.sram_bytes;
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_SRAM_BANKS_OFFSET:
      return 16 | 64U << 16;
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_DRAM_BYTES_OFFSET:
      return m_config.dram_bytes;
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_MODEL_ADDRESS_OFFSET:
      return m_config.model_address;
    case VITVP_SIM_CONTROL_BASE + SIM_CONTROL_CYCLES_LO_OFFSET:
      return static_cast<std::uint32_t>(++m_time);
    case VITVP_ROW_ENGINE_BASE + ROW_ENGINE_GEOMETRY_OFFSET:
      return m_config.array_rows | m_config.lanes << 16;
    case VITVP_ROW_ENGINE_BASE + ROW_ENGINE_MAX_TERMS_OFFSET:
      return m_config.max_terms;
    case VITVP_VECTOR_UNIT_BASE + VECTOR_UNIT_GEOMETRY_OFFSET:
      return 16 | m_config.max_columns << 16;
    case VITVP_PRUNING_UNIT_BASE + PRUNING_UNIT_LIMITS_OFFSET:
      return m_config.max_tokens | 64U << 16;
    case VITVP_PRUNING_UNIT_BASE + PRUNING_UNIT_LIVE_COUNT_OFFSET:
      return m_live;
    case VITVP_PRUNING_UNIT_BASE + PRUNING_UNIT_KEPT_COUNT_OFFSET:
      return m_kept;
    default:
      return 0;
  }
}

void emulator::write_control(std::uint32_t offset, std::uint32_t value) {
  if (offset == SIM_CONTROL_FINISH_OFFSET) {
    throw finished{value == 0x5555 ? 0 : value >> 16};
  }
  if (offset == SIM_CONTROL_PROGRESS_OFFSET) {
    m_progress = value;
    if (on_progress) on_progress(value);
  }
}

std::uint32_t emulator::read_clint(std::uint32_t offset) const {
  if (offset == CLINT_MTIME_LO_OFFSET)
    return static_cast<std::uint32_t>(m_time);
  if (offset == CLINT_MTIME_HI_OFFSET) {
    return static_cast<std::uint32_t>(m_time >> 32);
  }
  return 0;
}

void emulator::write_clint(std::uint32_t offset, std::uint32_t value) {
  constexpr std::uint64_t low = 0xffffffff;
  if (offset == CLINT_MTIMECMP_LO_OFFSET) {
    m_time_compare = (m_time_compare & ~low) | value;
  } else if (offset == CLINT_MTIMECMP_HI_OFFSET) {
    m_time_compare = (m_time_compare & low) | std::uint64_t{value} << 32;
  }
}

// The first command of the queue is the one that executes.
std::uint32_t emulator::waiting(const engine& e) {
  return e.queue.empty() ? 0 : static_cast<std::uint32_t>(e.queue.size() - 1);
}

std::uint32_t emulator::causes(const engine& e) {
  const std::uint32_t target =
      e.registers.at(COMMAND_INTERFACE_TARGET_OFFSET / 4);
  const bool reached = e.completed - target < 0x80000000U;
  return e.interrupts |
         (reached ? COMMAND_INTERFACE_INTERRUPT_STATUS_REACHED_MASK : 0);
}

std::uint32_t emulator::read_engine(std::size_t index, std::uint32_t offset) {
  const engine& e = m_engines.at(index);
  const std::uint32_t level = waiting(e);
  switch (offset) {
    case COMMAND_INTERFACE_STATUS_OFFSET:
      return (e.queue.empty() ? 0U : 1U) |
             (level >= m_config.queue_depth ? 2U : 0U) |
             (e.fault != 0 ? 4U : 0U) | level << 8 | m_config.queue_depth << 16;
    case COMMAND_INTERFACE_COMPLETED_OFFSET:
      return e.completed;
    case COMMAND_INTERFACE_INTERRUPT_STATUS_OFFSET:
      return causes(e);
    case COMMAND_INTERFACE_ERROR_CODE_OFFSET:
      return e.fault;
    case COMMAND_INTERFACE_ERROR_ADDRESS_OFFSET:
      return e.fault_address;
    case COMMAND_INTERFACE_ERROR_TAG_OFFSET:
      return e.fault_tag;
    default:
      break;
  }
  if (offset >= 0x60 && offset < 0x80) {
    return read_capability(engine_bases[index], offset);
  }
  return e.registers.at(offset / 4);
}

void emulator::write_engine(std::size_t index, std::uint32_t offset,
                            std::uint32_t value) {
  engine& e = m_engines.at(index);
  if (offset == COMMAND_INTERFACE_INTERRUPT_STATUS_OFFSET) {
    e.interrupts &= ~value;
  } else if (offset == COMMAND_INTERFACE_SUBMIT_OFFSET) {
    if (waiting(e) >= m_config.queue_depth) {
      e.fault = COMMAND_INTERFACE_ERROR_CODE_CODE_QUEUE_OVERFLOW;
      e.interrupts |= 2;
      return;
    }
    command c;
    c.tag = value;
    c.origin = e.registers.at(COMMAND_INTERFACE_ORIGIN_OFFSET / 4);
    std::copy_n(e.registers.begin() + 0x80 / 4, c.registers.size(),
                c.registers.begin());
    e.queue.push_back(c);
    if (m_order == execution_order::eager) step(index);
  } else {
    e.registers.at(offset / 4) = value;
  }
}

std::uint32_t emulator::lines() const {
  std::uint32_t mask = m_uart_enabled ? 1U << VITVP_UART_IRQ : 0;
  for (std::size_t i = 0; i < engine_count; ++i) {
    const std::uint32_t enabled = m_engines.at(i).registers.at(
        COMMAND_INTERFACE_INTERRUPT_ENABLE_OFFSET / 4);
    if ((causes(m_engines.at(i)) & enabled) != 0) mask |= 1U << engine_irqs[i];
  }
  return mask;
}

std::uint32_t emulator::pending() const {
  std::uint32_t mask = 0;
  if ((lines() & m_plic_enable & ~m_plic_claimed) != 0) mask |= external;
  if (m_time >= m_time_compare) mask |= timer;
  return mask & m_sources;
}

void emulator::take_interrupts() {
  while (m_enabled && pending() != 0) {
    const std::uint32_t cause = (pending() & external) != 0 ? 11 : 7;
    m_enabled = false;
    firmware_interrupt(cause);
    m_enabled = true;
  }
}

void emulator::wait_for_interrupt(void* context) {
  emulator& e = self(context);
  while (e.pending() == 0) {
    ++e.m_time;
    if (e.step_any()) continue;
    // Nothing can happen any more but the watchdog.
    if (e.m_time_compare == ~std::uint64_t{0}) {
      throw std::runtime_error("the firmware sleeps forever");
    }
    e.m_time = std::max(e.m_time, e.m_time_compare);
  }
  e.take_interrupts();
}

void emulator::set_interrupts(void* context, bool enabled) {
  self(context).m_enabled = enabled;
  self(context).take_interrupts();
}

void emulator::set_sources(void* context, std::uint32_t mie) {
  self(context).m_sources = mie;
  self(context).take_interrupts();
}

void emulator::halt(void*) {
  throw std::runtime_error("the firmware halted without FINISH");
}

bool emulator::step_any() {
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < engine_count; ++i) {
    const engine& e = m_engines.at(i);
    if (static_cast<int>(i) != stuck_engine && !e.queue.empty() &&
        e.fault == 0) {
      ready.push_back(i);
    }
  }
  if (ready.empty()) return false;
  step(ready.at(m_random() % ready.size()));
  return true;
}

void emulator::step(std::size_t index) {
  engine& e = m_engines.at(index);
  if (static_cast<int>(index) == stuck_engine) return;
  const command c = e.queue.front();
  e.queue.pop_front();
  try {
    finished_command done = execute(index, c);
    done.tag = c.tag;
    done.origin = c.origin;
    ++e.completed;
    e.interrupts |= COMMAND_INTERFACE_INTERRUPT_STATUS_DONE_MASK;
    if (on_command) on_command(done);
  } catch (const engine_fault& fault) {
    e.fault = fault.code;
    e.fault_address = fault.address;
    e.fault_tag = c.tag;
    e.interrupts |= COMMAND_INTERFACE_INTERRUPT_STATUS_FAULT_MASK;
  }
}

finished_command emulator::execute(std::size_t index, const command& c) {
  switch (index) {
    case 0:
      return execute_dma(c);
    case 1:
      return execute_product(c);
    case 2:
      return execute_vector(c);
    default:
      return execute_pruning(c);
  }
}

}  // namespace vitvp::firmware_test
