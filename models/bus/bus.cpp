#include "models/bus/bus.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "models/common/burst.hpp"
#include "models/common/log2.hpp"
#include "models/common/stream.hpp"

namespace vitvp::models {
namespace {

constexpr const char* unbound_message = "/vitvp/bus/unbound";

const bus_config& validated(const bus_config& config) {
  config.validate();
  return config;
}

sc_core::sc_time ticks(std::uint64_t value) {
  return sc_core::sc_time::from_value(value);
}

// Puts the address back when the transaction returns.
class shifted_address {
 public:
  shifted_address(tlm::tlm_generic_payload& payload, std::uint64_t base)
      : m_payload(payload), m_address(payload.get_address()) {
    payload.set_address(m_address - base);
  }
  ~shifted_address() { m_payload.set_address(m_address); }
  shifted_address(const shifted_address&) = delete;
  shifted_address& operator=(const shifted_address&) = delete;

 private:
  tlm::tlm_generic_payload& m_payload;
  sc_dt::uint64 m_address;
};

// Bytes from the first to behind the last of an announced footprint; of one
// that gathers only what is known without its list.
template <typename extension>
std::uint64_t extent(const extension& footprint) {
  if (footprint.index != nullptr || footprint.rows == 0) {
    return 1;
  }
  return (footprint.rows - 1) * footprint.stride + footprint.row_bytes;
}

std::uint64_t announced_extent(const tlm::tlm_generic_payload& payload) {
  if (const auto* stream = payload.get_extension<stream_extension>()) {
    return extent(*stream);
  }
  if (const auto* burst = payload.get_extension<burst_extension>()) {
    return extent(*burst);
  }
  return payload.get_data_length();
}

void count_streams(bus_traffic& traffic,
                   const tlm::tlm_generic_payload& payload) {
  if (const auto* stream = payload.get_extension<stream_extension>()) {
    ++traffic.streams;
    traffic.stream_bytes += stream->rows * stream->row_bytes;
  }
  const auto* burst = payload.get_extension<burst_extension>();
  if (burst != nullptr && burst->answered) {
    ++traffic.streams;
    traffic.stream_bytes += burst->rows * burst->row_bytes;
  }
}

}  // namespace

void bus_config::validate() const {
  if (clock_period == sc_core::SC_ZERO_TIME) {
    throw std::invalid_argument("clock_period must be above 0");
  }
  if (latency_cycles > 1000) {
    throw std::invalid_argument("latency_cycles must be 0..1000, is " +
                                std::to_string(latency_cycles));
  }
  const bool power_of_two = (width_bytes & (width_bytes - 1)) == 0;
  if (width_bytes < 1 || width_bytes > 1024 || !power_of_two) {
    throw std::invalid_argument(
        "width_bytes must be a power of two in 1..1024, is " +
        std::to_string(width_bytes));
  }
}

bus::bus(const sc_core::sc_module_name& name, const bus_config& config)
    : sc_module(name),
      in("in"),
      out("out"),
      m_config(validated(config)),
      m_map(config.map),
      m_latency(config.clock_period * config.latency_cycles),
      m_width_log2(log2_of(config.width_bytes)) {
  in.register_b_transport(this, &bus::b_transport);
  in.register_get_direct_mem_ptr(this, &bus::get_direct_mem_ptr);
  in.register_transport_dbg(this, &bus::transport_dbg);
  out.register_invalidate_direct_mem_ptr(this, &bus::invalidate_direct_mem_ptr);
}

void bus::end_of_elaboration() {
  m_targets = out.size();
  for (const bus_region& region : m_map.regions()) {
    if (region.target < m_targets) continue;
    const std::string text = std::string(name()) + ": region '" + region.name +
                             "' names target " + std::to_string(region.target) +
                             ", but only " + std::to_string(m_targets) +
                             " are bound";
    SC_REPORT_ERROR(unbound_message, text.c_str());
  }
  m_ports.resize(m_targets);
  m_traffic.resize(std::size_t{m_targets} * in.size());
}

void bus::reset() {
  std::fill(m_ports.begin(), m_ports.end(), busy_window());
  std::fill(m_traffic.begin(), m_traffic.end(), bus_traffic());
  m_address_errors = 0;
}

const bus_traffic& bus::traffic(unsigned initiator, unsigned target) const {
  return m_traffic.at(std::size_t{initiator} * m_targets + target);
}

bus_traffic& bus::cell(unsigned initiator, unsigned target) {
  return m_traffic[std::size_t{initiator} * m_targets + target];
}

const bus_region* bus::route(const tlm::tlm_generic_payload& payload) const {
  const std::uint64_t bytes = payload.get_command() != tlm::TLM_IGNORE_COMMAND
                                  ? payload.get_data_length()
                                  : announced_extent(payload);
  return m_map.find(payload.get_address(), bytes);
}

void bus::account(bus_traffic& traffic, const bus_region& region,
                  const tlm::tlm_generic_payload& payload,
                  sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    delay += m_latency;
    return;
  }
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t beats =
      length <= m_config.width_bytes
          ? 1
          : (length + m_config.width_bytes - 1) >> m_width_log2;
  const std::uint64_t cycle = m_config.clock_period.value();
  const std::uint64_t time = sc_core::sc_time_stamp().value() + delay.value();
  const std::uint64_t wait =
      m_ports[region.target].book(time, beats * cycle) - time;
  delay += m_latency;
  ++traffic.transactions;
  traffic.bytes += length;
  if (wait == 0 && beats == 1) return;
  delay += ticks(wait + (beats - 1) * cycle);
  traffic.waited += ticks(wait);
}

