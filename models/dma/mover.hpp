// What a command of the DMA does to the bytes of memory; takes no time.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/memory_port.hpp"
#include "models/common/value_jobs.hpp"
#include "models/dma/dma_command.hpp"

namespace vitvp::models {

/// Carries rows through a memory_port. Rows are moved in order, each as if it
/// were read whole before it is written (memmove): where source and
/// destination overlap, later rows see what earlier ones wrote. The index list
/// is read before the first row is written.
///
/// Everything is checked before the first byte is written: an ADDRESS fault
/// carries the address of the list or of the first row (of the source, else of
/// the destination, in order) that is not wholly mapped, and memory is as it
/// was. The same holds with and without DMI. Only what is no memory (registers)
/// can still refuse an access after that.
class dma_mover {
 public:
  /// The workers may do it, where both sides are memory.
  dma_mover(memory_port& memory, host_workers& workers);

  /// Throws command_fault.
  void move(const dma_command& d);

  /// Index list of the command that was moved last; empty unless a gather.
  const std::vector<std::uint16_t>& index() const { return *m_index; }

 private:
  /// Rows that are where pointers reach them.
  struct work {
    dma_command command;
    std::vector<std::uint16_t> index;
    const std::uint8_t* source = nullptr;  // the first row that is read
    std::uint8_t* destination = nullptr;
  };

  void read_index(const dma_command& d, std::vector<std::uint16_t>& index);
  region span_of_source(const dma_command& d) const;
  std::uint64_t source_row(const dma_command& d, std::uint64_t row) const;
  void check_source(const dma_command& d);
  void check_destination(const dma_command& d);
  bool is_mapped(tlm::tlm_command command, std::uint64_t address,
                 std::uint64_t bytes);
  static void carry(const work& w);
  void move_row(const dma_command& d, std::uint64_t row);

  memory_port& m_memory;
  std::vector<std::uint8_t> m_row;
  const std::vector<std::uint16_t>* m_index = nullptr;
  value_jobs<work> m_jobs;
};

}  // namespace vitvp::models
