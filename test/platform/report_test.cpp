#include "platform/report.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "platform/report_progress.hpp"
#include "platform/report_sections.hpp"
#include "platform/report_text.hpp"
#include "test/platform/sample_result.hpp"

namespace vitvp::platform::test {

namespace {

using Catch::Matchers::Contains;

std::string report(const run_result& result) {
  std::ostringstream out;
  write_report(out, result);
  return out.str();
}

}  // namespace

TEST_CASE("numbers for people have three to four digits") {
  CHECK(human(0) == "0");
  CHECK(human(7) == "7");
  CHECK(human(999) == "999");
  CHECK(human(999.6) == "1.000 k");
  CHECK(human(12345) == "12.35 k");
  CHECK(human(123456789) == "123.5 M");
  CHECK(human(0.25) == "0.250");
  CHECK(human_bytes(12) == "12 B");
  CHECK(human_bytes(3300000) == "3.300 MB");
  CHECK(percent(1, 3) == "33.3 %");
  CHECK(percent(1, 0) == "-");
}

TEST_CASE("the columns of a table are aligned") {
  text_table table({"name", "x", "long"});
  table.add({"a", "12", "3"});
  table.add({"longer", "1"});
  std::ostringstream out;
  table.write(out);
  CHECK(out.str() ==
        "  name     x  long\n"
        "  a       12     3\n"
        "  longer   1\n");
}

TEST_CASE("utilisation is executed products over what was possible") {
  run_result result = sample_result();
  CHECK(row_engine_utilisation(result) == 1900.0 / (10000.0 * 512));
  result.total_cycles = 0;
  CHECK(row_engine_utilisation(result) == 0);
}

TEST_CASE("a report of a good run") {
  const std::string text = report(sample_result());
  CHECK_THAT(text, Contains("sample: synthetic-sample (synthetic weights)"));
  CHECK_THAT(text,
             Contains("8 x 64 macs at 1000 MHz, 232 KiB SRAM, 12.80 GB/s"));
  CHECK_THAT(text, Contains("2, 100.0 % right"));
  CHECK_THAT(text,
             Contains("10.00 kcycles, 5.000 k per image, 200.0 k images/s"));
  CHECK_THAT(text, Contains("1.900 k of 3.600 k, 47.2 % saved"));
  CHECK_THAT(text, Contains("15 of 40, 62.5 % saved"));
  CHECK_THAT(text, Contains("1.329 kB: weights 1.000 kB, activations 20 B"));
  CHECK_THAT(text, Contains("80.0 % hits"));
  CHECK_THAT(text, Contains("layers: bit-exact, 123.5 k elements compared"));
  CHECK_THAT(text, Contains("all checks held"));
  CHECK_THAT(text, Contains("row_engine     60.0 %         1.0 %     0.5 %"));
  CHECK_THAT(text, !Contains("FAILED"));
}

TEST_CASE("a report of a bad run says what, where and who waits") {
  run_result result = failed_result();
  for (int i = 0; i < 30; ++i) result.check.failures.emplace_back("more");
  const std::string text = report(result);
  CHECK_THAT(text, Contains("NOT bit-exact; first difference: image 3, "
                            "blocks.1.qkv, token 4, channel 17: expected -5, "
                            "is 6"));
  CHECK_THAT(text,
             Contains("firmware: exit code 3; pc 0x80000010 in main+0x10"));
  CHECK_THAT(text, Contains("waits         host_cpu: interrupt"));
  CHECK_THAT(text, Contains("no command computed blocks.0.norm1"));
  CHECK_THAT(text, Contains("and 11 more"));
  CHECK_THAT(text, Contains("FAILED"));
}

TEST_CASE("a failure is told in one line, the gravest first") {
  run_result result = failed_result();
  CHECK(describe_failure(result) ==
        "firmware: exit code 3; pc 0x80000010 in main+0x10");
  result.status = run_status::done;
  CHECK(describe_failure(result) ==
        "first difference: image 3, blocks.1.qkv, token 4, channel 17: "
        "expected -5, is 6");
  result.check.first_difference.reset();
  CHECK(describe_failure(result) == "no command computed blocks.0.norm1");
  CHECK(describe_failure(sample_result()).empty());
}

TEST_CASE("a report of a run that did nothing") {
  run_result result = sample_result();
  result.images.clear();
  result.total_cycles = 0;
  result.engines.clear();
  result.macs = {};
  result.ffn2 = {};
  result.check.level = checks_level::none;
  const std::string text = report(result);
  CHECK_THAT(text, Contains("0, no labels"));
  CHECK_THAT(text, Contains("nothing was compared"));
  CHECK_THAT(text, !Contains("nan"));
  CHECK_THAT(text, !Contains("inf"));
}

TEST_CASE("progress on a terminal is one line, rewritten at times") {
  using namespace std::chrono_literals;
  progress_meter::clock::time_point now{};
  std::ostringstream out;
  progress_meter meter(out, true, [&now] { return now; });
  meter.update({0, 4, 10, "embed"});
  CHECK(out.str().empty());
  now += 2s;
  meter.update({1, 4, 2000000, "blocks.3.qkv"});
  CHECK(out.str() ==
        "\r[#####---------------] 1 of 4 images, blocks.3.qkv, cycle 2.000 M, "
        "2 s, 6 s left\x1b[K");
  now += 50ms;
  meter.update({1, 4, 2000001, "blocks.3.qkv"});
  meter.hide();
  meter.hide();
  CHECK(out.str() ==
        "\r[#####---------------] 1 of 4 images, blocks.3.qkv, cycle 2.000 M, "
        "2 s, 6 s left\x1b[K"
        "\r\x1b[K");
}

TEST_CASE("progress in a log is a line every five seconds") {
  using namespace std::chrono_literals;
  progress_meter::clock::time_point now{};
  std::ostringstream out;
  progress_meter meter(out, false, [&now] { return now; });
  for (int i = 0; i < 110; ++i) {
    now += 100ms;
    meter.update({0, 1, 0, ""});
  }
  CHECK(out.str() == "0 of 1 images, 5 s\n0 of 1 images, 10 s\n");
}

TEST_CASE("what the firmware prints does not run into the progress line") {
  using namespace std::chrono_literals;
  progress_meter::clock::time_point now{};
  std::ostringstream terminal;
  progress_meter meter(terminal, true, [&now] { return now; });
  beside_progress buffer(terminal, meter);
  std::ostream uart(&buffer);
  now += 1s;
  meter.update({0, 1, 0, ""});
  uart << "hello" << '\n' << std::flush;
  CHECK(terminal.str() ==
        "\r[--------------------] 0 of 1 images, 1 s\x1b[K\r\x1b[Khello\n");
}

}  // namespace vitvp::platform::test
