// The command line with a run that is made up.
#include "platform/cli.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "test/platform/sample_result.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/input_error.hpp"

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Contains;
using vit::test::read_bytes;
using vit::test::temporary_folder;
using vit::test::write_bytes;

const std::string least =
    "package: synthetic:deit-tiny\nimages.path: synthetic:1\n";

// What a command printed and returned.
struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

using arguments = std::vector<std::string>;
using fake_run = std::function<run_result(const scenario&, const run_options&)>;

run_result good(const scenario& s, const run_options& options) {
  if (options.uart) *options.uart << "hello from the firmware\n";
  if (options.progress) options.progress({1, 2, 3, "x"});
  run_result result = sample_result();
  result.scenario = s;
  return result;
}

outcome vitvp(std::vector<std::string> args, const fake_run& run = good) {
  args.insert(args.begin(), "vitvp");
  std::vector<const char*> argv;
  for (const std::string& arg : args) argv.push_back(arg.c_str());
  std::ostringstream out;
  std::ostringstream err;
  outcome result;
  result.status = run_cli(static_cast<int>(argv.size()), argv.data(),
                          {run, out, err, false});
  result.out = out.str();
  result.err = err.str();
  return result;
}

// A misuse: status 2, nothing on stdout, one line on stderr.
void refuses(const std::vector<std::string>& args, const std::string& line) {
  const outcome result = vitvp(args);
  CHECK(result.status == 2);
  CHECK(result.out.empty());
  CHECK(result.err == "vitvp: " + line + "\n");
}

}  // namespace

TEST_CASE("a good run prints its report and exits with 0") {
  const temporary_folder folder;
  const std::string path = folder.file("a.yaml");
  write_bytes(path, least);
  const outcome result =
      vitvp({"run", path, "--set", "sram.total_kib=96", "--set=clock_mhz=500",
             "--out", folder.file("out")});
  CHECK(result.status == 0);
  CHECK(result.err.empty());
  CHECK_THAT(result.out, Contains("hello from the firmware\n"));
  CHECK_THAT(result.out, Contains("500 MHz, 96 KiB SRAM"));
  CHECK_THAT(result.out, Contains(folder.file("out/result.json")));
  const auto tree =
      nlohmann::json::parse(read_bytes(folder.file("out/result.json")));
  CHECK(tree["scenario"]["sram"]["total_kib"] == 96);
  CHECK(tree["digest"] == "de8d60dc58228487");
}

TEST_CASE("a quiet run prints nothing") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), least);
  const outcome result = vitvp({"run", "--quiet", folder.file("a.yaml")});
  CHECK(result.status == 0);
  CHECK(result.out.empty());
  CHECK(result.err.empty());
}

TEST_CASE("a quiet run that does not hold says why in one line") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), least);
  const outcome result = vitvp({"run", "--quiet", folder.file("a.yaml")},
                               [](auto&, auto&) { return failed_result(); });
  CHECK(result.status == 1);
  CHECK(result.out.empty());
  CHECK(result.err ==
        "vitvp: a: firmware: exit code 3; pc 0x80000010 in main+0x10\n");
}

TEST_CASE("uart.echo=false hides what the firmware prints") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), least + "uart: {echo: false}\n");
  CHECK_THAT(vitvp({"run", folder.file("a.yaml")}).out,
             !Contains("hello from the firmware"));
}

TEST_CASE("a run that does not hold exits with 1, and its result says so") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), least);
  const auto status = [&folder](const fake_run& run) {
    return vitvp({"run", folder.file("a.yaml"), "--out", folder.file("out")},
                 run)
        .status;
  };
  CHECK(status([](auto&, auto&) { return failed_result(); }) == 1);
  const auto tree =
      nlohmann::json::parse(read_bytes(folder.file("out/result.json")));
  CHECK(tree["status"] == "firmware_failed");
  CHECK(status([](auto&, auto&) {
          run_result result = sample_result();
          result.check.first_difference.emplace();
          return result;
        }) == 1);
  CHECK(status([](auto&, auto&) {
          run_result result = sample_result();
          result.engines[0].idle -= 1;  // sums do not close
          return result;
        }) == 1);
  CHECK(status(good) == 0);
}

