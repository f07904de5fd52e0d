#include "platform/result.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "platform/result_file.hpp"
#include "test/platform/sample_result.hpp"
#include "test/vit/temporary_folder.hpp"

namespace vitvp::platform::test {

namespace {

using json = nlohmann::ordered_json;
using vit::test::read_bytes;
using vit::test::temporary_folder;
using vit::test::write_bytes;

std::size_t files_in(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the digest is FNV-1a over what the documentation lists") {
  // Computed with Python from docs/results.md.
  CHECK(digest({}) == "cbf29ce484222325");
  std::vector<image_result> images = sample_result().images;
  CHECK(digest(images) == "de8d60dc58228487");
  CHECK(digest({images[0]}) == "bce82faa179c1c09");
}

TEST_CASE("the digest tells logits and decisions apart, and nothing else") {
  const std::vector<image_result> images = sample_result().images;
  const auto changed = [&images](const auto& change) {
    std::vector<image_result> other = images;
    change(other);
    return digest(other) != digest(images);
  };
  using set = std::vector<image_result>;
  CHECK(changed([](set& s) { s[0].logits[0] = -6; }));
  CHECK(changed([](set& s) { s[0].predicted = 0; }));
  CHECK(changed([](set& s) { s[1].tokens_per_block[1] = 4; }));
  CHECK(changed([](set& s) { s[1].live_ffn2_channels_per_block[0] = 5; }));
  CHECK(changed([](set& s) { std::swap(s[0], s[1]); }));
  CHECK(changed([](set& s) {
    s[0].tokens_per_block = {5, 3, 7};
    s[0].live_ffn2_channels_per_block = {0};
  }));
  CHECK_FALSE(changed([](set& s) { s[0].cycles = 1; }));
  CHECK_FALSE(changed([](set& s) { s[0].label = 7; }));
}

TEST_CASE("accuracy counts the labelled images only") {
  run_result result = sample_result();
  CHECK(accuracy(result) == 1.0);
  result.images[1].label = 1;
  CHECK(accuracy(result) == 0.5);
  for (image_result& image : result.images) image.label.reset();
  CHECK_FALSE(accuracy(result));
  result.images.clear();
  CHECK_FALSE(accuracy(result));
}

TEST_CASE("sums that close are no failure") {
  run_result result = sample_result();
  check_sums(result);
  CHECK(result.check.failures.empty());
  CHECK(all_held(result));
}

TEST_CASE("sums that do not close are failures that name the engine") {
  run_result result = sample_result();
  result.engines[1].idle += 1;
  result.macs.executed.qkv = 100000;
  result.ffn2.rows_fetched = 41;
  result.sram.peak_bytes = 237569;
  check_sums(result);
  REQUIRE(result.check.failures.size() == 4);
  CHECK(result.check.failures[0] ==
        "sums: the cycles of vector_unit add up to 10001, not to the run's "
        "10000");
  CHECK(result.check.failures[2] ==
        "sums: ffn2 rows fetched, 41, exceeds ffn2 rows in all, 40");
  CHECK_FALSE(all_held(result));
}

TEST_CASE("all that can fail makes a run fail") {
  run_result result = sample_result();
  result.status = run_status::deadlock;
  CHECK_FALSE(all_held(result));
  result = sample_result();
  result.check.first_difference.emplace();
  CHECK_FALSE(all_held(result));
  CHECK(result.check.bit_exact() == false);
  result = sample_result();
  result.check.failures.emplace_back("x");
  CHECK_FALSE(all_held(result));
  result = sample_result();
  result.check.level = checks_level::none;
  CHECK(all_held(result));
  CHECK_FALSE(result.check.bit_exact());
}

TEST_CASE("the JSON form holds what was put in") {
  const json tree = to_json(sample_result());
  CHECK(tree["backend"] == "platform");
  CHECK(tree["status"] == "done");
  CHECK(tree["end"].is_null());
  CHECK(tree["check"]["bit_exact"] == true);
  CHECK(tree["check"]["first_difference"].is_null());
  CHECK(tree["accuracy"] == 1.0);
  CHECK(tree["images"][1]["label"].is_null());
  CHECK(tree["images"][1]["logits"] == json({32767, -32768}));
  CHECK(tree["images"][0]["kept_tokens"] == json::parse("[null, [0, 2, 3]]"));
  CHECK(tree["macs"]["dense"] == 3600);
  CHECK(tree["macs"]["executed"] == 1900);
  CHECK(tree["macs"]["reduction"] == 1 - 1900.0 / 3600.0);
  CHECK(tree["dram"]["read_bytes"]["total"] == 1329);
  CHECK(tree["dram"]["write_bytes"]["total"] == 39);
  std::uint64_t sum = 0;
  for (const char* name : {"compute", "operand_wait", "dma_wait",
                           "bank_conflict", "control", "idle"}) {
    sum += tree["engines"]["dma"][name].get<std::uint64_t>();
  }
  CHECK(sum == tree["cycles"]["total"]);

  const json bad = to_json(failed_result());
  CHECK(bad["status"] == "firmware_failed");
  CHECK(bad["end"]["pc"] == "0x80000010");
  CHECK(bad["check"]["bit_exact"] == false);
  CHECK(bad["check"]["first_difference"]["actual"] == 6);
}

TEST_CASE("the text of a result is the same every time, and reads back") {
  const std::string text = to_text(to_json(sample_result()));
  CHECK(text == to_text(to_json(sample_result())));
  CHECK(json::parse(text) == to_json(sample_result()));
  CHECK(text.find("\"logits\": [-5, 300]") != std::string::npos);
  run_result other = sample_result();
  other.host.wall_seconds = 99;
  json a = to_json(sample_result());
  json b = to_json(other);
  a.erase("host");
  b.erase("host");
  CHECK(to_text(a) == to_text(b));
}

TEST_CASE("bytes that are no text do not stop a result") {
  run_result result = failed_result();
  result.end.message = "firmware: \xff\xfe";
  CHECK_NOTHROW(json::parse(to_text(to_json(result))));
}

TEST_CASE("a result file is complete or not there") {
  const temporary_folder folder;
  const std::string out = folder.file("a/b");
  const result_file file(out);
  CHECK(files_in(out) == 0);
  file.write(to_json(sample_result()));
  CHECK(files_in(out) == 1);
  CHECK(json::parse(read_bytes(file.path())) == to_json(sample_result()));
  const result_file next(out);
  CHECK(files_in(out) == 0);
}

TEST_CASE("a folder that cannot be made or written is refused at once") {
  const temporary_folder folder;
  write_bytes(folder.file("file"), "x");
  CHECK_THROWS_AS(result_file(folder.file("file")), vit::input_error);
  CHECK_THROWS_AS(result_file(folder.file("file/sub")), vit::input_error);
  CHECK_THROWS_AS(result_file("/proc/none"), vit::input_error);
  std::filesystem::create_directories(folder.file("taken/result.json/x"));
  CHECK_THROWS_AS(result_file(folder.file("taken")), vit::input_error);
}

TEST_CASE("samples for the test of the schema are written") {
  const std::string folder = VITVP_BINARY_DIR "/result-samples";
  result_file(folder + "/good").write(to_json(sample_result()));
  result_file(folder + "/failed").write(to_json(failed_result()));
  CHECK(std::filesystem::exists(folder + "/failed/result.json"));
}

}  // namespace vitvp::platform::test
