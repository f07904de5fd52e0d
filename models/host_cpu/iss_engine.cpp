#include "models/host_cpu/iss_engine.hpp"

#include <algorithm>
#include <cstring>

#include "models/host_cpu/rv32.hpp"

namespace vitvp::models {

namespace {

constexpr std::uint32_t mstatus_mie = 1U << 3;
constexpr std::uint32_t mstatus_mpie = 1U << 7;
constexpr std::uint32_t mstatus_mpp = 3U << 11;
constexpr std::uint32_t interrupt_flag = 1U << 31;

constexpr std::uint32_t cause_fetch_fault = 1;
constexpr std::uint32_t cause_illegal = 2;
constexpr std::uint32_t cause_breakpoint = 3;
constexpr std::uint32_t cause_load_fault = 5;
constexpr std::uint32_t cause_store_fault = 7;
constexpr std::uint32_t cause_user_ecall = 8;
constexpr std::uint32_t cause_machine_ecall = 11;

constexpr std::uint32_t csr_mip = 0x344;
constexpr std::uint32_t csr_mhartid = 0xf14;

// A handler nests this deep, without an mret, only when it fails itself.
constexpr unsigned most_nested_traps = 64;
// The emulator may return without a reason; not for ever.
constexpr unsigned most_idle_returns = 1000;
constexpr std::uint64_t page_bytes = 4096;

// Those that the emulator answers with its host's time or without the wires.
bool is_ours(std::uint32_t csr) {
  switch (csr) {
    case csr_mip:
    case csr_mhartid:
    case 0xb00:  // mcycle, minstret and their upper halves
    case 0xb02:
    case 0xb80:
    case 0xb82:
    case 0xc00:  // cycle, instret and their upper halves
    case 0xc02:
    case 0xc80:
    case 0xc82:
      return true;
    default:
      return false;
  }
}

}  // namespace

iss_cpu::engine::engine(iss_cpu& cpu, const iss_cpu_config& config)
    : m_cpu(cpu),
      m_config(config),
      m_core(*this, config.memory_base, config.memory_bytes),
      m_pc(config.entry) {}

void iss_cpu::engine::run() {
  m_cpu.synchronize();
  while (!m_cpu.halted()) {
    if (m_memory_stale) {
      map_memory();
    }
    if (m_code_stale) {
      m_code_stale = false;
      read_copy();
      m_core.flush_code();
      m_blocks.clear();
    }
    step();
  }
}

void iss_cpu::engine::step() {
  const unicorn_core::outcome outcome = m_core.run(m_pc);
  m_pc = m_core.pc();
  if (outcome != unicorn_core::outcome::idle) {
    m_idle_returns = 0;
  }
  switch (outcome) {
    case unicorn_core::outcome::stopped:
      handle_stop();
      break;
    case unicorn_core::outcome::exception:
      handle_exception();
      break;
    case unicorn_core::outcome::undefined:
      handle_undefined();
      break;
    case unicorn_core::outcome::fetch_fault:
      handle_fetch_fault();
      break;
    case unicorn_core::outcome::idle:
      handle_idle();
      break;
    case unicorn_core::outcome::failed:
      m_cpu.halt("emulator error at pc " + m_cpu.locate(m_pc) + ": " +
                 m_core.failure());
      break;
  }
}

// ---------------------------------------------------------------- blocks

bool iss_cpu::engine::enter_block(std::uint32_t address, std::uint32_t bytes) {
  m_pc = address;
  m_block_bytes = bytes;
  m_accesses.clear();
  if (m_csr_read.has_value() || m_returning) {
    complete_block();
  }
  if (m_cycles >= m_budget) {
    take_turn();
  }
  if (must_stop() || interrupt_due()) {
    return false;
  }
  account(block_at(address, bytes));
  return true;
}

const block_info& iss_cpu::engine::block_at(std::uint32_t address,
                                            std::uint32_t bytes) {
  const block_info* block = m_blocks.find(address, bytes);
  if (block != nullptr) {
    return *block;
  }
  return m_blocks.insert(
      decode_block(address, m_core.read_code(address, bytes)));
}

// Counted at the entry: a block that a trap cuts short counts as a whole.
void iss_cpu::engine::account(const block_info& block) {
  m_cpu.m_counters.instructions += block.instructions;
  m_cycles +=
      std::uint64_t{block.instructions} * m_config.cycles_per_instruction;
  if (!block.accesses_csr && !block.returns_from_trap && !block.is_fence_i) {
    return;
  }
  m_enabled_stale = true;
  if (block.accesses_csr && is_ours(block.csr)) {
    m_csr_read = block;
  }
  if (block.returns_from_trap) {
    m_returning = true;
    force_machine_mode();
  }
  m_code_stale = m_code_stale || block.is_fence_i;
}

void iss_cpu::engine::take_turn() {
  settle();
  m_cpu.yield_if_due();
  m_budget = std::max<std::uint64_t>(m_cpu.cycles_until_turn(), 1);
}

void iss_cpu::engine::settle() {
  if (m_cycles != 0) {
    m_cpu.spend(m_cycles);
    m_cycles = 0;
  }
  m_budget = 0;
}

// fence.i ends its block: the flush comes before what follows it.
bool iss_cpu::engine::must_stop() {
  return m_memory_stale || m_code_stale || m_cpu.stop_requested();
}

// ---------------------------------------------------------------- memory

bool iss_cpu::engine::in_memory(std::uint32_t address) const {
  return address >= m_config.memory_base &&
         address - m_config.memory_base < m_config.memory_bytes;
}

void iss_cpu::engine::map_memory() {
  m_memory_stale = false;
  m_blocks.clear();
  std::vector<memory_piece> pieces;
  if (m_config.use_dmi) {
    pieces = request_direct_memory();
  }
  const bool traced = pieces.empty();
  if (traced) {
    m_copy.resize(m_config.memory_bytes);
    pieces.push_back(
        {m_config.memory_base, m_config.memory_bytes, m_copy.data()});
  } else {
    m_copy.clear();
    m_copy.shrink_to_fit();
  }
  m_core.map_memory(pieces, traced);
  read_copy();
}

// All of the memory in pieces of whole pages, or nothing.
std::vector<memory_piece> iss_cpu::engine::request_direct_memory() {
  std::vector<memory_piece> pieces;
  std::uint64_t next = m_config.memory_base;
  const std::uint64_t end = next + m_config.memory_bytes;
  while (next < end) {
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(next);
    tlm::tlm_dmi grant;
    if (!m_cpu.out->get_direct_mem_ptr(payload, grant) ||
        !grant.is_read_write_allowed() || grant.get_start_address() > next ||
        grant.get_end_address() < next) {
      return {};
    }
    // The last address may be that of the 64-bit address space.
    const std::uint64_t last =
        std::min<std::uint64_t>(grant.get_end_address(), end - 1);
    const std::uint64_t bytes = last - next + 1;
    if (bytes % page_bytes != 0) {
      return {};
    }
    pieces.push_back(
        {next, bytes,
         grant.get_dmi_ptr() + (next - grant.get_start_address())});
    next += bytes;
  }
  return pieces;
}

// Where the bus refuses, the copy stays zero: an illegal instruction.
void iss_cpu::engine::read_copy() {
  constexpr std::uint64_t chunk = 1U << 16;
  for (std::uint64_t at = 0; at < m_copy.size(); at += chunk) {
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(m_config.memory_base + at);
    payload.set_data_ptr(m_copy.data() + at);
    const auto bytes = static_cast<unsigned>(
        std::min<std::uint64_t>(chunk, m_copy.size() - at));
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    m_cpu.out->transport_dbg(payload);
  }
}

bool iss_cpu::engine::access(tlm::tlm_command command, std::uint32_t address,
                             std::uint32_t bytes, void* data) {
  settle();
  m_accesses.push_back({command == tlm::TLM_WRITE_COMMAND, address, bytes});
  m_access_failed = !m_cpu.transport(command, address, data, bytes);
  return !m_access_failed;
}

bool iss_cpu::engine::load(std::uint32_t address, std::uint32_t bytes,
                           std::uint32_t& value) {
  return access(tlm::TLM_READ_COMMAND, address, bytes, &value);
}

bool iss_cpu::engine::store(std::uint32_t address, std::uint32_t bytes,
                            std::uint32_t value) {
  return access(tlm::TLM_WRITE_COMMAND, address, bytes, &value);
}

bool iss_cpu::engine::trace_load(std::uint32_t address, std::uint32_t bytes) {
  if (!in_memory(address + bytes - 1)) {
    return true;  // its halves follow
  }
  return access(tlm::TLM_READ_COMMAND, address, bytes,
                m_copy.data() + (address - m_config.memory_base));
}

bool iss_cpu::engine::trace_store(std::uint32_t address, std::uint32_t bytes,
                                  std::uint32_t value) {
  return access(tlm::TLM_WRITE_COMMAND, address, bytes, &value);
}

// ---------------------------------------------------------------- returns

void iss_cpu::engine::handle_stop() {
  if (m_access_failed) {
    m_access_failed = false;
    handle_bus_error();
  } else if (m_cpu.stop_requested()) {
    settle();
    m_cpu.halt("stopped", false);
  } else if (m_interrupt_accepted) {
    m_interrupt_accepted = false;
    take_interrupt(first_cause(pending_enabled()));
  }
}

void iss_cpu::engine::handle_bus_error() {
  fault_scene scene;
  scene.block_address = m_pc;
  scene.code = m_core.read_code(m_pc, m_block_bytes);
  scene.registers = m_core.registers();
  scene.accesses = m_accesses;
  scene.on_bus = [this](std::uint32_t address) {
    return !m_copy.empty() || !in_memory(address);
  };
  const fault_location fault = locate_fault(scene);
  if (fault.found) {
    take_trap(fault.is_load ? cause_load_fault : cause_store_fault, fault.pc,
              fault.address);
    return;
  }
  const bus_access& last = m_accesses.back();
  take_trap(last.is_write ? cause_store_fault : cause_load_fault, m_pc,
            last.address);
}

void iss_cpu::engine::handle_exception() {
  const std::uint32_t opcode = opcode_at(m_pc);
  const std::uint32_t cause = m_core.exception_cause();
  if (cause == cause_user_ecall) {
    take_trap(cause_machine_ecall, m_pc, 0);
  } else if (cause == cause_illegal) {
    take_trap(cause_illegal, m_pc, opcode);
  } else if (cause >= 4 && cause <= 7) {  // misaligned, or protected memory
    const rv32::memory_operand operand = rv32::decode_memory(opcode);
    const bool writes =
        operand.kind == rv32::memory_kind::atomic && !operand.is_load_reserved;
    take_trap(writes ? cause | 2U : cause, m_pc, operand_address(operand));
  } else {
    take_trap(cause, m_pc, m_pc);
  }
}

void iss_cpu::engine::handle_undefined() {
  const std::uint32_t opcode = opcode_at(m_pc);
  if (opcode == rv32::ebreak || opcode == rv32::compressed_ebreak) {
    take_trap(cause_breakpoint, m_pc, m_pc);
  } else {
    take_trap(cause_illegal, m_pc, opcode);
  }
}

void iss_cpu::engine::handle_fetch_fault() {
  complete_block();
  take_trap(cause_fetch_fault, m_pc, m_pc);
}

void iss_cpu::engine::handle_idle() {
  if (opcode_at(m_pc - 4) == rv32::wfi) {
    sleep();
  } else if (!in_memory(m_pc)) {
    handle_fetch_fault();
  } else if (++m_idle_returns > most_idle_returns) {
    m_cpu.halt("emulator stands still at pc " + m_cpu.locate(m_pc));
  }
}

std::uint32_t iss_cpu::engine::opcode_at(std::uint32_t address) const {
  std::uint32_t bits = 0;
  const std::vector<std::uint8_t> code = m_core.read_code(address, 4);
  std::memcpy(&bits, code.data(), code.size());
  return rv32::length_bytes(bits) == 4 ? bits : bits & 0xffffU;
}

std::uint32_t iss_cpu::engine::operand_address(
    const rv32::memory_operand& operand) const {
  return m_core.read_register(operand.base) +
         static_cast<std::uint32_t>(operand.offset);
}

// ---------------------------------------------------------------- counters

// Once the block before has been executed to its end.
void iss_cpu::engine::complete_block() {
  if (m_returning) {
    m_traps_since_return = 0;
    m_returning = false;
  }
  if (m_csr_read.has_value()) {
    m_core.write_register(m_csr_read->csr_destination,
                          counter_value(m_csr_read->csr));
    m_csr_read.reset();
  }
}

std::uint32_t iss_cpu::engine::counter_value(std::uint32_t csr) {
  if (csr == csr_mip) {
    return m_cpu.wires();
  }
  if (csr == csr_mhartid) {
    return m_config.hart_id;
  }
  const bool is_instret = (csr & 2U) != 0;
  const std::uint64_t value = is_instret ? m_cpu.m_counters.instructions
                                         : m_cpu.current_cycle() + m_cycles;
  const bool is_upper = (csr & 0x80U) != 0;
  return static_cast<std::uint32_t>(is_upper ? value >> 32 : value);
}

// ---------------------------------------------------------------- traps

// The core has machine mode only; the emulator's has a user mode to which an
// mret would go unless MPP says otherwise.
void iss_cpu::engine::force_machine_mode() {
  const std::uint32_t status = m_core.read_csr(machine_csr::mstatus);
  if ((status & mstatus_mpp) != mstatus_mpp) {
    m_core.write_csr(machine_csr::mstatus, status | mstatus_mpp);
  }
}

std::uint32_t iss_cpu::engine::pending_enabled() {
  if (m_cpu.wires() == 0) {
    return 0;
  }
  if (m_enabled_stale) {
    const bool on = (m_core.read_csr(machine_csr::mstatus) & mstatus_mie) != 0;
    m_enabled = on ? m_core.read_csr(machine_csr::mie) : 0;
    m_enabled_stale = false;
  }
  return m_cpu.wires() & m_enabled;
}

// Time passes before an interrupt is taken, so that the wires show the effect
// of what the firmware wrote last; one that is gone by then is not taken.
bool iss_cpu::engine::interrupt_due() {
  if (pending_enabled() == 0) {
    return false;
  }
  m_cycles += m_config.cycles_per_instruction;
  settle();
  m_cpu.synchronize();
  m_interrupt_accepted = pending_enabled() != 0;
  return m_interrupt_accepted || must_stop();
}

void iss_cpu::engine::take_interrupt(std::uint32_t cause) {
  ++m_cpu.m_counters.interrupts;
  enter_handler(cause | interrupt_flag, m_pc, 0);
}

void iss_cpu::engine::take_trap(std::uint32_t cause, std::uint32_t mepc,
                                std::uint32_t mtval) {
  m_csr_read.reset();
  m_returning = false;
  m_cpu.record_trap({true, cause, mepc, mtval});
  m_cycles += m_config.cycles_per_instruction;
  const std::uint32_t handler = m_core.read_csr(machine_csr::mtvec) & ~3U;
  if (mepc == handler || !in_memory(handler) ||
      ++m_traps_since_return > most_nested_traps) {
    halt_in_loop(cause, mepc);
    return;
  }
  enter_handler(cause, mepc, mtval);
}

void iss_cpu::engine::enter_handler(std::uint32_t cause, std::uint32_t mepc,
                                    std::uint32_t mtval) {
  std::uint32_t status = m_core.read_csr(machine_csr::mstatus);
  const bool enabled = (status & mstatus_mie) != 0;
  status &= ~(mstatus_mie | mstatus_mpie);
  status |= mstatus_mpp | (enabled ? mstatus_mpie : 0U);
  m_core.write_csr(machine_csr::mstatus, status);
  m_core.write_csr(machine_csr::mepc, mepc);
  m_core.write_csr(machine_csr::mcause, cause);
  m_core.write_csr(machine_csr::mtval, mtval);
  const std::uint32_t vector = m_core.read_csr(machine_csr::mtvec);
  const bool vectored = (vector & 3U) == 1 && (cause & interrupt_flag) != 0;
  m_pc = (vector & ~3U) + (vectored ? 4 * (cause & ~interrupt_flag) : 0U);
  m_enabled_stale = true;
}

void iss_cpu::engine::sleep() {
  settle();
  m_pc -= 4;  // that of the wfi, for who asks
  m_cpu.sleep(m_core.read_csr(machine_csr::mie));
  m_pc += 4;
}

void iss_cpu::engine::halt_in_loop(std::uint32_t cause, std::uint32_t at) {
  settle();
  m_pc = at;
  const std::uint32_t vector = m_core.read_csr(machine_csr::mtvec);
  m_cpu.halt("trap loop at pc " + m_cpu.locate(at) + ", cause " +
             std::to_string(cause) + ", mtvec " + m_cpu.locate(vector));
}

}  // namespace vitvp::models
