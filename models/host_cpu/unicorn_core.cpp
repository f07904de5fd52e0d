#include "models/host_cpu/unicorn_core.hpp"

#include <unicorn/unicorn.h>

#include <exception>
#include <stdexcept>

namespace vitvp::models {

namespace {

// uc_ctl() takes combinations of enumerators as its enumeration; the macros do
// that with C casts.
uc_err select_model(uc_engine* engine) {
  return uc_ctl_set_cpu_model(engine, UC_CPU_RISCV32_SIFIVE_E31);
}

uc_err forget_translations(uc_engine* engine, std::uint64_t first,
                           std::uint64_t end) {
  return uc_ctl_remove_cache(engine, first, end);
}

void require(uc_err error, const char* what) {
  if (error != UC_ERR_OK) {
    throw std::runtime_error(std::string("unicorn: ") + what + ": " +
                             uc_strerror(error));
  }
}

int csr_id(machine_csr csr) {
  switch (csr) {
    case machine_csr::mstatus:
      return UC_RISCV_REG_MSTATUS;
    case machine_csr::mie:
      return UC_RISCV_REG_MIE;
    case machine_csr::mtvec:
      return UC_RISCV_REG_MTVEC;
    case machine_csr::mepc:
      return UC_RISCV_REG_MEPC;
    case machine_csr::mcause:
      return UC_RISCV_REG_MCAUSE;
    case machine_csr::mtval:
      break;
  }
  return UC_RISCV_REG_MTVAL;
}

constexpr std::uint64_t address_space = std::uint64_t{1} << 32;

}  // namespace

struct unicorn_core::state {
  unicorn_client& client;
  std::uint64_t base;
  std::uint64_t end;
  uc_engine* engine = nullptr;
  std::vector<memory_piece> pieces;
  uc_hook load_hook = 0;
  uc_hook store_hook = 0;
  bool traced = false;
  bool stopped = false;
  bool raised = false;
  std::uint32_t cause = 0;
  std::exception_ptr exception;
  std::string failure;