void bus::b_transport(int id, tlm::tlm_generic_payload& payload,
                      sc_core::sc_time& delay) {
  const bool timed = payload.get_extension<values_only_extension>() == nullptr;
  const bus_region* region = route(payload);
  if (region == nullptr) {
    if (timed) {
      ++m_address_errors;
      delay += m_latency;
    }
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  bus_traffic& traffic = cell(static_cast<unsigned>(id), region->target);
  if (timed) account(traffic, *region, payload, delay);
  const shifted_address shift(payload, region->base);
  out[static_cast<int>(region->target)]->b_transport(payload, delay);
  if (timed && payload.get_command() == tlm::TLM_IGNORE_COMMAND &&
      payload.is_response_ok()) {
    count_streams(traffic, payload);
  }
}

bool bus::get_direct_mem_ptr(int /*id*/, tlm::tlm_generic_payload& payload,
                             tlm::tlm_dmi& dmi) {
  const bus_region* region = m_map.find(payload.get_address());
  if (region == nullptr) {
    dmi.allow_none();
    dmi.set_start_address(payload.get_address());
    dmi.set_end_address(payload.get_address());
    return false;
  }
  const shifted_address shift(payload, region->base);
  const bool granted =
      out[static_cast<int>(region->target)]->get_direct_mem_ptr(payload, dmi);
  // Offsets begin at 0, so that only the end can lie outside the region.
  const sc_dt::uint64 last =
      std::min<sc_dt::uint64>(dmi.get_end_address(), region->size - 1);
  const bool usable = dmi.get_start_address() <= payload.get_address() &&
                      payload.get_address() <= last;
  if (!usable) {
    dmi.allow_none();
    dmi.set_start_address(region->base + payload.get_address());
    dmi.set_end_address(region->base + payload.get_address());
    return false;
  }
  dmi.set_start_address(region->base + dmi.get_start_address());
  dmi.set_end_address(region->base + last);
  dmi.set_read_latency(dmi.get_read_latency() + m_latency);
  dmi.set_write_latency(dmi.get_write_latency() + m_latency);
  return granted;
}

unsigned bus::transport_dbg(int /*id*/, tlm::tlm_generic_payload& payload) {
  const bus_region* region = route(payload);
  if (region == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  const shifted_address shift(payload, region->base);
  return out[static_cast<int>(region->target)]->transport_dbg(payload);
}

void bus::invalidate_direct_mem_ptr(int id, sc_dt::uint64 first,
                                    sc_dt::uint64 last) {
  for (const bus_region& region : m_map.regions()) {
    if (region.target != static_cast<unsigned>(id)) continue;
    if (first > region.size - 1 || last < first) continue;
    const sc_dt::uint64 end = std::min<sc_dt::uint64>(last, region.size - 1);
    for (unsigned i = 0; i < in.size(); ++i) {
      in[static_cast<int>(i)]->invalidate_direct_mem_ptr(region.base + first,
                                                         region.base + end);
    }
  }
}

}  // namespace vitvp::models
