#include "models/dram/dram.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "models/common/memory_access.hpp"

namespace vitvp::models {
namespace {

constexpr std::uint64_t unit_bytes = 64;

template <typename number>
void check_range(const char* key, number value, number low, number high) {
  if (value >= low && value <= high) return;
  std::ostringstream text;
  text << key << " must be " << low << ".." << high << ", is " << value;
  throw std::invalid_argument(text.str());
}

void check_power_of_two(const char* key, std::uint64_t value) {
  if ((value & (value - 1)) == 0) return;
  throw std::invalid_argument(std::string(key) +
                              " must be a power of two, is " +
                              std::to_string(value));
}

std::uint64_t ticks(double nanoseconds) {
  return sc_core::sc_time(nanoseconds, sc_core::SC_NS).value();
}

const dram_config& validated(const dram_config& config) {
  config.validate();
  return config;
}

}  // namespace

void dram_config::validate() const {
  if (clock_period == sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period must be above 0");
  }
  check_range<std::uint64_t>("size_bytes", size_bytes, 4096, 64ULL << 30);
  check_range("bandwidth_gbps", bandwidth_gbps, 0.01, 10000.0);
  check_range("latency_ns", latency_ns, 0.0, 10000.0);
  check_range("banks", banks, 1U, 256U);
  check_power_of_two("banks", banks);
  check_range<std::uint64_t>("row_bytes", row_bytes, unit_bytes, 65536);
  check_power_of_two("row_bytes", row_bytes);
  check_range("row_hit_ns", row_hit_ns, 0.0, 10000.0);
  check_range("row_miss_ns", row_miss_ns, row_hit_ns, 10000.0);
  if (size_bytes % row_bytes != 0) {
    throw std::invalid_argument("size_bytes must be a multiple of row_bytes");
  }
}

channel_timing dram_config::timing() const {
  channel_timing timing;
  timing.burst_bytes = unit_bytes;
  timing.burst_ticks = std::max<std::uint64_t>(
      1, ticks(static_cast<double>(unit_bytes) / bandwidth_gbps));
  timing.row_hit_ticks = ticks(row_hit_ns);
  timing.row_miss_ticks = ticks(row_miss_ns);
  timing.latency_ticks = ticks(latency_ns);
  timing.banks = banks;
  timing.row_bytes = row_bytes;
  return timing;
}

dram::dram(const sc_core::sc_module_name& name, const dram_config& config)
    : sc_module(name),
      in("in"),
      m_config(validated(config)),
      m_memory(config.size_bytes),
      m_watched(config.workers, m_memory.data(), m_memory.size()),
      m_channel(config.timing()) {
  in.register_b_transport(this, &dram::b_transport);
  in.register_get_direct_mem_ptr(this, &dram::get_direct_mem_ptr);
  in.register_transport_dbg(this, &dram::transport_dbg);
}

void dram::reset() {
  m_channel.reset();
  m_purposes.clear();
  m_accesses = m_transfers = 0;
}

void dram::set_purposes(const std::vector<purpose_region>& regions) {
  m_purposes.set(regions, m_config.size_bytes);
}

void dram::allow_dmi(bool allow) {
  m_config.allow_dmi = allow;
  if (!allow) in->invalidate_direct_mem_ptr(0, m_config.size_bytes - 1);
}

dram_counters dram::counters() const {
  const channel_counters& channel = m_channel.counters();
  dram_counters counters;
  counters.read_bytes = m_purposes.read_bytes();
  counters.write_bytes = m_purposes.write_bytes();
  counters.moved_bytes = channel.bursts * unit_bytes;
  counters.row_hits = channel.row_hits;
  counters.row_misses = channel.row_misses;
  counters.accesses = m_accesses;
  counters.transfers = m_transfers;
  return counters;
}

void dram::b_transport(tlm::tlm_generic_payload& payload,
                       sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(announce(payload, delay));
    return;
  }
  const tlm::tlm_response_status status =
      check_access(payload, m_config.size_bytes);
  if (status == tlm::TLM_OK_RESPONSE) {
    access(payload, delay);
    payload.set_dmi_allowed(m_config.allow_dmi);
  }
  payload.set_response_status(status);
}

void dram::read(std::uint64_t offset, void* to, std::size_t bytes) const {
  m_watched.settle(offset, bytes, false);
  if (bytes != 0) std::memcpy(to, m_memory.data() + offset, bytes);
}

