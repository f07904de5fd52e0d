#include "models/bus/address_map.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using vitvp::models::address_map;
using vitvp::models::bus_region;

namespace {

std::string refusal(std::vector<bus_region> regions) {
  try {
    const address_map map(std::move(regions));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("an overlap of regions names both") {
  const std::string text = refusal({{"dram", 0x8000, 0x1000, 0},
                                    {"uart", 0x100, 0x100, 1},
                                    {"rom", 0x8fff, 1, 2}});
  CHECK_THAT(text, Catch::Contains("'dram'") && Catch::Contains("'rom'"));
  CHECK_THAT(text, !Catch::Contains("'uart'"));
}

TEST_CASE("empty and wrapping regions are refused by name") {
  CHECK_THAT(refusal({{"nothing", 0x100, 0, 0}}),
             Catch::Contains("'nothing'") && Catch::Contains("empty"));
  CHECK_THAT(refusal({{"high", ~0ULL, 2, 0}}),
             Catch::Contains("'high'") && Catch::Contains("wraps"));
  CHECK(refusal({{"high", ~0ULL, 1, 0}}) == "accepted");
  CHECK(refusal({{"all", 0, ~0ULL, 0}}) == "accepted");
}

TEST_CASE("regions that touch do not overlap") {
  const address_map map({{"b", 0x200, 0x100, 1}, {"a", 0x100, 0x100, 0}});
  CHECK(map.find(0xff) == nullptr);
  REQUIRE(map.find(0x100) != nullptr);
  CHECK(map.find(0x100)->name == "a");
  CHECK(map.find(0x1ff)->name == "a");
  CHECK(map.find(0x200)->name == "b");
  CHECK(map.find(0x300) == nullptr);
  CHECK(map.targets() == 2);
}

TEST_CASE("an access must lie in one region") {
  const address_map map({{"a", 0x100, 0x100, 0},
                         {"b", 0x200, 0x100, 1},
                         {"top", ~0ULL - 3, 4, 2}});
  CHECK(map.find(0x1fc, 4) != nullptr);
  CHECK(map.find(0x1fd, 4) == nullptr);
  CHECK(map.find(0x1ff, 0) != nullptr);
  CHECK(map.find(~0ULL, 1) != nullptr);
  CHECK(map.find(~0ULL, 2) == nullptr);
  CHECK(map.find(0x100, ~0ULL) == nullptr);
}
