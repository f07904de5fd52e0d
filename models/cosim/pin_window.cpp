#include "models/cosim/pin_window.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace vitvp::models {
namespace {

std::size_t bytes_of(std::uint32_t bits) {
  return (bits + 7) / 8;
}

/// Signals of a VCD file by number, and what they were last.
class vcd_writer {
 public:
  explicit vcd_writer(const std::string& path)
      : m_file(path, std::ios::binary) {
    m_file << "$timescale 1ps $end\n";
  }

  void scope(const std::string& name) {
    m_file << "$scope module " << name << " $end\n";
  }
  void leave_scope() { m_file << "$upscope $end\n"; }
  void signal(const std::string& name, std::uint32_t bits) {
    m_file << "$var wire " << bits << ' ' << code(m_signals.size()) << ' '
           << name;
    if (bits > 1) m_file << " [" << bits - 1 << ":0]";
    m_file << " $end\n";
    m_signals.push_back({bits, {}});
  }
  void begin() { m_file << "$enddefinitions $end\n"; }

  void time(std::uint64_t ps) { m_file << '#' << ps << '\n'; }
  /// Lowest byte first; writes it if it is another value.
  void set(std::size_t number, const std::uint8_t* value) {
    signal_state& s = m_signals[number];
    const std::size_t bytes = bytes_of(s.bits);
    if (!s.value.empty() && std::equal(s.value.begin(), s.value.end(), value)) {
      return;
    }
    s.value.assign(value, value + bytes);
    std::string text(s.bits > 1 ? "b" : "");
    for (std::uint32_t bit = s.bits; bit-- > 0;) {
      text += (value[bit / 8] >> (bit % 8) & 1) != 0 ? '1' : '0';
    }
    m_file << text << (s.bits > 1 ? " " : "") << code(number) << '\n';
  }
  void set_number(std::size_t number, std::uint64_t value) {
    std::uint8_t bytes[8];
    for (unsigned i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
    }
    set(number, bytes);
  }

  bool close() {
    m_file.close();
    return static_cast<bool>(m_file);
  }

 private:
  struct signal_state {
    std::uint32_t bits;
    std::vector<std::uint8_t> value;  // empty: not yet
  };

  /// Printable characters, as many as it takes.
  static std::string code(std::size_t number) {
    constexpr std::size_t digits = 94;
    std::string text(1, static_cast<char>('!' + number % digits));
    for (number /= digits; number > 0; number /= digits) {
      text += static_cast<char>('!' + number % digits);
    }
    return text;
  }

  std::ofstream m_file;
  std::vector<signal_state> m_signals;
};

}  // namespace

pin_window::pin_window(const rtl_block& block, std::size_t cycles)
    : m_cycles(cycles) {
  block.each_pin([this](const vitvp_pin& pin, const rtl_pin&) {
    if (std::string(pin.name) == "clk") return;
    m_pins.push_back(pin);
    m_bytes += bytes_of(pin.bits);
  });
}

void pin_window::sample(std::uint64_t start_ps, std::uint64_t command,
                        std::uint64_t cycle) {
  if (m_samples.size() < m_cycles) {
    m_samples.emplace_back();
    m_samples.back().pins.resize(m_bytes);
  }
  sample_values& now = m_samples[m_oldest];
  m_oldest = (m_oldest + 1) % m_cycles;
  now.start_ps = start_ps;
  now.command = command;
  now.cycle = cycle;
  std::uint8_t* to = now.pins.data();
  for (const vitvp_pin& pin : m_pins) {
    std::memcpy(to, pin.value, bytes_of(pin.bits));
    to += bytes_of(pin.bits);
  }
}

const pin_window::sample_values& pin_window::at(std::size_t i) const {
  const std::size_t first = m_samples.size() < m_cycles ? 0 : m_oldest;
  return m_samples[(first + i) % m_samples.size()];
}

bool pin_window::write_vcd(const std::string& path, const std::string& block,
                           std::uint64_t period_ps) const {
  vcd_writer file(path);
  file.scope("lockstep");
  file.signal("command", 64);
  file.signal("cycle", 64);
  file.scope(block);
  file.signal("clk", 1);
  for (const vitvp_pin& pin : m_pins) file.signal(pin.name, pin.bits);
  file.leave_scope();
  file.leave_scope();
  file.begin();
  constexpr std::size_t clock = 2;
  for (std::size_t i = 0; i < size(); ++i) {
    const sample_values& cycle = at(i);
    file.time(cycle.start_ps);
    file.set_number(0, cycle.command);
    file.set_number(1, cycle.cycle);
    file.set_number(clock, 1);
    const std::uint8_t* value = cycle.pins.data();
    for (std::size_t p = 0; p < m_pins.size(); ++p) {
      file.set(clock + 1 + p, value);
      value += bytes_of(m_pins[p].bits);
    }
    file.time(cycle.start_ps + period_ps / 2);
    file.set_number(clock, 0);
  }
  if (size() > 0) file.time(at(size() - 1).start_ps + period_ps);
  return file.close();
}

}  // namespace vitvp::models