  state(unicorn_client& the_client, std::uint64_t the_base,
        std::uint64_t the_end)
      : client(the_client), base(the_base), end(the_end) {}
  ~state() {
    if (engine != nullptr) {
      uc_close(engine);
    }
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  void stop() {
    stopped = true;
    uc_emu_stop(engine);
  }

  // Nothing may be thrown through generated code: an exception is kept and
  // leaves run() instead. After a stop, further callbacks of the same
  // instruction are ignored.
  template <typename Function>
  void guard(Function&& function) {
    if (stopped) {
      return;
    }
    try {
      if (!function()) {
        stop();
      }
    } catch (...) {
      exception = std::current_exception();
      stop();
    }
  }

  std::uint32_t get(int id) const {
    std::uint32_t value = 0;
    uc_reg_read(engine, id, &value);
    return value;
  }

  void set(int id, std::uint32_t value) { uc_reg_write(engine, id, &value); }

  template <typename Callback>
  uc_err add_hook(uc_hook& hook, int type, Callback callback,
                  std::uint64_t first, std::uint64_t last) {
    return uc_hook_add(engine, &hook, type, reinterpret_cast<void*>(callback),
                       this, first, last);
  }

  void open();
  void map_devices(std::uint64_t first, std::uint64_t last);
  void set_tracing(bool wanted);

  static void on_block(uc_engine*, std::uint64_t address, std::uint32_t bytes,
                       void* user);
  static void on_exception(uc_engine*, std::uint32_t number, void* user);
  static void on_access(uc_engine*, uc_mem_type type, std::uint64_t address,
                        int bytes, std::int64_t value, void* user);
  template <bool Above>
  static std::uint64_t on_load(uc_engine*, std::uint64_t offset, unsigned bytes,
                               void* user);
  template <bool Above>
  static void on_store(uc_engine*, std::uint64_t offset, unsigned bytes,
                       std::uint64_t value, void* user);
};

void unicorn_core::state::on_block(uc_engine*, std::uint64_t address,
                                   std::uint32_t bytes, void* user) {
  auto& self = *static_cast<state*>(user);
  self.guard([&] {
    return self.client.enter_block(static_cast<std::uint32_t>(address), bytes);
  });
}

void unicorn_core::state::on_exception(uc_engine*, std::uint32_t number,
                                       void* user) {
  auto& self = *static_cast<state*>(user);
  self.raised = true;
  self.cause = number;
  self.stop();
}

void unicorn_core::state::on_access(uc_engine*, uc_mem_type type,
                                    std::uint64_t address, int bytes,
                                    std::int64_t value, void* user) {
  auto& self = *static_cast<state*>(user);
  self.guard([&] {
    const auto where = static_cast<std::uint32_t>(address);
    const auto size = static_cast<std::uint32_t>(bytes);
    return type == UC_MEM_WRITE
               ? self.client.trace_store(where, size,
                                         static_cast<std::uint32_t>(value))
               : self.client.trace_load(where, size);
  });
}

// The devices below and above the memory are two regions; offsets count from
// the start of the region.
template <bool Above>
std::uint64_t unicorn_core::state::on_load(uc_engine*, std::uint64_t offset,
                                           unsigned bytes, void* user) {
  auto& self = *static_cast<state*>(user);
  std::uint32_t value = 0;
  self.guard([&] {
    const std::uint64_t address = offset + (Above ? self.end : 0);
    return self.client.load(static_cast<std::uint32_t>(address), bytes, value);
  });
  return value;
}

template <bool Above>
void unicorn_core::state::on_store(uc_engine*, std::uint64_t offset,
                                   unsigned bytes, std::uint64_t value,
                                   void* user) {
  auto& self = *static_cast<state*>(user);
  self.guard([&] {
    const std::uint64_t address = offset + (Above ? self.end : 0);
    return self.client.store(static_cast<std::uint32_t>(address), bytes,
                             static_cast<std::uint32_t>(value));
  });
}

void unicorn_core::state::open() {
  require(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine), "open");
  require(select_model(engine), "CPU model");
  map_devices(0, base);
  map_devices(end, address_space);
  uc_hook hook = 0;
  require(add_hook(hook, UC_HOOK_BLOCK, on_block, 1, 0), "block hook");
  require(add_hook(hook, UC_HOOK_INTR, on_exception, 1, 0), "exception hook");
}

void unicorn_core::state::map_devices(std::uint64_t first, std::uint64_t last) {
  if (first == last) {
    return;
  }
  const bool above = first != 0 || base == 0;
  require(uc_mmio_map(engine, first, last - first,
                      above ? on_load<true> : on_load<false>, this,
                      above ? on_store<true> : on_store<false>, this),
          "map devices");
}

void unicorn_core::state::set_tracing(bool wanted) {
  if (wanted == traced) {
    return;
  }
  if (wanted) {
    require(add_hook(load_hook, UC_HOOK_MEM_READ, on_access, base, end - 1),
            "load hook");
    require(add_hook(store_hook, UC_HOOK_MEM_WRITE, on_access, base, end - 1),
            "store hook");
  } else {
    require(uc_hook_del(engine, load_hook), "load hook");
    require(uc_hook_del(engine, store_hook), "store hook");
  }
  traced = wanted;
}

unicorn_core::unicorn_core(unicorn_client& client, std::uint64_t base,
                           std::uint64_t bytes)
    : m_state(std::make_unique<state>(client, base, base + bytes)) {
  m_state->open();
}

unicorn_core::~unicorn_core() = default;

void unicorn_core::map_memory(const std::vector<memory_piece>& pieces,
                              bool traced) {
  flush_code();
  for (const memory_piece& old : m_state->pieces) {
    require(uc_mem_unmap(m_state->engine, old.address, old.bytes), "unmap");
  }
  m_state->pieces = pieces;
  for (const memory_piece& piece : pieces) {
    require(uc_mem_map_ptr(m_state->engine, piece.address, piece.bytes,
                           UC_PROT_ALL, piece.data),
            "map memory");
  }
  m_state->set_tracing(traced);
}

// Not the flush of the whole cache: that clears the gigabyte of its buffer.
void unicorn_core::flush_code() {
  for (const memory_piece& piece : m_state->pieces) {
    require(forget_translations(m_state->engine, piece.address,
                                piece.address + piece.bytes),
            "forget code");
  }
}

unicorn_core::outcome unicorn_core::run(std::uint32_t pc) {
  m_state->stopped = false;
  m_state->raised = false;
  m_state->exception = nullptr;
  const uc_err error = uc_emu_start(m_state->engine, pc, m_state->end, 0, 0);
  if (m_state->exception) {
    std::rethrow_exception(m_state->exception);
  }
  if (m_state->raised) {
    return outcome::exception;
  }
  if (m_state->stopped) {
    return outcome::stopped;
  }
  switch (error) {
    case UC_ERR_OK:
      return outcome::idle;
    case UC_ERR_INSN_INVALID:
      return outcome::undefined;
    case UC_ERR_FETCH_UNMAPPED:
    case UC_ERR_FETCH_PROT:
      return outcome::fetch_fault;
    default:
      m_state->failure = uc_strerror(error);
      return outcome::failed;
  }
}

// Unicorn moves pc by 4 before it announces an exception, whatever the length
// of the instruction.
std::uint32_t unicorn_core::pc() const {
  const std::uint32_t pc = m_state->get(UC_RISCV_REG_PC);
  return m_state->raised ? pc - 4 : pc;
}

std::uint32_t unicorn_core::exception_cause() const {
  return m_state->cause;
}

const std::string& unicorn_core::failure() const {
  return m_state->failure;
}

std::uint32_t unicorn_core::read_register(unsigned index) const {
  return index == 0 ? 0
                    : m_state->get(UC_RISCV_REG_X0 + static_cast<int>(index));
}

void unicorn_core::write_register(unsigned index, std::uint32_t value) {
  if (index != 0) {
    m_state->set(UC_RISCV_REG_X0 + static_cast<int>(index), value);
  }
}

std::array<std::uint32_t, 32> unicorn_core::registers() const {
  std::array<std::uint32_t, 32> result{};
  for (unsigned i = 1; i < result.size(); ++i) {
    result[i] = read_register(i);
  }
  return result;
}

std::uint32_t unicorn_core::read_csr(machine_csr csr) const {
  return m_state->get(csr_id(csr));
}

void unicorn_core::write_csr(machine_csr csr, std::uint32_t value) {
  m_state->set(csr_id(csr), value);
}

std::vector<std::uint8_t> unicorn_core::read_code(std::uint32_t address,
                                                  std::size_t bytes) const {
  std::vector<std::uint8_t> code;
  if (address >= m_state->base && address < m_state->end) {
    const std::uint64_t left = m_state->end - address;
    code.resize(bytes < left ? bytes : static_cast<std::size_t>(left));
    if (uc_mem_read(m_state->engine, address, code.data(), code.size()) !=
        UC_ERR_OK) {
      code.clear();
    }
  }
  return code;
}

}  // namespace vitvp::models
