#include "platform/scenario.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "platform/scenario_docs.hpp"
#include "platform/scenario_keys.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/nearest.hpp"

namespace vitvp::platform::test {

namespace {

using vit::test::temporary_folder;
using vit::test::write_bytes;

const std::string least =
    "package: synthetic:deit-tiny\nimages: {path: 'synthetic:1'}\n";

scenario parse(const std::string& text,
               const std::vector<std::string>& overrides = {}) {
  return parse_scenario(text, "folder/some.yaml", overrides);
}

}  // namespace

TEST_CASE("keys that are not given have the documented defaults") {
  const scenario s = parse(least);
  CHECK(s.name == "some");
  CHECK(s.images.first == 0);
  CHECK_FALSE(s.images.limit);
  CHECK_FALSE(s.pruning.tokens.enabled);
  CHECK_FALSE(s.pruning.tokens.blocks);
  CHECK_FALSE(s.pruning.tokens.keep);
  CHECK_FALSE(s.pruning.ffn2.enabled);
  CHECK_FALSE(s.pruning.ffn2.threshold);
  CHECK(s.firmware.elf.empty());
  CHECK(s.firmware.application == firmware_application::vit);
  CHECK(s.firmware.ffn_plan == ffn_plan::automatic);
  CHECK(s.host_cpu.kind == cpu_kind::iss);
  CHECK(s.clock_mhz == 1000);
  CHECK(s.quantum_ns == 1000);
  CHECK(s.dmi);
  CHECK(s.sram.total_kib == 232);
  CHECK(s.row_engine.rows * s.row_engine.lanes == 512);
  CHECK(s.row_engine.model == engine_model::tlm);
  CHECK(s.dram.bandwidth_gbps == 12.8);
  CHECK(s.host.threads == 1);
  CHECK(s.uart.echo);
  CHECK(s.checks.level == checks_level::layers);
  CHECK(s.limit.simulated_ms == 60000);
}

TEST_CASE("a file sets values and remembers where") {
  const scenario s = parse(least +
                           "name: 2024\n"
                           "pruning:\n"
                           "  tokens: {blocks: [3, 6], keep: [0.25, 1]}\n"
                           "  ffn2: {enabled: true, threshold: 126}\n"
                           "host_cpu: {kind: native}\n"
                           "dmi: false\n"
                           "sram.total_kib: 96\n"
                           "dram: {bandwidth_gbps: 1e1}\n"
                           "checks:\n"
                           "  level: results\n");
  CHECK(s.name == "2024");
  CHECK(s.pruning.tokens.blocks == std::vector<std::uint32_t>{3, 6});
  CHECK(s.pruning.tokens.keep == std::vector<double>{0.25, 1});
  CHECK(s.pruning.ffn2.enabled == true);
  CHECK(s.pruning.ffn2.threshold == 126U);
  CHECK(s.host_cpu.kind == cpu_kind::native);
  CHECK_FALSE(s.dmi);
  CHECK(s.sram.total_kib == 96);
  CHECK(s.dram.bandwidth_gbps == 10);
  CHECK(s.checks.level == checks_level::results);
  CHECK(s.origins.at("checks.level") == "folder/some.yaml:12");
  CHECK(s.origins.at("pruning.ffn2.threshold") == "folder/some.yaml:6");
  CHECK(s.origins.count("clock_mhz") == 0);
}

TEST_CASE("overrides come last, in their order") {
  const scenario s =
      parse(least + "sram: {total_kib: 96}\nimages.limit: 3\n",
            {"sram.total_kib=64", "sram.total_kib=128", "images.limit=null",
             "pruning.tokens.blocks=1,2", "pruning.tokens.keep=[0.5, 0.75]",
             "name=a=b: [c]", " clock_mhz = 500 ", "checks.level=none"});
  CHECK(s.sram.total_kib == 128);
  CHECK(s.origins.at("sram.total_kib") == "--set sram.total_kib");
  CHECK_FALSE(s.images.limit);
  CHECK(s.origins.count("images.limit") == 0);
  CHECK(s.pruning.tokens.blocks == std::vector<std::uint32_t>{1, 2});
  CHECK(s.pruning.tokens.keep == std::vector<double>{0.5, 0.75});
  CHECK(s.name == "a=b: [c]");
  CHECK(s.clock_mhz == 500);
  CHECK(s.checks.level == checks_level::none);
}

TEST_CASE("an override supplies what the file lacks") {
  const scenario s =
      parse("", {"package=synthetic:deit-tiny", "images.path=synthetic:2:7"});
  CHECK(s.package == "synthetic:deit-tiny");
  CHECK(s.images.path == "synthetic:2:7");
}

TEST_CASE("paths of a file start in its folder") {
  const temporary_folder folder;
  write_bytes(folder.file("p.safetensors"), "x");
  write_bytes(folder.file("i.safetensors"), "x");
  std::filesystem::create_directory(folder.file("sub"));
  write_bytes(folder.file("sub/s.yaml"),
              "package: ../p.safetensors\n"
              "images: {path: ../sub/../i.safetensors}\n");
  const scenario s = load_scenario(folder.file("sub/s.yaml"));
  CHECK(s.package == folder.file("p.safetensors"));
  CHECK(s.images.path == folder.file("i.safetensors"));
  CHECK(s.name == "s");
}

TEST_CASE("images may be a folder") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder.file("pictures"));
  write_bytes(folder.file("s.yaml"),
              "package: synthetic:deit-tiny\nimages: {path: pictures}\n");
  CHECK(load_scenario(folder.file("s.yaml")).images.path ==
        folder.file("pictures"));
}

