// Who uses which bank how much, and what that costs a newcomer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitvp::models {

/// Streams are fluids: one of b beats on a bank over d cycles uses b/d of the
/// bank, which serves one beat per cycle. Time is in cycles.
///
/// A newcomer advances at the rate at which the most crowded of its banks
/// lets it: with load L from the streams booked before it and its own rate r,
/// at min(1, (1 - L)/r) of its nominal pace. So the capacity of a bank is never
/// exceeded, those who came first are not disturbed, and the last beat of
/// all is served when it would be under any order that leaves no bank idle. It
/// is booked with the rates at which it advances.
///
/// At most `most_pieces` pieces of constant rate are remembered; of more, those
/// that end first are forgotten.
class stream_ledger {
 public:
  static constexpr std::size_t most_pieces = 64;

  explicit stream_ledger(unsigned banks);

  struct answer {
    std::uint64_t conflict_cycles = 0;  ///< rounded up, 1/1000 is none
    unsigned bank = 0;                  ///< that cost most of them
  };
  /// Books `beats` (a number for each bank) from `from` on, for `duration` >= 1
  /// cycles or longer. What ended before `now` is forgotten: no later call has
  /// a `from` below it.
  answer book(double now, double from, double duration,
              const std::uint64_t* beats);

  /// Sum of the rates on `bank` at `time`.
  double load(unsigned bank, double time) const;
  std::size_t pieces() const { return m_count; }
  void reset();

 private:
  // A stretch of a stream at one pace.
  struct piece {
    double begin = 0;
    double end = 0;
    double duration = 1;               // of the whole stream, nominal
    double share = 1;                  // of the nominal pace
    double peak = 0;                   // largest of its rates
    std::vector<std::uint64_t> beats;  // of the whole stream

    double rate(unsigned bank) const {
      return static_cast<double>(beats[bank]) / duration * share;
    }
  };
  struct pace {
    double share = 1;  // of the nominal one
    unsigned bank = 0;
  };
  struct span {
    double begin = 0;
    double end = 0;
    double share = 1;
  };
  struct newcomer {
    double duration = 1;  // nominal
    double peak = 0;      // largest of its nominal rates
    const std::uint64_t* beats = nullptr;
  };

  void forget(double now);
  void drop(std::size_t i);
  void tally();
  void add_up(double time);
  pace pace_now() const;
  double next_change(double time) const;
  double advance(double from, const newcomer& stream);
  void remember(const span& s, const newcomer& stream);

  unsigned m_banks;
  std::vector<piece> m_pieces;  // room for most_pieces, of which
  std::size_t m_count = 0;      // so many are in use, the first ones
  double m_first_end = 0;       // smallest of their ends
  double m_peaks = 0;           // sum of their peaks
  std::vector<double> m_rates;  // of the newcomer, nominal
  std::vector<span> m_spans;    // of the newcomer
  std::vector<double> m_load;   // at the time looked at
  std::vector<double> m_lost;   // cycles, by bank
};

}  // namespace vitvp::models
