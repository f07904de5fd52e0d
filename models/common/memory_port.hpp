// How an engine reaches memory: values through DMI or b_transport, time through
// streams.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/command_fault.hpp"
#include "models/common/host_workers.hpp"
#include "models/common/stream.hpp"

namespace vitvp::models {

/// `rows` rows of `row_bytes` bytes; row i begins at address + i*stride.
struct region {
  std::uint64_t address = 0;
  std::uint64_t rows = 1;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;

  /// Bytes from the first to behind the last one. Requires rows >= 1.
  std::uint64_t extent() const { return (rows - 1) * stride + row_bytes; }
  /// Where it lies in the host's memory if its first byte is at `data`.
  host_bytes at(const std::uint8_t* data) const {
    return {data, rows, row_bytes, stride};
  }
  /// Whether some address between first and last byte lies in both.
  bool overlaps(const region& other) const {
    return address < other.address + other.extent() &&
           other.address < address + extent();
  }
};

/// Host pointers to the rows of a region: row i is at data + i*stride.
struct const_view {
  const std::uint8_t* data = nullptr;
  std::size_t stride = 0;
};
struct view {
  std::uint8_t* data = nullptr;
  std::size_t stride = 0;
  bool in_memory = false;  ///< through DMI
};

/// Initiator socket with a cache of DMI ranges. An error response becomes a
/// command_fault with the address of the access. Reads and writes of values
/// take no simulated time; accesses that shall take time go through access().
///
/// Views through DMI alias each other where their regions overlap. All pointers
/// are valid until simulated time advances or the DMI range is invalidated; for
/// a job, until it is done.
class memory_port {
 public:
  using socket_type = tlm_utils::simple_initiator_socket<memory_port>;

  /// Who is going to use a pointer to memory: the caller, who may do so when it
  /// gets it, or a job of the workers, which says what it touches.
  enum class user { caller, job };

  /// Inside the constructor of an sc_module, whose child the socket becomes.
  /// Pointers for the caller are given out when `workers`, if there are any,
  /// are done with what they point to.
  explicit memory_port(const char* name, bool use_dmi = true,
                       host_workers* workers = nullptr);

  socket_type socket;

  /// Pointer to `bytes` bytes at `address`, valid until the next call.
  const std::uint8_t* read(std::uint64_t address, std::size_t bytes);
  /// The rows of a region: memory itself, or `scratch`, filled row by row.
  /// With `copy` always scratch. Requires rows >= 1 and row_bytes >= 1.
  const_view read(const region& from, std::vector<std::uint8_t>& scratch,
                  bool copy = false, user whose = user::caller);
  /// Room for the rows of a region, whose every byte is to be written: memory
  /// itself, or `scratch`. A row that is not mapped faults here, before
  /// anything is written. Requires rows >= 1 and row_bytes >= 1.
  view begin_write(const region& to, std::vector<std::uint8_t>& scratch,
                   user whose = user::caller);
  /// Ends begin_write(): carries the rows to memory unless they are there.
  void end_write(const region& to, const view& rows);
  /// Writes `bytes` bytes.
  void write(std::uint64_t address, const std::uint8_t* from,
             std::size_t bytes);

  /// One b_transport of `bytes` bytes, never DMI; adds to `delay`.
  void access(tlm::tlm_command command, std::uint64_t address,
              std::uint8_t* data, std::size_t bytes, sc_core::sc_time& delay);

  /// Pointer into DMI memory, or null if [address, address + bytes) is not
  /// wholly in one range that grants the access.
  std::uint8_t* direct(tlm::tlm_command command, std::uint64_t address,
                       std::uint64_t bytes, user whose = user::caller);

  /// Announces that the region is read or written over `duration_cycles` with
  /// `beats` accesses (0: one for each line of each row) from now on; returns
  /// by how many cycles bank conflicts stretch that. No beats, no cycles: call
  /// it for regions that are accessed only.
  std::uint64_t stream(const region& footprint, bool is_write,
                       std::uint64_t duration_cycles, std::uint64_t beats = 0);

  bool uses_dmi() const { return m_use_dmi; }
  void use_dmi(bool use);
  /// Ranges in the cache.
  std::size_t dmi_ranges() const { return m_ranges.size(); }

 private:
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void remember(const tlm::tlm_dmi& range);
  std::uint8_t* granted(tlm::tlm_command command, std::uint64_t address,
                        std::uint64_t bytes);
  void append(std::uint64_t address, std::uint64_t bytes,
              std::vector<std::uint8_t>& to);
  void probe(const region& to);
  void values(tlm::tlm_command command, std::uint64_t address,
              std::uint8_t* data, std::size_t bytes);

  bool m_use_dmi;
  host_workers* m_workers;
  tlm::tlm_generic_payload m_announcement;
  std::vector<tlm::tlm_dmi> m_ranges;
  std::vector<std::uint8_t> m_scratch;
};

}  // namespace vitvp::models
