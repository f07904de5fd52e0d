// One test for each way in which a scenario can be wrong: the message is the
// interface.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "platform/scenario.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/synthetic.hpp"

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Message;
using vit::test::temporary_folder;
using vit::test::write_bytes;

const std::string least =
    "package: synthetic:deit-tiny\nimages.path: synthetic:1\n";

// `line` is the third of the file.
void refuses(const std::string& line, const std::string& message) {
  CAPTURE(line);
  CHECK_THROWS_MATCHES(parse_scenario(least + line + "\n", "a.yaml"),
                       vit::input_error, Message(message));
}

void refuses_override(const std::string& text, const std::string& message) {
  CAPTURE(text);
  CHECK_THROWS_MATCHES(parse_scenario(least, "a.yaml", {text}),
                       vit::input_error, Message(message));
}

}  // namespace

TEST_CASE("an unknown key names the nearest") {
  refuses("sram: {totl_kib: 96}",
          "a.yaml:3: sram.totl_kib: unknown key; did you mean "
          "'sram.total_kib'?");
  refuses("srma: {total_kib: 96}",
          "a.yaml:3: srma: unknown key; did you mean 'sram'?");
  refuses("total_kib: 96",
          "a.yaml:3: total_kib: unknown key; did you mean 'sram.total_kib'?");
  refuses("host_cpu:\n  knid: iss",
          "a.yaml:4: host_cpu.knid: unknown key; did you mean "
          "'host_cpu.kind'?");
  refuses("pruning.token.keep: 1",
          "a.yaml:3: pruning.token.keep: unknown key; did you mean "
          "'pruning.tokens.keep'?");
  refuses("<<: {a: 1}", "a.yaml:3: <<: unknown key; did you mean 'dmi'?");
  refuses_override("sram.totl_kib=96",
                   "--set sram.totl_kib: unknown key; did you mean "
                   "'sram.total_kib'?");
  refuses_override("quantum=96",
                   "--set quantum: unknown key; did you mean 'quantum_ns'?");
}

TEST_CASE("a wrong type says what is right") {
  refuses("clock_mhz: fast",
          "a.yaml:3: clock_mhz: 'fast' is not a whole number; use 1..5000");
  refuses("clock_mhz: 1.5",
          "a.yaml:3: clock_mhz: '1.5' is not a whole number; use 1..5000");
  refuses("clock_mhz: '1000'",
          "a.yaml:3: clock_mhz: the string '1000' is not a whole number; use "
          "1..5000");
  refuses("clock_mhz: [1]",
          "a.yaml:3: clock_mhz: has a list instead of a whole number; use "
          "1..5000");
  refuses("clock_mhz: {a: 1}",
          "a.yaml:3: clock_mhz: has a mapping instead of a whole number; use "
          "1..5000");
  refuses("clock_mhz: -", "a.yaml:3: YAML syntax: illegal block entry");
  refuses("dmi: yes",
          "a.yaml:3: dmi: 'yes' is not true or false; use true or false");
  refuses("dram: {latency_ns: 4x}",
          "a.yaml:3: dram.latency_ns: '4x' is not a number; use 0..10000");
  refuses("name: [a]", "a.yaml:3: name: has a list instead of text");
  refuses("pruning: {tokens: {blocks: 3}}",
          "a.yaml:3: pruning.tokens.blocks: has a value instead of a list; "
          "write [a, b, c]");
  refuses("pruning: {tokens: {blocks: [1, x]}}",
          "a.yaml:3: pruning.tokens.blocks: 'x' is not a whole number; use "
          "0..63");
  refuses("pruning: {tokens: {keep: []}}",
          "a.yaml:3: pruning.tokens.keep: a list of 0 values; use 1..64 "
          "values");
  refuses("sram: 96",
          "a.yaml:3: sram: has a value instead of keys; give one of "
          "sram.total_kib, sram.banks, sram.line_bytes");
  refuses("clock_mhz:",
          "a.yaml:3: clock_mhz: has no value; give one, or remove the key");
  refuses_override("dmi=1",
                   "--set dmi: '1' is not true or false; use true or false");
  refuses_override("clock_mhz=",
                   "--set clock_mhz: has no value; give one, or remove the "
                   "key");
  refuses_override("sram=96",
                   "--set sram: is a section, not a key; set one of "
                   "sram.total_kib, sram.banks, sram.line_bytes");
}

