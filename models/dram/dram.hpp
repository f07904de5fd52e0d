// DRAM behind one channel.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/burst.hpp"
#include "models/common/host_workers.hpp"
#include "models/common/stream.hpp"
#include "models/dram/channel.hpp"
#include "models/dram/lazy_memory.hpp"
#include "models/dram/purposes.hpp"

namespace vitvp::models {

struct dram_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};  ///< of conflict_cycles
  std::uint64_t size_bytes = 256ULL << 20;  ///< 4 KiB .. 64 GiB, whole rows
  double bandwidth_gbps = 12.8;             ///< peak, 10^9 bytes/s, 0.01..10000
  double latency_ns = 40;                   ///< controller and PHY, 0..10000
  unsigned banks = 8;                       ///< a power of two, 1..256
  std::uint64_t row_bytes = 2048;           ///< a power of two, 64..65536
  double row_hit_ns = 15;   ///< command to data, row open, 0..10000
  double row_miss_ns = 45;  ///< close, open, command to data, ..10000
  bool allow_dmi = true;    ///< changes neither values nor times
  /// That may be using the contents; null where somebody with DMI does not
  /// settle with them.
  host_workers* workers = nullptr;

  /// Throws std::invalid_argument that names the key.
  void validate() const;
  channel_timing timing() const;
};

struct dram_counters {
  std::uint64_t read_bytes = 0;   ///< as requested
  std::uint64_t write_bytes = 0;  ///< as requested
  std::uint64_t moved_bytes = 0;  ///< whole units of 64 bytes on the channel
  std::uint64_t row_hits = 0;     ///< units that found their row open
  std::uint64_t row_misses = 0;   ///< units that did not
  std::uint64_t accesses = 0;     ///< reads and writes by b_transport
  std::uint64_t transfers = 0;    ///< announced by burst or stream extension
};

/// Addresses are offsets, 0 is the first byte; contents are zero at first.
///
/// Time: dram_channel says when data moves. A read or write adds the time
/// until it is done to the delay. A burst_extension is answered. A
/// stream_extension is taken as a transfer whose bursts are all in flight at
/// once, and answered with the cycles by which it exceeds its duration
/// (`beats` is not regarded: what is read again is read from the channel
/// once). With a values_only_extension nothing takes time or is counted; the
/// same holds for DMI, whose users announce what they do.
///
/// Faults: out of range ADDRESS_ERROR (an announced footprint too), byte
/// enables BYTE_ENABLE_ERROR, streaming width below length BURST_ERROR.
class dram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<dram> in;

  /// Throws std::invalid_argument on a bad configuration.
  dram(const sc_core::sc_module_name& name, const dram_config& config);

  /// Counters, open rows and bookings; the contents stay.
  void reset();

  /// What lies where, by offset; clears the counters by purpose. Throws
  /// std::invalid_argument if regions overlap or exceed the memory.
  void set_purposes(const std::vector<purpose_region>& regions);
  /// Grants DMI from now on, or takes it back from all who have it.
  void allow_dmi(bool allow);

  const dram_config& config() const { return m_config; }
  dram_counters counters() const;
  /// Bytes as requested; the first entry is "other", what no region holds.
  const std::vector<purpose_traffic>& traffic() const {
    return m_purposes.traffic();
  }
  /// Contents, for loaders and checks; read() settles with the workers.
  std::uint8_t* data() { return m_memory.data(); }
  const std::uint8_t* data() const { return m_memory.data(); }
  /// Copies contents; requires offset + bytes <= size_bytes.
  void read(std::uint64_t offset, void* to, std::size_t bytes) const;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  void access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_response_status announce(tlm::tlm_generic_payload& payload,
                                    const sc_core::sc_time& delay);
  void burst(std::uint64_t address, burst_extension& burst, std::uint64_t time);
  void stream(std::uint64_t address, stream_extension& stream,
              std::uint64_t time);
  void count(const channel_transfer& transfer, bool is_write);

  dram_config m_config;
  lazy_memory m_memory;
  watched_memory m_watched;
  dram_channel m_channel;
  purpose_table m_purposes;
  std::uint64_t m_accesses = 0;
  std::uint64_t m_transfers = 0;
};

}  // namespace vitvp::models
