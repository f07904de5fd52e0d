// The registers of a block behind a TLM socket: storage, access rules,
// handlers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <tlm>
#include <vector>

#include "registers/register_info.hpp"

namespace vitvp::models {

/// Storage and access rules of the registers in a generated table.
///
/// An access must have the width of a register, be aligned to it, and have no
/// byte enables. What is checked first is answered first:
/// 1. TLM_IGNORE_COMMAND: TLM_OK_RESPONSE, nothing happens;
/// 2. byte enables: TLM_BYTE_ENABLE_ERROR_RESPONSE;
/// 3. length other than the width, misaligned, streaming width shorter than the
///    length: TLM_BURST_ERROR_RESPONSE;
/// 4. no register at the offset: TLM_ADDRESS_ERROR_RESPONSE;
/// 5. read of a write-only, write of a read-only register:
///    TLM_COMMAND_ERROR_RESPONSE.
/// Bits outside of a register's mask read zero and ignore writes. Offsets given
/// to the other members must be in the table (std::out_of_range otherwise).
class register_file {
 public:
  /// Value of the register; no side effects. Used by reads and by debug access.
  using peek_handler = std::function<std::uint32_t(unsigned index)>;
  /// What a read does besides, after its value was taken.
  using read_effect = std::function<void(unsigned index)>;
  /// What a write does. `value` is masked; read-write registers hold it
  /// already, others hold what the handler stores with set().
  using write_handler =
      std::function<void(std::uint32_t value, unsigned index)>;

  register_file(const registers::register_info* table, std::size_t count);
  // Places point into the object.
  register_file(const register_file&) = delete;
  register_file& operator=(const register_file&) = delete;
  template <std::size_t Count>
  explicit register_file(const registers::register_info (&table)[Count])
      : register_file(table, Count) {}

  void on_peek(std::uint32_t offset, peek_handler handler);
  void on_read(std::uint32_t offset, read_effect effect);
  void on_write(std::uint32_t offset, write_handler handler);

  /// The stored value; handlers are not asked. `index` selects one of an array.
  std::uint32_t get(std::uint32_t offset, unsigned index = 0) const {
    return cell(offset, index);
  }
  /// Where get() finds it, for those who look often; those of an array follow
  /// each other. Stays where it is.
  const std::uint32_t& cell(std::uint32_t offset, unsigned index = 0) const;
  void set(std::uint32_t offset, std::uint32_t value, unsigned index = 0);
  /// All stored values as after power-on.
  void reset();

  /// Serves a read or write; the payload's address is the offset in the block.
  /// Sets the response status and clears the DMI hint. A write-one-to-clear
  /// register without handler clears the stored bits that are written as one.
  void transport(tlm::tlm_generic_payload& payload);
  /// The same without side effects and for reads only; bytes transferred.
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

 private:
  struct entry {
    registers::register_info info{};
    std::vector<std::uint32_t> values;
    peek_handler peek;
    read_effect read;
    write_handler write;
  };
  struct place {
    entry* item = nullptr;
    unsigned index = 0;
  };

  std::size_t position(std::uint32_t offset) const;
  void index_places();
  entry& at(std::uint32_t offset);
  const entry& at(std::uint32_t offset) const;
  place find(std::uint64_t offset);
  place search(std::uint32_t offset);
  tlm::tlm_response_status check(const tlm::tlm_generic_payload& payload,
                                 const place& found) const;
  static std::uint32_t value(const place& found);
  void write(const place& found, std::uint32_t value);
  // The value of a register in the payload of an access that is right.
  void put(tlm::tlm_generic_payload& payload, std::uint32_t value) const;
  std::uint32_t got(const tlm::tlm_generic_payload& payload) const;

  std::uint32_t m_bytes;
  unsigned m_shift;                      // binary logarithm of m_bytes
  std::vector<std::uint32_t> m_offsets;  // of m_entries, ascending
  std::vector<place> m_places;           // of offset / m_bytes, the first ones
  std::uint32_t m_latest_offset = 0;     // of the others, the latest one
  place m_latest;
  std::vector<entry> m_entries;
};

}  // namespace vitvp::models