TEST_CASE("a value out of range names the range") {
  refuses("sram: {total_kib: 0}",
          "a.yaml:3: sram.total_kib: '0' is out of range; use 1..16384");
  refuses("quantum_ns: 9",
          "a.yaml:3: quantum_ns: '9' is out of range; use 10..1000000");
  refuses("quantum_ns: -10",
          "a.yaml:3: quantum_ns: '-10' is out of range; use 10..1000000");
  refuses("quantum_ns: 99999999999999999999999",
          "a.yaml:3: quantum_ns: '99999999999999999999999' is out of range; "
          "use 10..1000000");
  refuses("dma: {burst_bytes: 100}",
          "a.yaml:3: dma.burst_bytes: '100' is out of range; use 64..4096, a "
          "power of two");
  refuses("dram: {bandwidth_gbps: 0}",
          "a.yaml:3: dram.bandwidth_gbps: '0' is out of range; use "
          "0.01..10000");
  refuses("pruning: {ffn2: {threshold: 127}}",
          "a.yaml:3: pruning.ffn2.threshold: '127' is out of range; use "
          "0..126");
  refuses("pruning: {tokens: {keep: 1.01}}",
          "a.yaml:3: pruning.tokens.keep: '1.01' is out of range; use 0..1");
  refuses("images.limit: 0",
          "a.yaml:3: images.limit: '0' is out of range; use 1..1073741824");
  refuses_override("row_engine.rows=257",
                   "--set row_engine.rows: '257' is out of range; use 1..256");
}

TEST_CASE("numbers that are not finite are refused") {
  for (const char* text : {".nan", ".inf", "-.inf", "nan", "inf", "1e999"}) {
    refuses(std::string("dram.latency_ns: ") + text,
            std::string("a.yaml:3: dram.latency_ns: '") + text +
                "' is not a finite number; use 0..10000");
  }
}

TEST_CASE("a choice names those that there are") {
  refuses("host_cpu: {kind: arm}",
          "a.yaml:3: host_cpu.kind: 'arm' is not known; use one of: iss, "
          "native");
  refuses("row_engine: {model: vhdl}",
          "a.yaml:3: row_engine.model: 'vhdl' is not known; use one of: tlm, "
          "rtl");
  refuses_override("checks.level=all",
                   "--set checks.level: 'all' is not known; use one of: none, "
                   "results, layers");
}

TEST_CASE("a missing file is an error of its key") {
  const temporary_folder folder;
  const std::string path = folder.file("s.yaml");
  const auto refuses_file = [&](const std::string& text,
                                const std::string& message) {
    write_bytes(path, text);
    CHECK_THROWS_MATCHES(load_scenario(path), vit::input_error,
                         Message(message));
  };
  refuses_file(
      "name: x\npackage: none.safetensors\n",
      path + ":2: package: no such file: " + folder.file("none.safetensors"));
  refuses_file("package: .\n", path + ":1: package: is a folder, not a file: " +
                                   folder.file(""));
  refuses_file(
      least + "firmware: {elf: a.elf}\n",
      path + ":3: firmware.elf: no such file: " + folder.file("a.elf"));
  refuses_file(least + "uart: {input: in.txt}\n",
               path + ":3: uart.input: no such file: " + folder.file("in.txt"));
  refuses_file(
      "images.path: none\n",
      path + ":1: images.path: no such file or folder: " + folder.file("none"));
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  for (const char* key : {"package", "images.path", "firmware.elf"}) {
    refuses_file(std::string(key) + ": pipe\n",
                 path + ":1: " + key + ": is a pipe or a device, not a file: " +
                     folder.file("pipe"));
  }
  CHECK_THROWS_MATCHES(
      load_scenario(folder.file("none.yaml")), vit::input_error,
      Message(folder.file("none.yaml") + ": no such scenario file"));
  CHECK_THROWS_MATCHES(
      load_scenario(folder.file("")), vit::input_error,
      Message(folder.file("") + ": is a folder, not a scenario file"));
}

