#include "models/dma/dma.hpp"

#include <algorithm>
#include <iterator>
#include <registers/dma.hpp>
#include <stdexcept>
#include <string>

#include "models/common/burst.hpp"
#include "models/common/config_check.hpp"

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::dma;

constexpr std::uint16_t block_number = 1;

command_engine_identity identity() {
  return {regs::table, std::size(regs::table), block_number, regs::MODE};
}

void check_power_of_two(const char* key, unsigned value) {
  if ((value & (value - 1)) == 0) return;
  throw std::invalid_argument(std::string(key) + ": " + std::to_string(value) +
                              " is not a power of two");
}

template <typename extension>
void set_footprint(extension& e, const region& rows, const std::uint16_t* index,
                   bool is_write) {
  e.rows = rows.rows;
  e.row_bytes = rows.row_bytes;
  e.stride = rows.stride;
  e.index = index;
  e.is_write = is_write;
}

}  // namespace

void dma_config::validate() const {
  check_range("burst_bytes", burst_bytes, 64, 4096);
  check_power_of_two("burst_bytes", burst_bytes);
  check_range("outstanding", outstanding, 1, 255);
  check_range("width_bytes", width_bytes, 1, 256);
  check_power_of_two("width_bytes", width_bytes);
  check_range("setup_cycles", setup_cycles, 0, 1000);
}

dma::dma(const sc_core::sc_module_name& name, const dma_config& config)
    : command_engine(name, config.engine, identity()),
      m_config(config),
      m_mover(mem, workers()) {
  m_config.validate();
  registers().on_peek(regs::LIMITS, [this](unsigned) {
    return m_config.burst_bytes | m_config.outstanding << 16;
  });
}

void dma::reset() {
  command_engine::reset();
  m_counters = dma_counters();
}

execution dma::execute(const command& c) {
  const dma_command d = decode_dma(c);
  m_mover.move(d);
  execution done;
  done.cycles = time(d);
  done.work = d.bytes();
  count(d);
  return done;
}

cycle_breakdown dma::time(const dma_command& d) {
  std::uint64_t control = m_config.setup_cycles;
  if (d.gather) control += fetch_index(d, control);
  const std::uint16_t* index = d.gather ? m_mover.index().data() : nullptr;
  const region from = d.gather ? d.source : coalesced(d.source);
  const region to = coalesced(d.destination);
  const std::uint64_t beats =
      std::max(d.fill ? 0 : dma_beats(from, m_config.width_bytes),
               dma_beats(to, m_config.width_bytes));

  dma_side source;
  if (!d.fill) source = ask(from, index, false, control);
  const std::uint64_t first = control + dma_first_data(source);
  const dma_side destination = ask(to, nullptr, true, first);
  cycle_breakdown cycles = dma_data_phase(beats, source, destination);
  const std::uint64_t duration = cycles.total();
  if (!d.fill && !source.paced) {
    cycles.bank_conflict = stream(from, index, false, control, duration);
  }
  if (!destination.paced) {
    cycles.bank_conflict = std::max(
        cycles.bank_conflict, stream(to, nullptr, true, control, duration));
  }
  cycles.control = control;
  return cycles;
}

// Cycles from the request for the list to its last entry.
std::uint64_t dma::fetch_index(const dma_command& d, std::uint64_t at) {
  const region list{d.index_address, 1, 2 * d.source.rows, 0};
  const dma_side side = ask(list, nullptr, false, at);
  if (side.paced) return side.last;
  const std::uint64_t beats = dma_beats(list, m_config.width_bytes);
  const std::uint64_t duration = side.latency + beats - 1;
  return duration + stream(list, nullptr, false, at, duration);
}

// Sends the extension to what is at `address`, `at` cycles from now; returns
// the time that the interconnect takes.
sc_core::sc_time dma::announce(tlm::tlm_extension_base& extension, unsigned id,
                               std::uint64_t address, std::uint64_t at) {
  tlm::tlm_generic_payload& payload = m_announcement;
  payload.set_command(tlm::TLM_IGNORE_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(nullptr);
  payload.set_data_length(0);
  payload.set_streaming_width(1);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  payload.set_extension(id, &extension);
  sc_core::sc_time delay = cycles(at);
  out->b_transport(payload, delay);
  payload.set_extension(id, nullptr);
  if (payload.is_response_error()) {
    throw command_fault(fault_of(payload.get_response_status()), address);
  }
  return delay - cycles(at);
}

dma_side dma::ask(const region& rows, const std::uint16_t* index, bool is_write,
                  std::uint64_t at) {
  burst_extension burst;
  set_footprint(burst, rows, index, is_write);
  burst.burst_bytes = m_config.burst_bytes;
  burst.outstanding = m_config.outstanding;
  const sc_core::sc_time way =
      announce(burst, burst_extension::ID, rows.address, at);
  dma_side side;
  side.latency = cycles_of(way) + 1;
  side.paced = burst.answered;
  if (side.paced) {
    side.first = cycles_of(way + burst.first);
    side.last = cycles_of(way + burst.last);
    side.moving = cycles_of(burst.moving);
  }
  return side;
}

// Bank conflicts of a side that leaves the pace to the DMA, in cycles.
std::uint64_t dma::stream(const region& rows, const std::uint16_t* index,
                          bool is_write, std::uint64_t at,
                          std::uint64_t duration) {
  stream_extension stream;
  set_footprint(stream, rows, index, is_write);
  stream.duration_cycles = duration;
  announce(stream, stream_extension::ID, rows.address, at);
  return stream.conflict_cycles;
}

std::uint64_t dma::cycles_of(const sc_core::sc_time& time) const {
  const std::uint64_t period = engine_config().clock_period.value();
  return (time.value() + period - 1) / period;
}

void dma::count(const dma_command& d) {
  ++(d.fill     ? m_counters.fills
     : d.gather ? m_counters.gathers
                : m_counters.copies);
  m_counters.rows += d.destination.rows;
  m_counters.write_bytes += d.bytes();
  if (!d.fill) m_counters.read_bytes += d.bytes();
  if (d.gather) m_counters.index_bytes += 2 * d.source.rows;
}

}  // namespace vitvp::models
