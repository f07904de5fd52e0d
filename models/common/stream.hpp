// Payload extensions with which engines tell memories what they do to them.
#pragma once

#include <cstdint>
#include <tlm>

namespace vitvp::models {

/// Announces that an operand is read or written over some time. Sent with a
/// TLM_IGNORE_COMMAND payload (data length 0) to the operand's base address at
/// the time at which the stream begins. Targets that do not know it answer OK.
///
/// The footprint is `rows` rows of `row_bytes` bytes, row i beginning at the
/// payload's address + i*stride. A beat is an access to one 64-byte line.
/// Consecutive lines lie in consecutive banks; a bank serves one beat per
/// cycle. The beats of the stream are spread evenly over its footprint and over
/// `duration_cycles`; by how many cycles the stream takes longer because the
/// rates of all streams on some bank add up to more than one beat per cycle is
/// answered in `conflict_cycles`.
struct stream_extension : tlm::tlm_extension<stream_extension> {
  std::uint64_t rows = 1;
  std::uint64_t row_bytes = 0;
  std::uint64_t stride = 0;
  bool is_write = false;
  std::uint64_t duration_cycles = 1;  ///< nominal, without conflicts
  /// Beats in all; operands that are read again and again have more than
  /// lines. 0: one for each line that a row touches, summed over the rows.
  std::uint64_t beats = 0;
  /// With a list of `rows` entries, row i begins at the payload's address +
  /// index[i]*stride instead.
  const std::uint16_t* index = nullptr;
  std::uint64_t conflict_cycles = 0;  ///< answer of the target

  tlm::tlm_extension_base* clone() const override {
    return new stream_extension(*this);
  }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const stream_extension&>(other);
  }
};

/// Marks a read or write that only carries values: its time and its beats are
/// announced by a stream. Interconnect and target neither delay nor count it,
/// so that time and statistics are the same with and without DMI. Targets that
/// do not know it may ignore it.
struct values_only_extension : tlm::tlm_extension<values_only_extension> {
  tlm::tlm_extension_base* clone() const override {
    return new values_only_extension(*this);
  }
  void copy_from(const tlm::tlm_extension_base&) override {}
};

}  // namespace vitvp::models
