// A memory, a device with known behaviour, and the wires of one core.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <systemc>
#include <vector>

#include "models/host_cpu/elf.hpp"
#include "models/host_cpu/host_cpu.hpp"
#include "models/host_cpu/iss_cpu.hpp"

namespace vitvp::test {

constexpr std::uint32_t memory_base = 0x80000000;
constexpr std::uint32_t memory_bytes = 1U << 20;
constexpr std::uint32_t device_base = 0x10000000;
constexpr std::uint32_t device_bytes = 0x200;

struct recorded_access {
  bool is_write = false;
  std::uint32_t offset = 0;  // in the device
  std::uint32_t bytes = 0;
  std::uint32_t value = 0;

  bool operator==(const recorded_access& other) const {
    return is_write == other.is_write && offset == other.offset &&
           bytes == other.bytes && value == other.value;
  }
};

class test_system : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<test_system> in;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> external;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> timer;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> software;

  std::vector<std::uint8_t> memory;
  std::vector<std::uint32_t> log;  // written to LOG
  std::vector<recorded_access> accesses;
  std::uint64_t memory_accesses = 0;  // by transaction
  bool finished = false;
  // DMI: 0 refused, else the most bytes that one grant covers.
  std::uint64_t grant_bytes = memory_bytes;
  unsigned revoked = 0;
  // Accesses to the window (counted from 0) that fail.
  std::set<std::uint64_t> failing;
  std::uint64_t window_accesses = 0;
  std::array<std::uint8_t, 0x100> window{};
  sc_core::sc_time latency{10, sc_core::SC_NS};

  explicit test_system(const sc_core::sc_module_name& name);

  void load(const models::elf_image& image);
  void connect(models::host_cpu& cpu);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                          tlm::tlm_dmi& grant);
  tlm::tlm_response_status device(tlm::tlm_generic_payload& payload,
                                  std::uint32_t offset,
                                  sc_core::sc_time& delay);
  std::uint32_t device_read(std::uint32_t offset, sc_core::sc_time& delay);
  void device_write(std::uint32_t offset, std::uint32_t value,
                    sc_core::sc_time& delay);
  void raise_timer() { timer.write(true); }

  models::host_cpu* m_cpu = nullptr;
  sc_core::sc_event m_timer_due;
  std::array<std::uint8_t, 8> m_scratch{};
  std::uint32_t m_wires = 0;
  std::uint32_t m_count = 0;
  std::uint32_t m_slow = 0;
};

// The guest of that name (guests/NAME.S), built beside the test.
models::elf_image guest(const std::string& name);

// A core that runs a guest in a system of its own.
struct guest_run {
  guest_run(const std::string& guest_name,
            const std::function<void(models::iss_cpu_config&)>& change = {},
            const std::string& name = "system");

  models::elf_image image;
  test_system system;
  std::string halt_reason;
  models::iss_cpu cpu;

  // Runs for at most that long, and gives the kernel's time at the end.
  sc_core::sc_time run(const sc_core::sc_time& limit);
  std::uint32_t address(const std::string& symbol) const;
};

void set_quantum(const sc_core::sc_time& quantum);

}  // namespace vitvp::test
