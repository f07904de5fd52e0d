#include "models/uart/uart_lines.hpp"

#include <algorithm>
#include <utility>

namespace vitvp::models {

bool uart_transmitter::write(const sc_core::sc_time& now) {
  if (waiting(now) >= uart_fifo_bytes) return false;
  const sc_core::sc_time start = std::max(now, m_line_free);
  m_starts.push_back(start);
  if (m_starts.size() > uart_fifo_bytes) m_starts.pop_front();
  m_line_free = start + m_character_time;
  return true;
}

void uart_transmitter::clear(const sc_core::sc_time& now) {
  while (!m_starts.empty() && m_starts.back() > now) {
    m_line_free = m_starts.back();
    m_starts.pop_back();
  }
}

std::size_t uart_transmitter::waiting(const sc_core::sc_time& now) const {
  const auto first = std::upper_bound(m_starts.begin(), m_starts.end(), now);
  return static_cast<std::size_t>(m_starts.end() - first);
}

sc_core::sc_time uart_transmitter::empty_at() const {
  return m_starts.empty() ? sc_core::SC_ZERO_TIME : m_starts.back();
}

uart_receiver::uart_receiver(const sc_core::sc_time& character_time,
                             uart_source source)
    : m_character_time(character_time),
      m_source(std::move(source)),
      m_next(character_time) {}

void uart_receiver::advance(const sc_core::sc_time& now) {
  while (m_source && m_next <= now && m_bytes.size() < uart_fifo_bytes) {
    m_next += m_character_time;
    const int byte = m_source();
    if (byte == uart_nothing_yet) continue;
    if (byte < 0) {
      m_source = nullptr;
    } else {
      m_bytes.push_back(static_cast<std::uint8_t>(byte));
    }
  }
}

// After room was made in a FIFO that may have been full.
void uart_receiver::resume(const sc_core::sc_time& now) {
  if (m_next <= now) m_next = now + m_character_time;
}

std::uint8_t uart_receiver::read(const sc_core::sc_time& now) {
  if (m_bytes.empty()) return 0;
  const std::uint8_t byte = m_bytes.front();
  m_bytes.pop_front();
  resume(now);
  return byte;
}

void uart_receiver::clear(const sc_core::sc_time& now) {
  m_bytes.clear();
  resume(now);
}

std::optional<sc_core::sc_time> uart_receiver::next_arrival() const {
  if (!m_source || m_bytes.size() >= uart_fifo_bytes) return std::nullopt;
  return m_next;
}

}  // namespace vitvp::models
