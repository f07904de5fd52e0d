#include "platform/scenario_keys.hpp"

#include <optional>
#include <type_traits>

#include "platform/scenario_names.hpp"
#include "platform/scenario_values.hpp"
#include "vit/nearest.hpp"

namespace vitvp::platform {
namespace {

using json = nlohmann::ordered_json;

template <typename type>
struct bare {
  using value = type;
};
template <typename type>
struct bare<std::optional<type>> {
  using value = type;
};

template <typename type>
json value_json(const type& value) {
  return json(value);
}
template <typename type>
json value_json(const std::optional<type>& value) {
  return value ? json(*value) : json(nullptr);
}

// A key of the value that `field` finds in a scenario.
template <typename access, typename convert>
scenario_key make_key(const char* path, access field, const char* type,
                      std::string range, const char* meaning,
                      convert converted) {
  scenario_key key;
  key.path = path;
  key.type = type;
  key.range = std::move(range);
  key.meaning = meaning;
  key.set = [field, converted](scenario& s, const yaml_node& node,
                               const std::string& folder) {
    using held = std::remove_reference_t<decltype(field(s))>;
    field(s) = static_cast<typename bare<held>::value>(converted(node, folder));
  };
  key.get = [field](const scenario& s) { return value_json(field(s)); };
  key.clear = [field](scenario& s) {
    const scenario defaults;
    field(s) = field(defaults);
  };
  return key;
}

template <typename access>
scenario_key boolean(const char* path, access field, const char* meaning) {
  return make_key(path, field, "boolean", "", meaning,
                  [](const yaml_node& node, const std::string&) {
                    return to_boolean(node);
                  });
}

template <typename access>
scenario_key integer(const char* path, access field, integer_range range,
                     const char* meaning) {
  return make_key(path, field, "whole number", to_string(range), meaning,
                  [range](const yaml_node& node, const std::string&) {
                    return to_integer(node, range);
                  });
}

template <typename access>
scenario_key real(const char* path, access field, real_range range,
                  const char* meaning) {
  return make_key(path, field, "number", to_string(range), meaning,
                  [range](const yaml_node& node, const std::string&) {
                    return to_real(node, range);
                  });
}

using text_conversion = std::string (*)(const yaml_node&, const std::string&);

template <typename access>
scenario_key text(const char* path, access field, const char* type,
                  const char* range, const char* meaning,
                  text_conversion converted) {
  return make_key(path, field, type, range, meaning, converted);
}

template <typename choice_type, std::size_t count>
choice_type to_choice(const yaml_node& node,
                      const named_choice<choice_type> (&names)[count]) {
  std::string known;
  for (const auto& choice : names) {
    known += (known.empty() ? "" : ", ") + std::string(choice.name);
  }
  const std::string text = to_text(node);
  for (const auto& choice : names) {
    if (text == choice.name) return choice.value;
  }
  throw value_error("'" + text.substr(0, 60) + "' is not known",
                    "use one of: " + known);
}

template <typename access, typename choice_type, std::size_t count>
scenario_key choice(const char* path, access field,
                    const named_choice<choice_type> (&names)[count],
                    const char* meaning) {
  std::string known;
  for (const auto& one : names) {
    known += (known.empty() ? "`" : ", `") + std::string(one.name) + "`";
  }
  scenario_key key =
      make_key(path, field, "one of", known, meaning,
               [&names](const yaml_node& node, const std::string&) {
                 return to_choice(node, names);
               });
  key.get = [field, &names](const scenario& s) {
    return json(name_of(field(s), names));
  };
  return key;
}

std::string text_value(const yaml_node& node, const std::string&) {
  return to_text(node);
}

scenario_key as_list(scenario_key key) {
  key.is_list = true;
  return key;
}

constexpr integer_range queue_range{2, 255};
constexpr const char* queue_meaning =
    "Commands that can wait while one executes.";
constexpr const char* model_meaning =
    "Transaction-level model, or RTL ([cosim.md](cosim.md)).";
constexpr const char* plugin_meaning =
    "Shared library with the RTL for `model: rtl`; the one that is built with "
    "the platform unless given.";

// NOLINTBEGIN(readability-function-size): a table
void add_work_keys(std::vector<scenario_key>& keys) {
  keys.push_back(text(
      "name", [](auto& s) -> auto& { return s.name; }, "text", "",
      "What reports call the run; the file's name without its ending unless "
      "given.",
      text_value));
  keys.push_back(text(
      "package", [](auto& s) -> auto& { return s.package; }, "file",
      "file, or `synthetic:GEOMETRY[:SEED]`",
      "The network ([package.md](package.md)). Must be given.", to_package));
  keys.push_back(text(
      "images.path", [](auto& s) -> auto& { return s.images.path; }, "file",
      "file, folder, or `synthetic:COUNT[:SEED]`",
      "The images to classify: an image set ([package.md](package.md)), or a "
      "folder of pictures or one picture ([evaluation.md](evaluation.md)). "
      "Must be given.",
      to_images));
  keys.push_back(integer(
      "images.first", [](auto& s) -> auto& { return s.images.first; },
      {0, 1U << 30}, "Index of the first image that is run."));
  keys.push_back(integer(
      "images.limit", [](auto& s) -> auto& { return s.images.limit; },
      {1, 1U << 30},
      "Most images that are run; all from `images.first` on unless given."));
}

void add_pruning_keys(std::vector<scenario_key>& keys) {
  keys.push_back(boolean(
      "pruning.tokens.enabled",
      [](auto& s) -> auto& { return s.pruning.tokens.enabled; },
      "Whether tokens are dropped; as the package says unless given."));
  keys.push_back(as_list(make_key(
      "pruning.tokens.blocks",
      [](auto& s) -> auto& { return s.pruning.tokens.blocks; },
      "list of whole numbers", "each 0..63, ascending",
      "The blocks, counted from 0, that drop tokens; those of the package "
      "unless given.",
      [](const yaml_node& node, const std::string&) {
        return to_integers(node, {0, 63});
      })));
  keys.push_back(as_list(make_key(
      "pruning.tokens.keep",
      [](auto& s) -> auto& { return s.pruning.tokens.keep; },
      "number, or list of numbers", "0..1",
      "Share of the tokens without the class token that survives: one for all "
      "of `pruning.tokens.blocks`, or a list with one for each of them. "
      "Without `blocks` a list has one for each block of the network.",
      [](const yaml_node& node, const std::string&) {
        return to_reals(node, {0, 1});
      })));
  keys.push_back(boolean(
      "pruning.ffn2.enabled",
      [](auto& s) -> auto& { return s.pruning.ffn2.enabled; },
      "Whether hidden channels are dropped; as the package says unless given, "
      "and true where `pruning.ffn2.threshold` is."));
  keys.push_back(integer(
      "pruning.ffn2.threshold",
      [](auto& s) -> auto& { return s.pruning.ffn2.threshold; }, {0, 126},
      "A hidden channel is dropped if none of its activations, 0..127, exceeds "
      "this. 0 is exact: it drops what would add nothing. The package's unless "
      "given."));
}

void add_processor_keys(std::vector<scenario_key>& keys) {
  keys.push_back(text(
      "firmware.elf", [](auto& s) -> auto& { return s.firmware.elf; }, "file",
      "",
      "RISC-V program for `host_cpu.kind: iss`; the one that is built with the "
      "platform unless given.",
      to_file));
  keys.push_back(choice(
      "firmware.application",
      [](auto& s) -> auto& { return s.firmware.application; },
      firmware_application_names,
      "Which of the platform's own programs runs: classify the images, or try "
      "every block once. Ignored where `firmware.elf` is given."));
  keys.push_back(choice(
      "firmware.ffn_plan", [](auto& s) -> auto& { return s.firmware.ffn_plan; },
      ffn_plan_names,
      "Where the hidden map of a feed-forward network waits until its live "
      "channels are known: in SRAM, in DRAM, or in SRAM where it fits."));
  keys.push_back(choice(
      "host_cpu.kind", [](auto& s) -> auto& { return s.host_cpu.kind; },
      cpu_kind_names,
      "RISC-V instruction-set simulator, or the same firmware sources compiled "
      "for the host. Results are the same, cycles of the CPU are not."));
  keys.push_back(integer(
      "host_cpu.cycles_per_instruction",
      [](auto& s) -> auto& { return s.host_cpu.cycles_per_instruction; },
      {1, 1000}, "Clock cycles of an instruction of the CPU."));
}

void add_time_keys(std::vector<scenario_key>& keys) {
  keys.push_back(integer(
      "clock_mhz", [](auto& s) -> auto& { return s.clock_mhz; }, {1, 5000},
      "The one clock, in MHz. Its period is rounded to a picosecond."));
  keys.push_back(integer(
      "quantum_ns", [](auto& s) -> auto& { return s.quantum_ns; },
      {10, 1000000},
      "Nanoseconds by which the CPU may run ahead of the other blocks. Larger "
      "is faster; results do not depend on it, cycles do a little."));
  keys.push_back(boolean(
      "dmi", [](auto& s) -> auto& { return s.dmi; },
      "Whether memories are accessed directly where they allow it. Changes "
      "the speed of the simulation only."));
}

void add_engine_keys(std::vector<scenario_key>& keys) {
  keys.push_back(integer(
      "row_engine.rows", [](auto& s) -> auto& { return s.row_engine.rows; },
      {1, 256}, "Processing rows: tokens that are computed at a time."));
  keys.push_back(integer(
      "row_engine.lanes", [](auto& s) -> auto& { return s.row_engine.lanes; },
      {1, 256},
      "Multiply-accumulators of a processing row: output channels that are "
      "computed at a time."));
  keys.push_back(choice(
      "row_engine.model", [](auto& s) -> auto& { return s.row_engine.model; },
      engine_model_names, model_meaning));
  keys.push_back(text(
      "row_engine.plugin", [](auto& s) -> auto& { return s.row_engine.plugin; },
      "file", "", plugin_meaning, to_file));
  keys.push_back(integer(
      "row_engine.queue_depth",
      [](auto& s) -> auto& { return s.row_engine.queue_depth; }, queue_range,
      queue_meaning));
  keys.push_back(integer(
      "vector_unit.elements",
      [](auto& s) -> auto& { return s.vector_unit.elements; }, {1, 256},
      "Elements that softmax, LayerNorm and addition process per cycle."));
  keys.push_back(integer(
      "vector_unit.queue_depth",
      [](auto& s) -> auto& { return s.vector_unit.queue_depth; }, queue_range,
      queue_meaning));
  keys.push_back(integer(
      "pruning_unit.bytes_per_cycle",
      [](auto& s) -> auto& { return s.pruning_unit.bytes_per_cycle; }, {1, 256},
      "Activations per cycle that the search for live channels looks at."));
  keys.push_back(choice(
      "pruning_unit.model",
      [](auto& s) -> auto& { return s.pruning_unit.model; }, engine_model_names,
      model_meaning));
  keys.push_back(text(
      "pruning_unit.plugin",
      [](auto& s) -> auto& { return s.pruning_unit.plugin; }, "file", "",
      plugin_meaning, to_file));
  keys.push_back(integer(
      "pruning_unit.queue_depth",
      [](auto& s) -> auto& { return s.pruning_unit.queue_depth; }, queue_range,
      queue_meaning));
  keys.push_back(integer(
      "dma.burst_bytes", [](auto& s) -> auto& { return s.dma.burst_bytes; },
      {64, 4096, true}, "Largest burst, in bytes."));
  keys.push_back(integer(
      "dma.outstanding", [](auto& s) -> auto& { return s.dma.outstanding; },
      {1, 255}, "Bursts in flight."));
  keys.push_back(integer(
      "dma.queue_depth", [](auto& s) -> auto& { return s.dma.queue_depth; },
      queue_range, queue_meaning));
}

void add_memory_keys(std::vector<scenario_key>& keys) {
  keys.push_back(integer(
      "sram.total_kib", [](auto& s) -> auto& { return s.sram.total_kib; },
      {1, 16384},
      "Size of the shared buffer in KiB; a multiple of `sram.banks` times "
      "`sram.line_bytes`. A network that does not fit is refused."));
  keys.push_back(integer(
      "sram.banks", [](auto& s) -> auto& { return s.sram.banks; }, {1, 64},
      "Banks. Consecutive lines lie in consecutive banks; each serves one line "
      "per cycle."));
  keys.push_back(integer(
      "sram.line_bytes", [](auto& s) -> auto& { return s.sram.line_bytes; },
      {8, 1024, true}, "Port width of a bank, in bytes."));
  keys.push_back(integer(
      "dram.total_mib", [](auto& s) -> auto& { return s.dram.total_mib; },
      {2, 1024}, "Size of the DRAM in MiB."));
  keys.push_back(real(
      "dram.bandwidth_gbps",
      [](auto& s) -> auto& { return s.dram.bandwidth_gbps; }, {0.01, 10000},
      "Peak bandwidth, in 10^9 bytes per second."));
  keys.push_back(real(
      "dram.latency_ns", [](auto& s) -> auto& { return s.dram.latency_ns; },
      {0, 10000}, "Of controller and PHY, for every transfer, in ns."));
  keys.push_back(integer(
      "dram.banks", [](auto& s) -> auto& { return s.dram.banks; },
      {1, 256, true}, "Banks, each with one open row."));
  keys.push_back(integer(
      "dram.row_bytes", [](auto& s) -> auto& { return s.dram.row_bytes; },
      {64, 65536, true}, "Size of a row, in bytes."));
  keys.push_back(real(
      "dram.row_hit_ns", [](auto& s) -> auto& { return s.dram.row_hit_ns; },
      {0, 10000}, "From command to data if the row is open, in ns."));
  keys.push_back(real(
      "dram.row_miss_ns", [](auto& s) -> auto& { return s.dram.row_miss_ns; },
      {0, 10000},
      "From command to data if it is not, in ns; at least `dram.row_hit_ns`."));
  keys.push_back(integer(
      "bus.latency_cycles",
      [](auto& s) -> auto& { return s.bus.latency_cycles; }, {0, 1000},
      "Of every transaction, in clock cycles."));
  keys.push_back(integer(
      "bus.width_bytes", [](auto& s) -> auto& { return s.bus.width_bytes; },
      {1, 1024, true}, "Bytes per cycle to each target."));
}

void add_run_keys(std::vector<scenario_key>& keys) {
  keys.push_back(text(
      "uart.input", [](auto& s) -> auto& { return s.uart.input; }, "file", "",
      "What the firmware receives over the UART; nothing unless given.",
      to_file));
  keys.push_back(boolean(
      "uart.echo", [](auto& s) -> auto& { return s.uart.echo; },
      "Whether what the firmware prints is shown."));
  keys.push_back(choice(
      "checks.level", [](auto& s) -> auto& { return s.checks.level; },
      checks_level_names,
      "What is compared with the reference: nothing, logits and decisions, or "
      "every result of every command as well."));
  keys.push_back(real(
      "limit.simulated_ms",
      [](auto& s) -> auto& { return s.limit.simulated_ms; }, {0.001, 1e7},
      "Simulated milliseconds after which a run is stopped as failed."));
  keys.push_back(integer(
      "host.threads", [](auto& s) -> auto& { return s.host.threads; }, {1, 64},
      "Threads of this computer that a run may use. Beside the simulation's, "
      "they compute values of commands while the simulation goes on; "
      "with checks, half of them run the reference ahead instead. An "
      "evaluation of the reference alone uses all for it. Changes the speed "
      "only."));
}
// NOLINTEND(readability-function-size)

std::vector<scenario_key> make_keys() {
  std::vector<scenario_key> keys;
  add_work_keys(keys);
  add_pruning_keys(keys);
  add_processor_keys(keys);
  add_time_keys(keys);
  add_engine_keys(keys);
  add_memory_keys(keys);
  add_run_keys(keys);
  return keys;
}

}  // namespace

const std::vector<scenario_key>& scenario_keys() {
  static const std::vector<scenario_key> keys = make_keys();
  return keys;
}

const scenario_key* find_key(const std::string& path) {
  for (const scenario_key& key : scenario_keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

bool is_section(const std::string& path) {
  for (const scenario_key& key : scenario_keys()) {
    if (key.path.size() > path.size() && key.path[path.size()] == '.' &&
        key.path.compare(0, path.size(), path) == 0) {
      return true;
    }
  }
  return false;
}

std::string nearest_key(const std::string& path) {
  std::vector<std::string> known;
  for (const scenario_key& key : scenario_keys()) {
    known.push_back(key.path);
    for (std::size_t dot = key.path.find('.'); dot != std::string::npos;
         dot = key.path.find('.', dot + 1)) {
      known.push_back(key.path.substr(0, dot));
    }
  }
  return vit::nearest(path, known);
}

json to_json(const scenario& s) {
  json tree = json::object();
  for (const scenario_key& key : scenario_keys()) {
    json* at = &tree;
    std::size_t start = 0;
    for (std::size_t dot = key.path.find('.'); dot != std::string::npos;
         dot = key.path.find('.', start)) {
      at = &(*at)[key.path.substr(start, dot - start)];
      start = dot + 1;
    }
    (*at)[key.path.substr(start)] = key.get(s);
  }
  return tree;
}

}  // namespace vitvp::platform