TEST_CASE("the echo holds every key, and reads back as the same scenario") {
  const scenario s = parse(least, {"pruning.tokens.keep=0.5",
                                   "dram.latency_ns=0.1", "images.limit=7"});
  const nlohmann::ordered_json echo = to_json(s);
  for (const scenario_key& key : scenario_keys()) {
    std::string pointer = "/" + key.path;
    for (char& c : pointer) c = c == '.' ? '/' : c;
    CAPTURE(pointer);
    CHECK(echo.contains(nlohmann::ordered_json::json_pointer(pointer)));
  }
  CHECK(echo["images"]["limit"] == 7);
  CHECK(echo["dram"]["latency_ns"] == 0.1);
  CHECK(echo["pruning"]["ffn2"]["threshold"].is_null());
  // JSON is YAML, but for the empty strings of paths that are not given.
  nlohmann::ordered_json text = echo;
  text["firmware"].erase("elf");
  text["uart"].erase("input");
  text["row_engine"].erase("plugin");
  text["pruning_unit"].erase("plugin");
  CHECK(to_json(parse(text.dump(1))) == echo);
}

TEST_CASE("the table of keys is complete") {
  std::set<std::string> seen;
  for (const scenario_key& key : scenario_keys()) {
    CAPTURE(key.path);
    CHECK(seen.insert(key.path).second);
    CHECK_FALSE(key.type.empty());
    CHECK_FALSE(key.meaning.empty());
    CHECK(key.meaning.back() == '.');
    CHECK(scenario_tables().find("| `" + key.path + "` |") !=
          std::string::npos);
  }
  // Names that other tools rely on.
  for (const char* path :
       {"package", "images.limit", "host_cpu.kind", "quantum_ns",
        "sram.total_kib", "row_engine.rows", "row_engine.lanes",
        "row_engine.model", "dram.bandwidth_gbps", "host.threads"}) {
    CHECK(find_key(path) != nullptr);
  }
  CHECK(is_section("pruning"));
  CHECK(is_section("pruning.tokens"));
  CHECK_FALSE(is_section("pruning.tok"));
  CHECK_FALSE(is_section("package"));
}

TEST_CASE("the documentation's tables are replaced between their marks") {
  const std::string page =
      "head\n<!-- keys: begin -->\nstale words\n"
      "<!-- keys: end -->\ntail\n";
  const std::string once = with_scenario_tables(page, "p.md");
  CHECK(once.find("stale words") == std::string::npos);
  CHECK(once.rfind("head\n", 0) == 0);
  CHECK(once.find("<!-- keys: end -->\ntail\n") != std::string::npos);
  CHECK(with_scenario_tables(once, "p.md") == once);
  CHECK_THROWS_AS(with_scenario_tables("nothing", "p.md"), vit::input_error);
}

TEST_CASE("the edit distance counts edits") {
  CHECK(vit::edit_distance("", "") == 0);
  CHECK(vit::edit_distance("", "abc") == 3);
  CHECK(vit::edit_distance("kitten", "sitting") == 3);
  CHECK(vit::edit_distance("total", "totla") == 1);
  CHECK(vit::edit_distance("flaw", "lawn") == 2);
  CHECK(vit::nearest("x", {}).empty());
}

TEST_CASE("every scenario that ships can be loaded") {
  const std::filesystem::path folder = VITVP_SOURCE_DIR "/scenarios";
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const scenario s = load_scenario(entry.path().string());
    names.insert(s.name);
  }
  for (const char* name :
       {"digits", "digits_dense", "deit_tiny", "deit_tiny_dense", "deit_small",
        "deit_small_dense"}) {
    CAPTURE(name);
    CHECK(names.count(name) == 1);
  }
}

}  // namespace vitvp::platform::test