TEST_CASE("every exception is one line and leaves no result") {
  const temporary_folder folder;
  const std::string stale = folder.file("out/result.json");
  write_bytes(folder.file("a.yaml"), least);
  const auto run = [&](const fake_run& thrower) {
    std::filesystem::create_directories(folder.file("out"));
    write_bytes(stale, "{\"status\": \"done\"}");
    const outcome result = vitvp(
        {"run", folder.file("a.yaml"), "--out", folder.file("out")}, thrower);
    CHECK_FALSE(std::filesystem::exists(stale));
    CHECK(result.out.empty());
    return std::pair(result.status, result.err);
  };
  using pair = std::pair<int, std::string>;
  CHECK(run([](auto&, auto&) -> run_result {
          throw vit::input_error("p.safetensors", "qkv", "is short");
        }) == pair(2, "vitvp: p.safetensors: qkv: is short\n"));
  CHECK(run([](auto&, auto&) -> run_result {
          throw std::invalid_argument("total_bytes must be even");
        }) == pair(2, "vitvp: total_bytes must be even\n"));
  CHECK(run([](auto&, auto&) -> run_result { throw std::bad_alloc(); }) ==
        pair(2, "vitvp: out of memory; use smaller sizes\n"));
  CHECK(run([](auto&, auto&) -> run_result {
          throw std::runtime_error("two\nlines");
        }) == pair(1, "vitvp: internal error: two lines\n"));
  CHECK(run([](auto&, auto&) -> run_result { throw 3; }) ==
        pair(1, "vitvp: internal error of unknown kind\n"));
}

TEST_CASE("an evaluation writes its tables beside the result") {
  const temporary_folder folder;
  const std::string out = folder.file("out");
  write_bytes(folder.file("a.yaml"), least);
  std::filesystem::create_directories(out);
  write_bytes(out + "/per_image.csv", "stale");
  const outcome result =
      vitvp({"eval", folder.file("a.yaml"), "--out", out},
            [&out](const scenario& s, const run_options& options) {
              CHECK(options.backend == result_backend::platform);
              CHECK_FALSE(std::filesystem::exists(out + "/per_image.csv"));
              return good(s, options);
            });
  CHECK(result.status == 0);
  CHECK_THAT(result.out, Contains("accuracy      100.0 %, 1 of 1"));
  CHECK_THAT(result.out, Contains("agreement     1 of 2 predictions"));
  CHECK_THAT(result.out, Contains(out + "/confusion.csv"));
  CHECK_THAT(read_bytes(out + "/per_image.csv"), Contains("3,\"b/x,1.png\",1"));
  CHECK_THAT(read_bytes(out + "/per_class.csv"), Contains("1,dog,1,1,1.0,"));
  CHECK(read_bytes(out + "/confusion.csv") == "label,0,1\n0,0,0\n1,0,1\n");
  const auto tree = nlohmann::json::parse(read_bytes(out + "/result.json"));
  CHECK(tree["digest"] == "de8d60dc58228487");
}

TEST_CASE("options of an evaluation replace values of the scenario") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), "package: synthetic:deit-tiny\n");
  std::filesystem::create_directories(folder.file("set"));
  for (const arguments& jobs :
       {arguments{"-j", "3"}, {"-j3"}, {"--jobs", "3"}, {"--jobs=3"}}) {
    arguments args{"eval",
                   folder.file("a.yaml"),
                   "--reference",
                   "--images",
                   folder.file("set"),
                   "--set",
                   "images.path=synthetic:1"};
    args.insert(args.end(), jobs.begin(), jobs.end());
    const outcome result =
        vitvp(args, [&](const scenario& s, const run_options& options) {
          CHECK(options.backend == result_backend::reference);
          CHECK(s.images.path == folder.file("set"));
          CHECK(s.host.threads == 3);
          return good(s, options);
        });
    CHECK(result.status == 0);
  }
}

TEST_CASE("an evaluation that cannot be is refused") {
  const temporary_folder folder;
  const std::string path = folder.file("a.yaml");
  write_bytes(path, least);
  refuses({"eval", path, "--platform", "--reference"},
          "eval: --platform and --reference exclude each other");
  refuses({"eval", path, "-j", "0"}, "--jobs: '0' is out of range; use 1..64");
  refuses({"eval", path, "-j", "many"},
          "--jobs: 'many' is not a whole number; use 1..64");
  refuses({"eval", path, "--images", folder.file("none")},
          "--images: no such file or folder: " + folder.file("none"));
  refuses({"eval", path, "--images", ""},
          "eval: --images is empty (see vitvp eval --help)");
  refuses({"eval", path, "--set", "firmware.application=selftest"},
          "--set firmware.application: there is nothing to evaluate in the "
          "self-test; leave it out");
}

TEST_CASE("a bad scenario exits with 2 before anything runs") {
  const temporary_folder folder;
  const std::string path = folder.file("a.yaml");
  write_bytes(path, least + "srma: {}\n");
  refuses({"run", path}, path + ":3: srma: unknown key; did you mean 'sram'?");
  refuses({"run", folder.file("b.yaml")},
          folder.file("b.yaml") + ": no such scenario file");
  write_bytes(path, least);
  refuses({"run", path, "--set", "dmi=maybe"},
          "--set dmi: 'maybe' is not true or false; use true or false");
}

