// Payload extension with which an initiator of bursts asks the memory that it
// talks to how long a whole transfer takes.
#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

namespace vitvp::models {

/// Announces a transfer in bursts and asks for its time. Sent with a
/// TLM_IGNORE_COMMAND payload (data length 0) to the address of row 0, with
/// the time at which the first burst is issued as now + delay. No value moves.
///
/// The footprint is `rows` rows of `row_bytes` bytes; row i begins at the
/// payload's address + i*stride, or + index[i]*stride with a list. Each row is
/// cut at multiples of `burst_bytes`; `outstanding` bursts are in flight at
/// most: a burst is issued when the one that many places before it is done.
///
/// A target that sets the pace itself (a DRAM channel) books and counts the
/// transfer and answers with `answered` set. Others leave the extension alone,
/// book nothing and answer OK: the initiator then sets the pace and announces
/// it with a stream_extension.
struct burst_extension : tlm::tlm_extension<burst_extension> {
  std::uint64_t rows = 1;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;
  const std::uint16_t* index = nullptr;
  bool is_write = false;
  std::uint64_t burst_bytes = 64;  ///< a power of two
  unsigned outstanding = 1;

  // Answers of the target, from now + delay on where they are times.
  bool answered = false;
  sc_core::sc_time first;   ///< until the first burst is done
  sc_core::sc_time last;    ///< until the last burst is done
  sc_core::sc_time moving;  ///< part of it in which data of the transfer moves

  tlm::tlm_extension_base* clone() const override {
    return new burst_extension(*this);
  }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const burst_extension&>(other);
  }
};

}  // namespace vitvp::models
