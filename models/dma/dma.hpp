// The DMA controller: copies, gathers and fills (registers/dma.yaml).
#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/command_engine.hpp"
#include "models/dma/dma_command.hpp"
#include "models/dma/mover.hpp"
#include "models/dma/timing.hpp"

namespace vitvp::models {

struct dma_config {
  command_engine_config engine;
  unsigned burst_bytes = 64;  ///< largest burst, a power of two, 64..4096
  unsigned outstanding = 32;  ///< bursts in flight, 1..255
  unsigned width_bytes = 16;  ///< of the data path, a power of two, 1..256
  unsigned setup_cycles = 8;  ///< from start to first request, 0..1000

  /// Throws std::invalid_argument that names the key.
  void validate() const;
};

/// Since construction or reset(); failed commands are not counted.
struct dma_counters {
  std::uint64_t copies = 0;
  std::uint64_t gathers = 0;
  std::uint64_t fills = 0;
  std::uint64_t rows = 0;
  std::uint64_t read_bytes = 0;  ///< without index lists
  std::uint64_t write_bytes = 0;
  std::uint64_t index_bytes = 0;
};

/// Values by mover.hpp, time by timing.hpp and the memories. Values are in
/// memory from the start of a command on. Work is bytes written.
///
/// Rows that follow each other without a gap are moved as one. Each memory is
/// asked once per command how long its part takes (burst_extension); one that
/// leaves the pace to the DMA gets a stream_extension over the whole data phase
/// instead, and its bank conflicts lengthen the command. control is set-up
/// and the fetch of an index list, which is complete before the first row.
class dma : public command_engine {
 public:
  dma(const sc_core::sc_module_name& name, const dma_config& config = {});

  void reset() override;

  const dma_config& config() const { return m_config; }
  const dma_counters& counters() const { return m_counters; }

 protected:
  execution execute(const command& c) override;

 private:
  cycle_breakdown time(const dma_command& d);
  std::uint64_t fetch_index(const dma_command& d, std::uint64_t at);
  dma_side ask(const region& rows, const std::uint16_t* index, bool is_write,
               std::uint64_t at);
  std::uint64_t stream(const region& rows, const std::uint16_t* index,
                       bool is_write, std::uint64_t at, std::uint64_t duration);
  sc_core::sc_time announce(tlm::tlm_extension_base& extension, unsigned id,
                            std::uint64_t address, std::uint64_t at);
  std::uint64_t cycles_of(const sc_core::sc_time& time) const;
  void count(const dma_command& d);

  dma_config m_config;
  dma_mover m_mover;
  tlm::tlm_generic_payload m_announcement;
  dma_counters m_counters;
};

}  // namespace vitvp::models
