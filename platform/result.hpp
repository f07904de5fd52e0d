// What a run leaves behind; docs/results.md describes its JSON form.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/cosim/lockstep_report.hpp"
#include "models/cosim/rtl_trace_summary.hpp"
#include "platform/scenario.hpp"
#include "vit/macs.hpp"

namespace vitvp::platform {

/// How a run ended. Only `done` was a run to the firmware's own end with exit
/// code 0; whether its values were right is in check_result.
enum class run_status {
  done,
  firmware_failed,
  time_limit,
  deadlock,
  interrupted,
  rtl_failed
};

/// What computed the images of a result: the simulated platform, or the
/// reference alone, which knows values and decisions but no time.
enum class result_backend { platform, reference };

/// The end of a run that went wrong; empty after a good one.
struct run_end {
  std::string message;               ///< one line for a person
  std::optional<int> exit_code;      ///< of the firmware, if it gave one
  std::optional<std::uint32_t> pc;   ///< where the core stopped
  std::string function;              ///< of `pc`, e.g. "main+0x12"
  std::vector<std::string> waiting;  ///< who waits for what
};

struct image_result {
  std::uint64_t index = 0;            ///< in the image set
  std::optional<std::int32_t> label;  ///< absent: not known
  std::uint32_t predicted = 0;
  std::vector<std::int16_t> logits;
  std::vector<std::uint32_t> tokens_per_block;
  std::vector<std::uint32_t> live_ffn2_channels_per_block;
  std::uint64_t cycles = 0;
  /// Tokens of the image that are left after each block's selection; empty
  /// where the block selected none.
  std::vector<std::vector<std::uint32_t>> kept_tokens;
  /// The class that the reference found, if the two were compared; no part of
  /// to_json().
  std::optional<std::uint32_t> reference;
  std::string file;  ///< of the picture, if it was one; no part of to_json()
};

/// Cycles of one engine. The six classes compute .. idle sum to the run's
/// cycles; `busy`, the cycles during which a command executed, is no class.
struct engine_result {
  std::string name;  ///< row_engine, vector_unit, pruning_unit, dma
  std::uint64_t busy = 0;
  std::uint64_t compute = 0;
  std::uint64_t operand_wait = 0;
  std::uint64_t dma_wait = 0;
  std::uint64_t bank_conflict = 0;
  std::uint64_t control = 0;
  std::uint64_t idle = 0;
  std::uint64_t commands = 0;
  std::uint64_t work = 0;  ///< macs, elements or bytes: its WORK register

  std::uint64_t total() const {
    return compute + operand_wait + dma_wait + bank_conflict + control + idle;
  }
};

struct host_cpu_result {
  std::uint64_t instructions = 0;
  std::uint64_t loads = 0;   ///< over the bus
  std::uint64_t stores = 0;  ///< over the bus
  std::uint64_t executing_cycles = 0;
  std::uint64_t bus_wait_cycles = 0;
  std::uint64_t sleeping_cycles = 0;
  std::uint64_t traps = 0;
  std::uint64_t interrupts = 0;
};

/// Over all images that were run.
struct macs_result {
  vit::mac_counts dense;
  vit::mac_counts executed;
};

/// Over all images and blocks.
struct ffn2_result {
  std::uint64_t rows_total = 0;
  std::uint64_t rows_fetched = 0;
};

struct purpose_bytes {
  std::uint64_t weights = 0;
  std::uint64_t activations = 0;
  std::uint64_t images = 0;
  std::uint64_t firmware = 0;
  std::uint64_t results = 0;
  std::uint64_t other = 0;

  std::uint64_t total() const {
    return weights + activations + images + firmware + results + other;
  }
};

struct dram_result {
  purpose_bytes read_bytes;
  purpose_bytes write_bytes;
  std::uint64_t moved_bytes = 0;  ///< on the channel, whole units
  std::uint64_t row_hits = 0;
  std::uint64_t row_misses = 0;
};

struct sram_result {
  std::uint64_t bytes = 0;  ///< configured
  /// Of the lines that were written: never more was in use. Absent: not known.
  std::optional<std::uint64_t> peak_bytes;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t bank_conflict_cycles = 0;
};

/// Where a value of the platform is not the reference's.
struct result_difference {
  std::uint64_t image = 0;  ///< index in the image set
  std::string layer;
  std::uint32_t token = 0;
  std::uint32_t channel = 0;
  std::int64_t expected = 0;
  std::int64_t actual = 0;
};

struct check_result {
  checks_level level = checks_level::none;
  std::uint64_t elements_compared = 0;
  std::optional<result_difference> first_difference;
  /// Everything else that did not hold, one line each.
  std::vector<std::string> failures;

  /// Nothing if nothing was compared.
  std::optional<bool> bit_exact() const {
    if (first_difference) return false;
    if (level == checks_level::none || elements_compared == 0) {
      return std::nullopt;
    }
    return true;
  }
};

/// RTL and its model side by side (`vitvp cosim`).
struct lockstep_result {
  std::string block;
  models::lockstep_level level = models::lockstep_level::beats;
  models::lockstep_counts compared;
  std::optional<models::lockstep_divergence> divergence;
};

/// The part of a result that differs from run to run.
struct host_result {
  double wall_seconds = 0;
  double setup_seconds = 0;  ///< of these, before simulated time began
  double cpu_seconds = 0;    ///< of all threads, after the set-up
};

struct run_result {
  result_backend backend = result_backend::platform;
  platform::scenario scenario;  ///< as it was run
  run_status status = run_status::done;
  run_end end;
  std::string package_name;
  bool synthetic = false;                ///< the package's weights are made up
  std::uint32_t classes = 0;             ///< no part of to_json()
  std::vector<std::string> class_names;  ///< empty, or one each; nor is this
  std::vector<image_result> images;
  std::uint64_t total_cycles = 0;
  std::vector<engine_result> engines;
  host_cpu_result host_cpu;
  macs_result macs;
  ffn2_result ffn2;
  dram_result dram;
  sram_result sram;
  check_result check;
  std::optional<lockstep_result> lockstep;        ///< no part of to_json()
  std::vector<models::rtl_trace_summary> traces;  ///< no part of to_json()
  host_result host;
};

/// Sets `macs` and `ffn2` to what the decisions of the result's images, of a
/// network of this size, ask for.
void count_work(run_result& result, const vit::geometry& size);

/// Adds a failure for each sum that does not close: the classes of an engine
/// and the total, and what cannot exceed what.
void check_sums(run_result& result);

/// Done, bit-exact where compared, no failure.
bool all_held(const run_result& result);

/// Share of correct predictions among the images with a label; nothing
/// without any.
std::optional<double> accuracy(const run_result& result);

/// Sixteen hexadecimal digits: FNV-1a of 64 bits over, for each image in order,
/// index, predicted, the logits, tokens_per_block and
/// live_ffn2_channels_per_block. Numbers are little-endian u32, logits i16,
/// each of the three lists with its length (u32) before it.
std::string digest(const std::vector<image_result>& images);

/// The JSON form, keys in the order of docs/results.md. Everything but `host`
/// is a function of the run's values.
nlohmann::ordered_json to_json(const run_result& result);

}  // namespace vitvp::platform
