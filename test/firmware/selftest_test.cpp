// The self-test application on the emulator.
#include <catch2/catch.hpp>

#include "test/firmware/emulator.hpp"

namespace vitvp::firmware_test {

TEST_CASE("the self-test passes for every block") {
  for (const execution_order order :
       {execution_order::eager, execution_order::lazy,
        execution_order::random}) {
    emulator system(emulator_config(), order);
    CHECK(system.run(selftest_application) == 0);
    INFO(system.console());
    CHECK(system.console().find("FAIL") == std::string::npos);
    CHECK(system.console().find("0 of 8 blocks failed") != std::string::npos);
  }
}

TEST_CASE("the self-test misses a pruning unit that ranks no token") {
  emulator_config config;
  config.max_tokens = 4;  // the test needs five
  emulator system(config, execution_order::random);
  CHECK(system.run(selftest_application) == 2);
  INFO(system.console());
  CHECK(system.console().find("pruning_unit: parameter error") !=
        std::string::npos);
}

}  // namespace vitvp::firmware_test