TEST_CASE("a synthetic input must exist") {
  std::string known;
  for (const std::string& name : vit::known_geometries()) {
    known += (known.empty() ? "" : ", ") + name;
  }
  refuses_override("package=synthetic:deit-tny",
                   "--set package: no geometry 'deit-tny'; did you mean "
                   "deit-tiny? known: " +
                       known);
  refuses_override("package=synthetic:deit-tiny:x",
                   "--set package: the seed 'x' is out of range; use "
                   "0..2^64-1");
  refuses_override("images.path=synthetic:0",
                   "--set images.path: the count '0' is out of range; use "
                   "1..100000");
  refuses_override("images.path=synthetic:",
                   "--set images.path: the count '' is out of range; use "
                   "1..100000");
}

TEST_CASE("what must be given is asked for") {
  CHECK_THROWS_MATCHES(
      parse_scenario("", "a.yaml"), vit::input_error,
      Message("a.yaml: package: is missing; add it, e.g. package: "
              "synthetic:deit-tiny"));
  CHECK_THROWS_MATCHES(
      parse_scenario("package: synthetic:deit-tiny\n", "a.yaml"),
      vit::input_error,
      Message("a.yaml: images.path: is missing; add it, e.g. images: {path: "
              "synthetic:1}"));
  CHECK_THROWS_MATCHES(parse_scenario("- a\n", "a.yaml"), vit::input_error,
                       Message("a.yaml:1: holds a list instead of keys; "
                               "write `key: value`, one on each line"));
}

TEST_CASE("keys that contradict each other are refused") {
  refuses("sram: {total_kib: 100, banks: 7}",
          "a.yaml:3: sram.total_kib: 100 KiB is no multiple of sram.banks * "
          "sram.line_bytes = 448 bytes; change one of them");
  refuses("sram: {banks: 7}",
          "sram.total_kib: 232 KiB is no multiple of sram.banks * "
          "sram.line_bytes = 448 bytes; change one of them");
  refuses_override("dram.row_miss_ns=5",
                   "--set dram.row_miss_ns: 5 is less than dram.row_hit_ns, "
                   "15; a miss takes at least as long as a hit");
  refuses("pruning: {tokens: {blocks: [3, 3], keep: 0.5}}",
          "a.yaml:3: pruning.tokens.blocks: must ascend, without repetition");
  refuses("pruning: {tokens: {blocks: [1, 2, 3], keep: [0.5, 0.5]}}",
          "a.yaml:3: pruning.tokens.keep: 2 values for the 3 blocks of "
          "pruning.tokens.blocks; give one, or as many");
}

TEST_CASE("a key is given once, however it is written") {
  refuses("sram: {total_kib: 96}\nsram.total_kib: 64",
          "a.yaml:4: sram.total_kib: given twice, first in a.yaml:3; remove "
          "one");
}

TEST_CASE("an override must be key=value") {
  refuses_override("sram.total_kib",
                   "--set sram.total_kib: is not key=value; e.g. --set "
                   "sram.total_kib=96");
  refuses_override("=3",
                   "--set =3: is not key=value; e.g. --set "
                   "sram.total_kib=96");
}

TEST_CASE("an error found later names the place of its key") {
  const scenario s = parse_scenario(least + "images.first: 3\n", "a.yaml",
                                    {"sram.total_kib=96"});
  CHECK(std::string(scenario_error(s, "images.first", "p", "r").what()) ==
        "a.yaml:3: images.first: p; r");
  CHECK(std::string(scenario_error(s, "sram.total_kib", "p").what()) ==
        "--set sram.total_kib: p");
  CHECK(std::string(scenario_error(s, "sram.banks", "p").what()) ==
        "sram.banks: p");
}

}  // namespace vitvp::platform::test