void dram::access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  m_watched.settle(payload.get_address(), payload.get_data_length(),
                   payload.is_write());
  copy_data(payload, m_memory.data());
  if (payload.get_extension<values_only_extension>() != nullptr) return;
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t time = (sc_core::sc_time_stamp() + delay).value();
  const std::uint64_t done =
      m_channel.access(time, payload.get_address(), length);
  delay += sc_core::sc_time::from_value(done - time);
  m_purposes.count(payload.get_address(), length, payload.is_write());
  ++m_accesses;
}

tlm::tlm_response_status dram::announce(tlm::tlm_generic_payload& payload,
                                        const sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t time = (sc_core::sc_time_stamp() + delay).value();
  if (auto* announced = payload.get_extension<burst_extension>()) {
    if (end_of_footprint(address, *announced) > m_config.size_bytes) {
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
    burst(address, *announced, time);
  } else if (auto* streamed = payload.get_extension<stream_extension>()) {
    if (end_of_footprint(address, *streamed) > m_config.size_bytes) {
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
    stream(address, *streamed, time);
  }
  return tlm::TLM_OK_RESPONSE;
}

void dram::burst(std::uint64_t address, burst_extension& burst,
                 std::uint64_t time) {
  burst.answered = true;
  burst.first = burst.last = burst.moving = sc_core::SC_ZERO_TIME;
  if (burst.rows == 0 || burst.row_bytes == 0) return;
  channel_transfer transfer{address,
                            burst.rows,
                            burst.row_bytes,
                            burst.stride,
                            burst.index,
                            std::max(unit_bytes, burst.burst_bytes),
                            std::max(1U, burst.outstanding)};
  const channel_answer answer = m_channel.transfer(time, transfer);
  burst.first = sc_core::sc_time::from_value(answer.first - time);
  burst.last = sc_core::sc_time::from_value(answer.last - time);
  burst.moving = sc_core::sc_time::from_value(answer.moving);
  count(transfer, burst.is_write);
}

void dram::stream(std::uint64_t address, stream_extension& stream,
                  std::uint64_t time) {
  stream.conflict_cycles = 0;
  if (stream.rows == 0 || stream.row_bytes == 0) return;
  channel_transfer transfer{address,       stream.rows,  stream.row_bytes,
                            stream.stride, stream.index, 4096,
                            1024};
  const channel_answer answer = m_channel.transfer(time, transfer);
  const std::uint64_t cycle = m_config.clock_period.value();
  const std::uint64_t cycles = (answer.last - time + cycle - 1) / cycle;
  if (cycles > stream.duration_cycles) {
    stream.conflict_cycles = cycles - stream.duration_cycles;
  }
  count(transfer, stream.is_write);
}

void dram::count(const channel_transfer& transfer, bool is_write) {
  ++m_transfers;
  const std::uint64_t end = end_of_footprint(transfer.address, transfer);
  if (m_purposes.is_one(transfer.address, end - transfer.address)) {
    m_purposes.count_all(transfer.address, transfer.rows * transfer.row_bytes,
                         is_write);
    return;
  }
  for (std::uint64_t i = 0; i < transfer.rows; ++i) {
    const std::uint64_t row = transfer.index == nullptr ? i : transfer.index[i];
    m_purposes.count(transfer.address + row * transfer.stride,
                     transfer.row_bytes, is_write);
  }
}

bool dram::get_direct_mem_ptr(tlm::tlm_generic_payload& payload,
                              tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(m_config.size_bytes - 1);
  if (payload.get_address() >= m_config.size_bytes) {
    dmi.set_start_address(payload.get_address());
    dmi.set_end_address(payload.get_address());
    dmi.allow_none();
    return false;
  }
  if (!m_config.allow_dmi) {
    dmi.allow_none();
    return false;
  }
  const channel_timing& timing = m_channel.timing();
  const sc_core::sc_time latency = sc_core::sc_time::from_value(
      timing.latency_ticks + timing.row_hit_ticks + timing.burst_ticks);
  dmi.set_dmi_ptr(m_memory.data());
  dmi.set_read_latency(latency);
  dmi.set_write_latency(latency);
  dmi.allow_read_write();
  return true;
}

unsigned dram::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (payload.get_address() < m_config.size_bytes) {
    m_watched.settle(payload.get_address(), payload.get_data_length(),
                     payload.is_write());
  }
  return debug_access(payload, m_memory.data(), m_config.size_bytes);
}

}  // namespace vitvp::models
