// The two directions of a UART's line, in time: FIFOs and what is on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <systemc>

#include "models/uart/uart_source.hpp"

namespace vitvp::models {

inline constexpr std::size_t uart_fifo_bytes = 16;

/// When the bytes that were written leave. Each takes one character time on
/// the wire, after the one before it. Times must not decrease from call to
/// call by more than an initiator runs ahead of another.
class uart_transmitter {
 public:
  explicit uart_transmitter(const sc_core::sc_time& character_time)
      : m_character_time(character_time) {}

  /// False if the FIFO is full: the byte is lost.
  bool write(const sc_core::sc_time& now);
  /// Drops what has not begun to leave.
  void clear(const sc_core::sc_time& now);
  /// Bytes in the FIFO, without the one on the wire.
  std::size_t waiting(const sc_core::sc_time& now) const;
  /// Nothing in the FIFO, nothing on the wire.
  bool idle(const sc_core::sc_time& now) const { return now >= m_line_free; }
  /// When the last byte of the FIFO begins to leave.
  sc_core::sc_time empty_at() const;

 private:
  sc_core::sc_time m_character_time;
  std::deque<sc_core::sc_time> m_starts;  // of the latest bytes, ascending
  sc_core::sc_time m_line_free;
};

/// What has arrived. The source is asked once per character time while the
/// FIFO has room, so that no byte is lost, until it has ended.
class uart_receiver {
 public:
  uart_receiver(const sc_core::sc_time& character_time, uart_source source);

  /// Lets everything arrive that does so until `now`.
  void advance(const sc_core::sc_time& now);
  /// Takes the oldest byte, 0 if there is none.
  std::uint8_t read(const sc_core::sc_time& now);
  /// Drops what has arrived.
  void clear(const sc_core::sc_time& now);
  std::size_t size() const { return m_bytes.size(); }
  std::uint8_t front() const { return m_bytes.empty() ? 0 : m_bytes.front(); }
  /// When the source will be asked next, if it will.
  std::optional<sc_core::sc_time> next_arrival() const;

 private:
  void resume(const sc_core::sc_time& now);

  sc_core::sc_time m_character_time;
  uart_source m_source;
  std::deque<std::uint8_t> m_bytes;
  sc_core::sc_time m_next;  // when the source is asked, unless full
};

}  // namespace vitvp::models
