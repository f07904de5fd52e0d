#include "test/models/host_cpu/test_system.hpp"

#include <tlm_utils/tlm_quantumkeeper.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

// Unicorn 2.0.1 loses the bitmap of a page that holds code and is often written
// to. The name is the sanitizer's.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:tb_invalidate_phys_page_fast\n";
}

namespace vitvp::test {

using sc_core::SC_NS;
using sc_core::sc_time;

namespace {

models::iss_cpu_config make_config(
    const models::elf_image& image, std::string& halt_reason,
    const std::function<void(models::iss_cpu_config&)>& change) {
  models::iss_cpu_config config;
  config.memory_base = memory_base;
  config.memory_bytes = memory_bytes;
  config.entry = image.entry();
  config.symbolize = [&image](std::uint32_t address) {
    return image.symbolize(address);
  };
  config.on_halt = [&halt_reason](const std::string& reason) {
    halt_reason = reason;
  };
  if (change) {
    change(config);
  }
  return config;
}

}  // namespace

test_system::test_system(const sc_core::sc_module_name& name)
    : sc_module(name),
      in("in"),
      external("external"),
      timer("timer"),
      software("software"),
      memory(memory_bytes) {
  in.register_b_transport(this, &test_system::b_transport);
  in.register_transport_dbg(this, &test_system::transport_dbg);
  in.register_get_direct_mem_ptr(this, &test_system::get_direct_mem_ptr);
  SC_HAS_PROCESS(test_system);
  SC_METHOD(raise_timer);
  sensitive << m_timer_due;
  dont_initialize();
}

void test_system::load(const models::elf_image& image) {
  image.require_within(memory_base, memory_bytes);
  for (const models::elf_segment& segment : image.segments()) {
    std::copy(segment.data.begin(), segment.data.end(),
              memory.begin() + (segment.address - memory_base));
  }
}

void test_system::connect(models::host_cpu& cpu) {
  m_cpu = &cpu;
  cpu.out.bind(in);
  cpu.external_irq.bind(external);
  cpu.timer_irq.bind(timer);
  cpu.software_irq.bind(software);
}

void test_system::b_transport(tlm::tlm_generic_payload& payload,
                              sc_time& delay) {
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  const std::uint32_t bytes = payload.get_data_length();
  delay += latency;
  if (address >= memory_base && address - memory_base + bytes <= memory_bytes) {
    ++memory_accesses;
    transport_dbg(payload);
  } else if (address >= device_base && address - device_base < device_bytes) {
    payload.set_response_status(device(payload, address - device_base, delay));
  } else {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
}

unsigned test_system::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t offset = payload.get_address() - memory_base;
  std::uint8_t* place = memory.data() + offset;
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), place, payload.get_data_length());
  } else {
    std::memcpy(place, payload.get_data_ptr(), payload.get_data_length());
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return payload.get_data_length();
}

bool test_system::get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                                     tlm::tlm_dmi& grant) {
  if (grant_bytes == 0) {
    return false;
  }
  const std::uint64_t offset = payload.get_address() - memory_base;
  const std::uint64_t first = offset - offset % grant_bytes;
  const std::uint64_t end =
      std::min<std::uint64_t>(first + grant_bytes, memory_bytes);
  grant.set_dmi_ptr(memory.data() + first);
  grant.set_start_address(memory_base + first);
  grant.set_end_address(memory_base + end - 1);
  grant.allow_read_write();
  return true;
}

tlm::tlm_response_status test_system::device(tlm::tlm_generic_payload& payload,
                                             std::uint32_t offset,
                                             sc_time& delay) {
  const std::uint32_t bytes = payload.get_data_length();
  std::uint32_t value = 0;
  if (offset >= 0x100) {
    if (failing.count(window_accesses++) != 0) {
      return tlm::TLM_GENERIC_ERROR_RESPONSE;
    }
    std::uint8_t* place = window.data() + (offset - 0x100);
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), place, bytes);
    } else {
      std::memcpy(place, payload.get_data_ptr(), bytes);
    }
    return tlm::TLM_OK_RESPONSE;
  }
  if (offset >= 0x10 && offset < 0x14) {
    return tlm::TLM_GENERIC_ERROR_RESPONSE;
  }
  if (payload.is_write()) {
    std::memcpy(&value, payload.get_data_ptr(), bytes);
    if (offset >= 8 && offset < 16) {
      std::memcpy(m_scratch.data() + (offset - 8), &value, bytes);
    } else {
      device_write(offset, value, delay);
    }
  } else if (offset >= 8 && offset < 16) {
    std::memcpy(&value, m_scratch.data() + (offset - 8), bytes);
    std::memcpy(payload.get_data_ptr(), &value, bytes);
  } else {
    value = device_read(offset, delay);
    std::memcpy(payload.get_data_ptr(), &value, bytes);
  }
  if (offset != 0x20) {
    accesses.push_back({payload.is_write(), offset, bytes, value});
  }
  return tlm::TLM_OK_RESPONSE;
}

std::uint32_t test_system::device_read(std::uint32_t offset, sc_time& delay) {
  switch (offset) {
    case 0x14:
      return m_wires;
    case 0x1c:
      wait(delay + sc_time(100, SC_NS));
      delay = sc_core::SC_ZERO_TIME;
      return m_slow;
    case 0x20:
      return m_count++;
    default:
      return 0;
  }
}

void test_system::device_write(std::uint32_t offset, std::uint32_t value,
                               sc_time& delay) {
  switch (offset) {
    case 0x00:
      log.push_back(value);
      break;
    case 0x04:
      finished = true;
      if (m_cpu != nullptr) {
        m_cpu->stop();
      }
      break;
    case 0x14:
      m_wires = value;
      external.write((value & 1U) != 0);
      timer.write((value & 2U) != 0);
      software.write((value & 4U) != 0);
      break;
    case 0x18:
      m_timer_due.notify(delay + sc_time(value, SC_NS));
      break;
    case 0x1c:
      wait(sc_time(50, SC_NS));
      m_slow = value;
      break;
    case 0x24:
      ++revoked;
      in->invalidate_direct_mem_ptr(memory_base,
                                    memory_base + memory_bytes - 1);
      break;
    default:
      break;
  }
}

models::elf_image guest(const std::string& name) {
  return models::elf_image::load(std::string(VITVP_GUEST_DIR) + "/" + name +
                                 ".elf");
}

guest_run::guest_run(const std::string& guest_name,
                     const std::function<void(models::iss_cpu_config&)>& change,
                     const std::string& name)
    : image(guest(guest_name)),
      system(name.c_str()),
      cpu((name + "_cpu").c_str(), make_config(image, halt_reason, change)) {
  system.load(image);
  system.connect(cpu);
}

sc_time guest_run::run(const sc_time& limit) {
  sc_core::sc_start(limit);
  return sc_core::sc_time_stamp();
}

std::uint32_t guest_run::address(const std::string& symbol) const {
  const models::elf_symbol* found = image.find(symbol);
  if (found == nullptr) {
    throw std::runtime_error("no symbol " + symbol);
  }
  return found->address;
}

void set_quantum(const sc_time& quantum) {
  tlm_utils::tlm_quantumkeeper::set_global_quantum(quantum);
}

}  // namespace vitvp::test
