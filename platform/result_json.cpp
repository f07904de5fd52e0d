// The JSON form of a result; docs/results.md and result.schema.json describe
// it and change with it.

#include "models/common/hexadecimal.hpp"
#include "platform/result.hpp"
#include "platform/scenario_keys.hpp"
#include "platform/scenario_names.hpp"

namespace vitvp::platform {
namespace {

using json = nlohmann::ordered_json;

constexpr int format_version = 1;

template <typename type>
json or_null(const std::optional<type>& value) {
  return value ? json(*value) : json(nullptr);
}

// 1 - part / whole, exact for equal values; null of nothing.
json reduction(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return 1.0 - static_cast<double>(part) / static_cast<double>(whole);
}

const char* status_name(run_status status) {
  switch (status) {
    case run_status::done:
      return "done";
    case run_status::firmware_failed:
      return "firmware_failed";
    case run_status::time_limit:
      return "time_limit";
    case run_status::deadlock:
      return "deadlock";
    case run_status::interrupted:
      return "interrupted";
    case run_status::rtl_failed:
      return "rtl_failed";
  }
  return "?";
}

const char* backend_name(result_backend backend) {
  return backend == result_backend::platform ? "platform" : "reference";
}

json end_json(const run_result& result) {
  if (result.status == run_status::done) return nullptr;
  json pc = nullptr;
  if (result.end.pc) pc = models::hexadecimal_address(*result.end.pc);
  return {{"message", result.end.message},
          {"exit_code", or_null(result.end.exit_code)},
          {"pc", pc},
          {"function", result.end.function.empty() ? json(nullptr)
                                                   : json(result.end.function)},
          {"waiting", result.end.waiting}};
}

json check_json(const check_result& check) {
  json difference = nullptr;
  if (const auto& d = check.first_difference) {
    difference = {{"image", d->image},       {"layer", d->layer},
                  {"token", d->token},       {"channel", d->channel},
                  {"expected", d->expected}, {"actual", d->actual}};
  }
  return {{"level", name_of(check.level, checks_level_names)},
          {"bit_exact", or_null(check.bit_exact())},
          {"elements_compared", check.elements_compared},
          {"first_difference", difference},
          {"failures", check.failures}};
}

json kept_json(const image_result& image) {
  json blocks = json::array();
  for (const std::vector<std::uint32_t>& kept : image.kept_tokens) {
    blocks.push_back(kept.empty() ? json(nullptr) : json(kept));
  }
  return blocks;
}

json image_json(const image_result& image) {
  return {{"index", image.index},
          {"label", or_null(image.label)},
          {"predicted", image.predicted},
          {"logits", image.logits},
          {"tokens_per_block", image.tokens_per_block},
          {"kept_tokens", kept_json(image)},
          {"live_ffn2_channels_per_block", image.live_ffn2_channels_per_block},
          {"cycles", image.cycles}};
}

json engines_json(const std::vector<engine_result>& engines) {
  json tree = json::object();
  for (const engine_result& engine : engines) {
    tree[engine.name] = {{"busy", engine.busy},
                         {"compute", engine.compute},
                         {"operand_wait", engine.operand_wait},
                         {"dma_wait", engine.dma_wait},
                         {"bank_conflict", engine.bank_conflict},
                         {"control", engine.control},
                         {"idle", engine.idle},
                         {"commands", engine.commands},
                         {"work", engine.work}};
  }
  return tree;
}

json host_cpu_json(const host_cpu_result& cpu) {
  return {{"instructions", cpu.instructions},
          {"loads", cpu.loads},
          {"stores", cpu.stores},
          {"executing_cycles", cpu.executing_cycles},
          {"bus_wait_cycles", cpu.bus_wait_cycles},
          {"sleeping_cycles", cpu.sleeping_cycles},
          {"traps", cpu.traps},
          {"interrupts", cpu.interrupts}};
}

json product_json(std::uint64_t dense, std::uint64_t executed) {
  return {{"dense", dense}, {"executed", executed}};
}

json macs_json(const macs_result& macs) {
  const vit::mac_counts& d = macs.dense;
  const vit::mac_counts& e = macs.executed;
  return {{"dense", d.total()},
          {"executed", e.total()},
          {"reduction", reduction(e.total(), d.total())},
          {"by_product",
           {{"patch", product_json(d.patch, e.patch)},
            {"qkv", product_json(d.qkv, e.qkv)},
            {"scores", product_json(d.scores, e.scores)},
            {"context", product_json(d.context, e.context)},
            {"projection", product_json(d.projection, e.projection)},
            {"ffn1", product_json(d.ffn1, e.ffn1)},
            {"ffn2", product_json(d.ffn2, e.ffn2)},
            {"head", product_json(d.head, e.head)}}}};
}

json purpose_json(const purpose_bytes& bytes) {
  return {{"weights", bytes.weights}, {"activations", bytes.activations},
          {"images", bytes.images},   {"firmware", bytes.firmware},
          {"results", bytes.results}, {"other", bytes.other},
          {"total", bytes.total()}};
}

}  // namespace

json to_json(const run_result& result) {
  json images = json::array();
  for (const image_result& image : result.images) {
    images.push_back(image_json(image));
  }
  const dram_result& dram = result.dram;
  const sram_result& sram = result.sram;
  json tree;
  tree["format"] = "vitvp-result";
  tree["format_version"] = format_version;
  tree["platform_version"] = VITVP_VERSION;
  tree["backend"] = backend_name(result.backend);
  tree["status"] = status_name(result.status);
  tree["end"] = end_json(result);
  tree["scenario"] = to_json(result.scenario);
  // What speeds a run up is told with the host, apart from what is simulated.
  tree["scenario"].erase("host");
  tree["package"] = {{"name", result.package_name},
                     {"synthetic", result.synthetic}};
  tree["check"] = check_json(result.check);
  tree["digest"] = digest(result.images);
  tree["accuracy"] = or_null(accuracy(result));
  tree["cycles"] = {{"total", result.total_cycles}};
  tree["engines"] = engines_json(result.engines);
  tree["host_cpu"] = host_cpu_json(result.host_cpu);
  tree["macs"] = macs_json(result.macs);
  tree["ffn2"] = {{"rows_total", result.ffn2.rows_total},
                  {"rows_fetched", result.ffn2.rows_fetched},
                  {"reduction", reduction(result.ffn2.rows_fetched,
                                          result.ffn2.rows_total)}};
  tree["dram"] = {{"read_bytes", purpose_json(dram.read_bytes)},
                  {"write_bytes", purpose_json(dram.write_bytes)},
                  {"moved_bytes", dram.moved_bytes},
                  {"row_hits", dram.row_hits},
                  {"row_misses", dram.row_misses}};
  tree["sram"] = {{"bytes", sram.bytes},
                  {"peak_bytes", or_null(sram.peak_bytes)},
                  {"read_bytes", sram.read_bytes},
                  {"write_bytes", sram.write_bytes},
                  {"bank_conflict_cycles", sram.bank_conflict_cycles}};
  tree["images"] = std::move(images);
  tree["host"] = {{"threads", result.scenario.host.threads},
                  {"wall_seconds", result.host.wall_seconds},
                  {"setup_seconds", result.host.setup_seconds},
                  {"cpu_seconds", result.host.cpu_seconds}};
  return tree;
}

}  // namespace vitvp::platform
