// What a run is made of: every value that a scenario file can set.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vit/input_error.hpp"

namespace vitvp::platform {

enum class cpu_kind { iss, native };
enum class firmware_application { vit, selftest };
/// Values of enum vit_ffn_plan of the firmware.
enum class ffn_plan { automatic = 0, resident = 1, spill = 2 };
enum class engine_model { tlm, rtl };
/// How much is compared with the reference: nothing, logits and decisions, or
/// every result of every command as well.
enum class checks_level { none, results, layers };

/// Values after the scenario file and all overrides; units are in the names.
/// The defaults here are those of docs/scenarios.md, whose table
/// (scenario_keys.cpp) also has the ranges: a scenario that load_scenario()
/// returned is within them.
struct scenario {
  struct images_keys {
    std::string path;         ///< file, folder, or `synthetic:COUNT[:SEED]`
    std::uint64_t first = 0;  ///< index of the first image
    std::optional<std::uint64_t> limit;  ///< most images; absent: all
  };
  struct token_pruning_keys {
    std::optional<bool> enabled;  ///< absent: as the package says
    std::optional<std::vector<std::uint32_t>> blocks;
    /// One for all, or one for each; see effective_pruning().
    std::optional<std::vector<double>> keep;
  };
  struct ffn2_pruning_keys {
    std::optional<bool> enabled;             ///< absent: as the package says
    std::optional<std::uint32_t> threshold;  ///< 0..126
  };
  struct pruning_keys {
    token_pruning_keys tokens;
    ffn2_pruning_keys ffn2;
  };
  struct firmware_keys {
    std::string elf;  ///< empty: the one that was built with the platform
    firmware_application application = firmware_application::vit;
    platform::ffn_plan ffn_plan = platform::ffn_plan::automatic;
  };
  struct host_cpu_keys {
    cpu_kind kind = cpu_kind::iss;
    std::uint32_t cycles_per_instruction = 1;
  };
  struct sram_keys {
    std::uint32_t total_kib = 232;
    std::uint32_t banks = 8;
    std::uint32_t line_bytes = 64;
  };
  struct row_engine_keys {
    std::uint32_t rows = 8;
    std::uint32_t lanes = 64;
    engine_model model = engine_model::tlm;
    std::string plugin;  ///< file; empty: the one built with the platform
    std::uint32_t queue_depth = 4;
  };
  struct vector_unit_keys {
    std::uint32_t elements = 64;
    std::uint32_t queue_depth = 4;
  };
  struct pruning_unit_keys {
    std::uint32_t bytes_per_cycle = 64;
    engine_model model = engine_model::tlm;
    std::string plugin;  ///< file; empty: the one built with the platform
    std::uint32_t queue_depth = 4;
  };
  struct dma_keys {
    std::uint32_t burst_bytes = 64;
    std::uint32_t outstanding = 32;
    std::uint32_t queue_depth = 4;
  };
  struct dram_keys {
    std::uint32_t total_mib = 256;
    double bandwidth_gbps = 12.8;  ///< 10^9 bytes per second
    double latency_ns = 40;
    std::uint32_t banks = 8;
    std::uint32_t row_bytes = 2048;
    double row_hit_ns = 15;
    double row_miss_ns = 45;
  };
  struct bus_keys {
    std::uint32_t latency_cycles = 2;
    std::uint32_t width_bytes = 16;
  };
  struct host_keys {
    std::uint32_t threads = 1;
  };
  struct uart_keys {
    std::string input;  ///< file that the firmware receives; empty: nothing
    bool echo = true;
  };
  struct checks_keys {
    checks_level level = checks_level::layers;
  };
  struct limit_keys {
    double simulated_ms = 60000;
  };

  std::string name;
  std::string package;  ///< file, or `synthetic:GEOMETRY[:SEED]`
  images_keys images;
  pruning_keys pruning;
  firmware_keys firmware;
  host_cpu_keys host_cpu;
  std::uint32_t clock_mhz = 1000;
  std::uint32_t quantum_ns = 1000;
  bool dmi = true;
  sram_keys sram;
  row_engine_keys row_engine;
  vector_unit_keys vector_unit;
  pruning_unit_keys pruning_unit;
  dma_keys dma;
  dram_keys dram;
  bus_keys bus;
  host_keys host;
  uart_keys uart;
  checks_keys checks;
  limit_keys limit;

  /// Where keys were given: key path to `file:line` or `--set key`. Keys that
  /// kept their default are missing.
  std::map<std::string, std::string> origins;
};

/// The value of a key that has a command-line option of its own.
struct option_value {
  std::string option;  ///< what messages name, e.g. "--images"
  std::string key;     ///< must exist
  std::string value;
};

/// Reads and checks the scenario in the file `path`, then applies the
/// overrides, each `key=value`, in their order, and `options` after these.
/// Paths in the file are relative to the file's folder, all others to the
/// current one. Throws vit::input_error with one line that names file and line,
/// or the override or option, and the key.
scenario load_scenario(const std::string& path,
                       const std::vector<std::string>& overrides = {},
                       const std::vector<option_value>& options = {});

/// As load_scenario() of a file with these contents; `source` stands for its
/// path in messages, and its folder is where paths start.
scenario parse_scenario(const std::string& text, const std::string& source,
                        const std::vector<std::string>& overrides = {},
                        const std::vector<option_value>& options = {});

/// The error for a value of `key` that turns out to be unusable after loading,
/// e.g. because the package disagrees. Names the place where it was given.
vit::input_error scenario_error(const scenario& s, const std::string& key,
                                const std::string& problem,
                                const std::string& remedy = "");

}  // namespace vitvp::platform
