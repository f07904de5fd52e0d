#include "models/dram/purposes.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using vitvp::models::purpose_region;
using vitvp::models::purpose_table;
using vitvp::models::purpose_traffic;

namespace {

const purpose_traffic& of(const purpose_table& table, const char* purpose) {
  for (const purpose_traffic& entry : table.traffic()) {
    if (entry.purpose == purpose) return entry;
  }
  throw std::out_of_range(purpose);
}

std::string refusal(const std::vector<purpose_region>& regions) {
  purpose_table table;
  try {
    table.set(regions, 0x1000);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("bytes are counted where they lie") {
  purpose_table table;
  table.set({{"weights", 0x100, 0x100},
             {"images", 0x200, 0x80},
             {"weights", 0x400, 0x10}},
            0x1000);
  table.count(0x0f0, 0x20, false);   // 16 other, 16 weights
  table.count(0x1f8, 0x10, true);    // 8 weights, 8 images
  table.count(0x27f, 0x200, false);  // 1 image, gap, 16 weights, gap
  CHECK(of(table, "weights").read_bytes == 0x10 + 0x10);
  CHECK(of(table, "weights").write_bytes == 8);
  CHECK(of(table, "images").read_bytes == 1);
  CHECK(of(table, "images").write_bytes == 8);
  CHECK(of(table, "other").read_bytes == 0x10 + 0x1ff - 0x10);
  CHECK(table.read_bytes() == 0x220);
  CHECK(table.write_bytes() == 0x10);
  CHECK(table.traffic().size() == 3);
  table.clear();
  CHECK(table.read_bytes() == 0);
  CHECK(of(table, "weights").read_bytes == 0);
}

TEST_CASE("without regions all is other") {
  purpose_table table;
  table.count(0, 100, false);
  CHECK(of(table, "other").read_bytes == 100);
  CHECK(table.is_one(0, ~0ULL));
}

TEST_CASE("a stretch of one purpose is recognised") {
  purpose_table table;
  table.set({{"weights", 0x100, 0x100}}, 0x1000);
  CHECK(table.is_one(0x100, 0x100));
  CHECK_FALSE(table.is_one(0x100, 0x101));
  CHECK_FALSE(table.is_one(0xff, 2));
  CHECK(table.is_one(0x200, 0x1000));
}

TEST_CASE("bad purposes are refused by name") {
  CHECK_THAT(refusal({{"a", 0, 0x10}, {"b", 0xf, 1}}),
             Catch::Contains("'a'") && Catch::Contains("'b'"));
  CHECK_THAT(refusal({{"a", 0, 0}}), Catch::Contains("'a'"));
  CHECK_THAT(refusal({{"a", 0xfff, 2}}), Catch::Contains("exceeds"));
  CHECK_THAT(refusal({{"a", ~0ULL, 2}}), Catch::Contains("exceeds"));
  CHECK(refusal({{"a", 0, 0x1000}}) == "accepted");
}
