// What comparisons of RTL with its model have in common, whatever the block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/common/command_engine.hpp"
#include "models/cosim/lockstep_report.hpp"
#include "models/cosim/pin_window.hpp"
#include "models/cosim/rtl_device.hpp"

namespace vitvp::models {

/// Keeps what a report of the first difference needs: the command and the
/// cycle, the last beats of both sides, the last cycles of the pins.
class lockstep_log {
 public:
  /// `ports` by number. The block must outlive this.
  lockstep_log(std::string block, std::vector<std::string> ports,
               const rtl_block& pins, const lockstep_config& config);

  const lockstep_config& config() const { return m_config; }
  const lockstep_counts& counts() const { return m_counts; }
  const std::optional<lockstep_divergence>& divergence() const {
    return m_divergence;
  }
  const pin_window& window() const { return m_window; }
  const std::string& port(std::size_t number) const { return m_ports[number]; }

  void begin(const command& c);
  /// A cycle whose pins have settled.
  void begin_cycle();
  /// Ends it; `refused` if memory did not serve its requests.
  void end_cycle(bool refused);
  /// The command has been compared.
  void end() { ++m_counts.commands; }
  /// Served so far in this command.
  std::uint64_t served() const { return m_cycle - m_refused; }

  /// The port should ask, or asks, for this in the present cycle; in a cycle
  /// that memory refuses it asks and is not `served`.
  void expect(std::size_t port, const rtl_request& request);
  void see(std::size_t port, const rtl_request& request, bool served);

  /// Reports a difference in the present cycle: throws rtl_error.
  [[noreturn]] void differ(lockstep_divergence found);
  /// The RTL did what ends a run without a comparison.
  void fail(const std::string& what);

 private:
  using history = std::deque<lockstep_beat>;

  void remember(history& beats, std::size_t port, const rtl_request& request);
  void fill_in(lockstep_divergence& found) const;

  std::string m_block;
  std::vector<std::string> m_ports;
  lockstep_config m_config;
  pin_window m_window;
  lockstep_counts m_counts;
  std::optional<lockstep_divergence> m_divergence;
  std::uint64_t m_command = 0;
  std::uint32_t m_tag = 0;
  std::uint64_t m_cycle = 0;    // of the command
  std::uint64_t m_refused = 0;  // of those before
  struct {
    std::uint64_t cycle, refused, start_ps;
  } m_last = {};  // the present cycle, or the last one
  history m_expected;
  history m_seen;
};

/// The comparison of one block.
class lockstep {
 public:
  /// Reads memory at a bus address; false if there is none.
  using memory_reader =
      std::function<bool(std::uint64_t address, void* to, std::size_t bytes)>;

  virtual ~lockstep() = default;

  lockstep_log& log() { return m_log; }
  const lockstep_log& log() const { return m_log; }

 protected:
  /// As lockstep_log's constructor.
  lockstep(std::string block, std::vector<std::string> ports,
           const rtl_block& pins, const lockstep_config& config)
      : m_log(std::move(block), std::move(ports), pins, config) {}

  lockstep_level level() const { return m_log.config().level; }
  /// Reports a difference: throws rtl_error.
  [[noreturn]] void differ(const std::string& port, const std::string& field,
                           std::int64_t expected, std::int64_t got,
                           named_numbers place = {},
                           const std::string& what = "");
  /// A port asks where it should not, or does not where it should.
  [[noreturn]] void differ_in_asking(const std::string& port, bool asks,
                                     named_numbers place);
  /// Cycles of a command, class by class.
  void compare_cycles(const cycle_breakdown& planned,
                      const cycle_breakdown& seen);

 private:
  lockstep_log m_log;
};

}  // namespace vitvp::models
