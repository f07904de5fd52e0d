#include "models/sram/sram.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/common/memory_access.hpp"

namespace vitvp::models {
namespace {

// What stream_extension counts as one beat.
constexpr std::uint64_t stream_beat_bytes = 64;

const sram_config& validated(const sram_config& config) {
  config.validate();
  return config;
}

[[noreturn]] void refuse(const std::string& key, const std::string& range,
                         std::uint64_t value) {
  throw std::invalid_argument(key + " must be " + range + ", is " +
                              std::to_string(value));
}

}  // namespace

void sram_config::validate() const {
  if (clock_period == sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period must be above 0");
  }
  if (banks < 1 || banks > 64) refuse("banks", "1..64", banks);
  const bool power_of_two = (line_bytes & (line_bytes - 1)) == 0;
  if (line_bytes < 8 || line_bytes > 1024 || !power_of_two) {
    refuse("line_bytes", "a power of two in 8..1024", line_bytes);
  }
  const std::uint64_t unit = std::uint64_t{banks} * line_bytes;
  if (total_bytes < unit || total_bytes > (1ULL << 30) ||
      total_bytes % unit != 0) {
    refuse("total_bytes",
           "a multiple of banks * line_bytes = " + std::to_string(unit) +
               " up to 2^30",
           total_bytes);
  }
}

sram::sram(const sc_core::sc_module_name& name, const sram_config& config)
    : sc_module(name),
      in("in"),
      m_config(validated(config)),
      m_memory(config.total_bytes),
      m_watched(config.workers, m_memory.data(), m_memory.size()),
      m_footprints({config.banks, config.line_bytes}),
      m_ledger(config.banks),
      m_banks(config.banks),
      m_written(config.total_bytes, config.line_bytes) {
  m_counters.banks.resize(config.banks);
  in.register_b_transport(this, &sram::b_transport);
  in.register_get_direct_mem_ptr(this, &sram::get_direct_mem_ptr);
  in.register_transport_dbg(this, &sram::transport_dbg);
}

void sram::reset() {
  m_ledger.reset();
  std::fill(m_banks.begin(), m_banks.end(), busy_window());
  m_written = written_lines(m_config.total_bytes, m_config.line_bytes);
  m_counters = sram_counters();
  m_counters.banks.resize(m_config.banks);
}

void sram::allow_dmi(bool allow) {
  m_config.allow_dmi = allow;
  if (allow) return;
  for (int i = 0; i < static_cast<int>(in.size()); ++i) {
    in[i]->invalidate_direct_mem_ptr(0, m_config.total_bytes - 1);
  }
}

double sram::cycles(std::uint64_t ticks) const {
  return static_cast<double>(ticks) /
         static_cast<double>(m_config.clock_period.value());
}

void sram::b_transport(int, tlm::tlm_generic_payload& payload,
                       sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    auto* announced = payload.get_extension<stream_extension>();
    if (announced == nullptr) return;
    if (end_of_footprint(payload.get_address(), *announced) >
        m_config.total_bytes) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    stream(payload.get_address(), *announced, delay);
    return;
  }
  const tlm::tlm_response_status status =
      check_access(payload, m_config.total_bytes);
  if (status == tlm::TLM_OK_RESPONSE) {
    access(payload, delay);
    payload.set_dmi_allowed(m_config.allow_dmi);
  }
  payload.set_response_status(status);
}

// One beat of a single access at `time`; returns its end.
std::uint64_t sram::beat(unsigned bank, std::uint64_t time) {
  const std::uint64_t cycle = m_config.clock_period.value();
  const bool crowded = m_ledger.load(bank, cycles(time)) > 0.999;
  const std::uint64_t held_up = crowded ? cycle : 0;
  const std::uint64_t start = m_banks[bank].book(time + held_up, cycle);
  ++m_counters.banks[bank].beats;
  m_counters.banks[bank].conflict_cycles += (start - time + cycle - 1) / cycle;
  return start + cycle;
}

void sram::read(std::uint64_t offset, void* to, std::size_t bytes) const {
  m_watched.settle(offset, bytes, false);
  if (bytes != 0) std::memcpy(to, m_memory.data() + offset, bytes);
}

