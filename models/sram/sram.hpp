// The shared buffer of the accelerator: banked SRAM.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/busy_window.hpp"
#include "models/common/host_workers.hpp"
#include "models/common/stream.hpp"
#include "models/sram/footprint.hpp"
#include "models/sram/ledger.hpp"
#include "models/sram/written_lines.hpp"

namespace vitvp::models {

struct sram_config {
  sc_core::sc_time clock_period{1, sc_core::SC_NS};
  std::uint64_t total_bytes = 232ULL << 10;  ///< whole lines of all banks
  unsigned banks = 8;                        ///< 1..64
  unsigned line_bytes = 64;  ///< port width of a bank, a power of two, 8..1024
  bool allow_dmi = true;     ///< changes neither values nor times
  host_workers* workers = nullptr;  ///< that may be using the contents

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

struct sram_bank_counters {
  std::uint64_t beats = 0;            ///< accesses to a line
  std::uint64_t conflict_cycles = 0;  ///< somebody was held up by this bank
};

struct sram_counters {
  std::uint64_t read_bytes = 0;  ///< a stream with `beats` counts whole lines
  std::uint64_t write_bytes = 0;
  std::uint64_t read_beats = 0;
  std::uint64_t write_beats = 0;
  std::uint64_t accesses = 0;  ///< reads and writes by b_transport
  std::uint64_t streams = 0;
  std::uint64_t used_bytes = 0;  ///< of the lines that were written, each once
  std::vector<sram_bank_counters> banks;
};

/// Addresses are offsets, 0 is the first byte; contents are zero at first.
/// Consecutive lines lie in consecutive banks; a bank serves one beat (read or
/// write of a line) per cycle.
///
/// Time. A read or write makes one beat for each line that it touches, one per
/// cycle, each waiting for its bank to be free of earlier ones (busy_window),
/// and one cycle more where streams use the bank up; the delay grows to the
/// end of the last beat. A stream_extension is booked in a stream_ledger and
/// answered in conflict_cycles; its `beats`, which count 64 bytes each, are
/// spread over the banks as its footprint is. Other TLM_IGNORE_COMMANDs answer
/// OK and do nothing. With a values_only_extension nothing takes time or is
/// counted.
///
/// Faults: out of range ADDRESS_ERROR (a stream's footprint too), byte enables
/// BYTE_ENABLE_ERROR, streaming width below length BURST_ERROR.
class sram : public sc_core::sc_module {
 public:
  /// Any number of initiators.
  tlm_utils::multi_passthrough_target_socket<sram> in;

  /// Throws std::invalid_argument on a bad configuration.
  sram(const sc_core::sc_module_name& name, const sram_config& config);

  /// Counters and bookings; the contents stay.
  void reset();
  /// Grants DMI from now on, or takes it back from all who have it.
  void allow_dmi(bool allow);

  const sram_config& config() const { return m_config; }
  const sram_counters& counters() const { return m_counters; }
  /// Contents, for loaders and checks; read() settles with the workers.
  std::uint8_t* data() { return m_memory.data(); }
  const std::uint8_t* data() const { return m_memory.data(); }
  /// Copies contents; requires offset + bytes <= total_bytes.
  void read(std::uint64_t offset, void* to, std::size_t bytes) const;

 private:
  void b_transport(int id, tlm::tlm_generic_payload& payload,
                   sc_core::sc_time& delay);
  bool get_direct_mem_ptr(int id, tlm::tlm_generic_payload& payload,
                          tlm::tlm_dmi& dmi);
  unsigned transport_dbg(int id, tlm::tlm_generic_payload& payload);

  void access(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  std::uint64_t beat(unsigned bank, std::uint64_t time);
  void stream(std::uint64_t address, stream_extension& stream,
              const sc_core::sc_time& delay);
  void mark(std::uint64_t address, const stream_extension& stream);
  double cycles(std::uint64_t ticks) const;

  sram_config m_config;
  std::vector<std::uint8_t> m_memory;
  watched_memory m_watched;
  footprint_cache m_footprints;
  stream_ledger m_ledger;
  std::vector<busy_window> m_banks;
  written_lines m_written;
  sram_counters m_counters;
};

}  // namespace vitvp::models