TEST_CASE("bad usage exits with 2 and says what is near") {
  refuses({}, "no command given (see vitvp --help)");
  refuses({"rnu"},
          "unknown command 'rnu'; did you mean 'run'? (see vitvp --help)");
  refuses({"--versoin"},
          "unknown option '--versoin'; did you mean "
          "'--version'? (see vitvp --help)");
  refuses({"run"}, "run: SCENARIO is missing (see vitvp run --help)");
  refuses({"run", "a", "b"},
          "run: 'b' is one argument too many (see vitvp run --help)");
  refuses({"run", "a", "--quite"},
          "run: unknown option '--quite'; did you mean '--quiet'? (see vitvp "
          "run --help)");
  refuses({"run", "a", "--set"},
          "run: the required argument for option '--set' is missing (see vitvp "
          "run --help)");
  refuses({"run", "a", "--se", "x=1"},
          "run: unknown option '--se'; did you mean '--set'? (see vitvp run "
          "--help)");
  refuses({"make-package", "--geometry", "deit-tiny"},
          "make-package: --out is missing (see vitvp make-package --help)");
  refuses(
      {"make-package", "--geometry", "deit-tiny", "--seed", "-1", "--out", "x"},
      "make-package: --seed: '-1' is out of range; use a whole number in "
      "0..18446744073709551615 (see vitvp make-package --help)");
  refuses({"make-package", "--geometry", "deit-tiny", "--dead-share", "nan",
           "--out", "x"},
          "make-package: --dead-share: 'nan' is out of range; use a number in "
          "0..1");
  refuses({"make-images", "--package", "x", "--count", "0", "--out", "x"},
          "make-images: --count: '0' is out of range; use a whole number in "
          "1..100000 (see vitvp make-images --help)");
  refuses({"make-images", "--out", "x", "extra"},
          "make-images: 'extra' is one argument too many (see vitvp "
          "make-images --help)");
}

namespace {

// What a comparison finds in the 17th command of the run.
run_result diverging(const scenario& s, const run_options& options) {
  run_result result = good(s, options);
  result.status = run_status::rtl_failed;
  result.lockstep = lockstep_result{"row_engine",
                                    options.lockstep->config.level,
                                    {16, 1234, {{"a", 7}, {"c", 9}}},
                                    {}};
  models::lockstep_divergence d;
  d.block = "row_engine";
  d.command = 17;
  d.tag = 0x305;
  d.layer = "blocks.3.key";
  d.cycle = 42;
  d.refused = 2;
  d.start_ps = 99000;
  d.port = "a";
  d.field = "address";
  d.expected = 0x1040;
  d.got = 0x1080;
  d.place = {{"tile", 3}, {"row", 25}};
  d.expected_beats = {{"b", 39, 0x2000, 64, 0}, {"a", 40, 0x1040, 64, 0}};
  d.got_beats = {{"b", 39, 0x2000, 64, 0}, {"a", 40, 0x1080, 64, 0}};
  result.lockstep->divergence = d;
  return result;
}

}  // namespace

TEST_CASE("a comparison without a difference says how much was compared") {
  const temporary_folder folder;
  write_bytes(folder.file("a.yaml"), least);
  const outcome result =
      vitvp({"cosim", folder.file("a.yaml"), "--block", "row_engine",
             "--compare", "cycles"},
            [](const scenario& s, const run_options& options) {
              CHECK(s.row_engine.model == engine_model::rtl);
              CHECK(options.lockstep->block == "row_engine");
              CHECK(options.lockstep->config.window_cycles == 200);
              CHECK(options.lockstep->window_path.empty());
              run_result found = diverging(s, options);
              found.status = run_status::done;
              found.lockstep->divergence.reset();
              return found;
            });
  CHECK(result.status == 0);
  CHECK_THAT(result.out, Contains("row_engine, cycles: equal in 16 commands, "
                                  "1234 cycles\n"));
  CHECK_THAT(result.out, Contains("a 7, c 9\n"));
}

