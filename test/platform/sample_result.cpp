#include "test/platform/sample_result.hpp"

namespace vitvp::platform::test {

namespace {

engine_result engine(const char* name, std::uint64_t compute) {
  engine_result e;
  e.name = name;
  e.compute = compute;
  e.operand_wait = 100;
  e.dma_wait = 50;
  e.bank_conflict = 25;
  e.control = 5;
  e.idle = 10000 - 180 - compute;
  e.busy = compute + 30;
  e.commands = 7;
  e.work = 1234;
  return e;
}

}  // namespace

run_result sample_result() {
  run_result result;
  result.scenario = parse_scenario(
      "package: synthetic:deit-tiny\nimages: {path: 'synthetic:2'}\n",
      "sample.yaml");
  result.package_name = "synthetic-sample";
  result.synthetic = true;
  result.classes = 2;
  result.class_names = {"cat", "dog"};
  result.images.push_back({3,
                           1,
                           1,
                           {-5, 300},
                           {5, 3},
                           {7, 0},
                           4000,
                           {{}, {0, 2, 3}},
                           1,
                           "b/x,1.png"});
  result.images.push_back({4,
                           std::nullopt,
                           0,
                           {32767, -32768},
                           {5, 3},
                           {6, 2},
                           5000,
                           {{}, {0, 1, 4}},
                           1,
                           "c/y.png"});
  result.total_cycles = 10000;
  result.engines = {engine("row_engine", 6000), engine("vector_unit", 500),
                    engine("pruning_unit", 20), engine("dma", 2000)};
  result.host_cpu = {9000, 100, 200, 9000, 600, 400, 0, 12};
  result.macs.dense = {100, 200, 300, 400, 500, 600, 700, 800};
  result.macs.executed = {100, 150, 100, 100, 250, 300, 100, 800};
  result.ffn2 = {40, 15};
  result.dram.read_bytes = {1000, 20, 300, 4, 5, 0};
  result.dram.write_bytes = {0, 30, 0, 1, 6, 2};
  result.dram.moved_bytes = 1600;
  result.dram.row_hits = 20;
  result.dram.row_misses = 5;
  result.sram = {237568, 200000, 5000, 4000, 25};
  result.check.level = checks_level::layers;
  result.check.elements_compared = 123456;
  result.host = {1.5, 0.25};
  return result;
}

run_result failed_result() {
  run_result result = sample_result();
  result.status = run_status::firmware_failed;
  result.end = {"firmware: exit code 3",
                3,
                0x80000010,
                "main+0x10",
                {"host_cpu: interrupt", "dma: command"}};
  result.check.first_difference = {3, "blocks.1.qkv", 4, 17, -5, 6};
  result.check.failures = {"no command computed blocks.0.norm1"};
  return result;
}

}  // namespace vitvp::platform::test