void sram::access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  m_watched.settle(payload.get_address(), payload.get_data_length(),
                   payload.is_write());
  copy_data(payload, m_memory.data());
  if (payload.get_extension<values_only_extension>() != nullptr) return;
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t first = payload.get_address() / m_config.line_bytes;
  const std::uint64_t last =
      (payload.get_address() + length - 1) / m_config.line_bytes;
  const std::uint64_t begin = (sc_core::sc_time_stamp() + delay).value();
  std::uint64_t time = begin;
  for (std::uint64_t line = first; line <= last; ++line) {
    time = beat(static_cast<unsigned>(line % m_config.banks), time);
  }
  delay += sc_core::sc_time::from_value(time - begin);
  ++m_counters.accesses;
  const bool is_write = payload.is_write();
  if (is_write) {
    m_written.add(payload.get_address(), length);
    m_counters.used_bytes = m_written.bytes();
  }
  (is_write ? m_counters.write_bytes : m_counters.read_bytes) += length;
  (is_write ? m_counters.write_beats : m_counters.read_beats) +=
      last - first + 1;
}

void sram::mark(std::uint64_t address, const stream_extension& stream) {
  if (stream.index == nullptr) {
    m_written.add_rows(address, stream.rows, stream.row_bytes, stream.stride);
  } else {
    for (std::uint64_t row = 0; row < stream.rows; ++row) {
      m_written.add(address + stream.index[row] * stream.stride,
                    stream.row_bytes);
    }
  }
  m_counters.used_bytes = m_written.bytes();
}

void sram::stream(std::uint64_t address, stream_extension& stream,
                  const sc_core::sc_time& delay) {
  stream.conflict_cycles = 0;
  if (stream.rows == 0 || stream.row_bytes == 0) return;
  const std::uint64_t beat_bytes = stream.beats * stream_beat_bytes;
  const std::uint64_t* beats = m_footprints.beats(
      {address, stream.rows, stream.row_bytes, stream.stride, stream.index},
      beat_bytes);
  const double now = cycles(sc_core::sc_time_stamp().value());
  const double from = delay == sc_core::SC_ZERO_TIME
                          ? now
                          : cycles((sc_core::sc_time_stamp() + delay).value());
  const double duration =
      static_cast<double>(std::max<std::uint64_t>(1, stream.duration_cycles));
  const stream_ledger::answer answer =
      m_ledger.book(now, from, duration, beats);
  stream.conflict_cycles = answer.conflict_cycles;
  m_counters.banks[answer.bank].conflict_cycles += answer.conflict_cycles;
  std::uint64_t all = 0;
  for (std::size_t bank = 0; bank < m_config.banks; ++bank) {
    m_counters.banks[bank].beats += beats[bank];
    all += beats[bank];
  }
  if (stream.is_write) mark(address, stream);
  ++m_counters.streams;
  const std::uint64_t bytes =
      beat_bytes != 0 ? beat_bytes : stream.rows * stream.row_bytes;
  (stream.is_write ? m_counters.write_bytes : m_counters.read_bytes) += bytes;
  (stream.is_write ? m_counters.write_beats : m_counters.read_beats) += all;
}

bool sram::get_direct_mem_ptr(int, tlm::tlm_generic_payload& payload,
                              tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(m_config.total_bytes - 1);
  if (payload.get_address() >= m_config.total_bytes) {
    dmi.set_start_address(payload.get_address());
    dmi.set_end_address(payload.get_address());
    dmi.allow_none();
    return false;
  }
  if (!m_config.allow_dmi) {
    dmi.allow_none();
    return false;
  }
  dmi.set_dmi_ptr(m_memory.data());
  dmi.set_read_latency(m_config.clock_period);
  dmi.set_write_latency(m_config.clock_period);
  dmi.allow_read_write();
  return true;
}

unsigned sram::transport_dbg(int, tlm::tlm_generic_payload& payload) {
  if (payload.get_address() < m_config.total_bytes) {
    m_watched.settle(payload.get_address(), payload.get_data_length(),
                     payload.is_write());
  }
  return debug_access(payload, m_memory.data(), m_config.total_bytes);
}

}  // namespace vitvp::models