TEST_CASE("a difference is told with both sides, written, and exits with 1") {
  const temporary_folder folder;
  const std::string out = folder.file("out");
  write_bytes(folder.file("a.yaml"), least);
  std::filesystem::create_directories(out);
  write_bytes(out + "/divergence.json", "stale");
  write_bytes(out + "/window.vcd", "stale");
  const std::vector<std::string> args{"cosim",    folder.file("a.yaml"),
                                      "--block",  "row_engine",
                                      "--out",    out,
                                      "--window", "30"};
  const outcome result =
      vitvp(args, [&](const scenario& s, const run_options& options) {
        CHECK(options.lockstep->config.window_cycles == 30);
        CHECK(options.lockstep->window_path == out + "/window.vcd");
        CHECK_FALSE(std::filesystem::exists(out + "/window.vcd"));
        CHECK_FALSE(std::filesystem::exists(out + "/divergence.json"));
        return diverging(s, options);
      });
  CHECK(result.status == 1);
  CHECK_THAT(result.out, Contains("DIVERGES after 16 commands"));
  CHECK_THAT(result.out, Contains("17 of row_engine, tag 0x305, blocks.3.key"));
  CHECK_THAT(result.out,
             Contains("42 of the command, after 2 refused, at 99000 ps"));
  CHECK_THAT(result.out, Contains("a address: expected 0x1040, got 0x1080"));
  CHECK_THAT(result.out, Contains("tile 3, row 25"));
  CHECK_THAT(result.out, Contains("40        a    0x1040"));
  const auto tree = nlohmann::json::parse(read_bytes(out + "/divergence.json"));
  CHECK(tree["command"] == 17);
  CHECK(tree["layer"] == "blocks.3.key");
  CHECK(tree["expected"] == 0x1040);
  CHECK(tree["place"]["row"] == 25);
  CHECK(tree["got_beats"][1]["address"] == 0x1080);
  CHECK(std::filesystem::exists(out + "/result.json"));
}

TEST_CASE("a comparison that cannot be is refused") {
  const temporary_folder folder;
  const std::string path = folder.file("a.yaml");
  write_bytes(path, least);
  refuses({"cosim", path},
          "cosim: --block is missing (see vitvp cosim --help)");
  refuses({"cosim", path, "--block", "row_engin"},
          "cosim: --block: 'row_engin' has no lockstep; did you mean "
          "'row_engine'?");
  refuses({"cosim", path, "--block", "row_engine", "--compare", "beets"},
          "cosim: --compare: 'beets' is not known; did you mean 'beats'? "
          "(values, cycles or beats)");
  refuses({"cosim", path, "--block", "row_engine", "--window", "0"},
          "cosim: --window: '0' is out of range; use a whole number in "
          "1..1000000 (see vitvp cosim --help)");
  refuses(
      {"cosim", path, "--block", "row_engine", "--set", "row_engine.model=tlm"},
      "cosim: --set row_engine.model: nothing but rtl can be compared with "
      "the model; leave it out");
}

TEST_CASE("help and version are no errors") {
  for (const char* option : {"--help", "-h", "help"}) {
    const outcome result = vitvp({option});
    CHECK(result.status == 0);
    CHECK_THAT(result.out, Contains("vitvp make-package --geometry NAME"));
  }
  CHECK_THAT(vitvp({"--version"}).out, Contains("vitvp 0."));
  for (const char* command :
       {"run", "eval", "cosim", "describe", "make-package", "make-images"}) {
    const outcome result = vitvp({command, "--help"});
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    CHECK_THAT(result.out, Contains(std::string("usage: vitvp ") + command));
    CHECK_THAT(result.out, Contains("--help"));
  }
}

TEST_CASE("packages and images are made, described and fit each other") {
  const temporary_folder folder;
  const std::string package = folder.file("p.safetensors");
  const std::string images = folder.file("i.safetensors");
  const outcome made = vitvp({"make-package", "--geometry", "deit-tiny",
                              "--seed", "7", "--out", package});
  CHECK(made.err.empty());
  REQUIRE(made.status == 0);
  CHECK_THAT(made.out, Contains("synthetic"));
  REQUIRE(vitvp({"make-images", "--package", package, "--count", "2", "--seed",
                 "3", "--out", images})
              .status == 0);
  const outcome described = vitvp({"describe", package});
  CHECK(described.status == 0);
  CHECK_THAT(described.out, Contains("(synthetic weights)"));
  CHECK_THAT(described.out, Contains("224 x 224 x 3, patch 16"));
  CHECK_THAT(described.out, Contains("12 blocks, 768 hidden channels"));
  CHECK_THAT(described.out, Contains("block 3 keeps 50.0 %"));
  CHECK_THAT(described.out, Contains("1.254 G per image"));
  refuses(
      {"describe", images},
      images + ": metadata 'format': 'vitvp-images'; must be vitvp-package");
  write_bytes(folder.file("a.yaml"),
              "package: p.safetensors\nimages.path: i.safetensors\n");
  CHECK(vitvp({"run", folder.file("a.yaml"), "--quiet"}).status == 0);
}

}  // namespace vitvp::platform::test
