#include "models/sram/written_lines.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

using vitvp::models::written_lines;

TEST_CASE("a line that was written counts once, and whole") {
  written_lines written(64 * 100, 64);
  CHECK(written.bytes() == 0);
  written.add(130, 1);
  CHECK(written.bytes() == 64);
  written.add(128, 64);
  CHECK(written.bytes() == 64);
  written.add(191, 2);
  CHECK(written.bytes() == 128);
  // To the last one, through more than one word of lines.
  written.add(0, 64 * 100);
  CHECK(written.bytes() == 64 * 100);
}

TEST_CASE("lines between the rows of a write do not count") {
  written_lines written(1 << 16, 64);
  written.add_rows(0, 4, 64, 256);
  CHECK(written.bytes() == 4 * 64);
  // One more row, and the same once more.
  written.add_rows(0, 5, 64, 256);
  written.add_rows(0, 5, 64, 256);
  CHECK(written.bytes() == 5 * 64);
  written.add_rows(64, 5, 64, 256);
  CHECK(written.bytes() == 10 * 64);
}

TEST_CASE("random writes, line by line") {
  const std::uint32_t seed = 3;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto between = [&](std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random);
  };
  for (int round = 0; round < 50; ++round) {
    const std::uint64_t line_bytes = 8U << between(0, 4);
    const std::uint64_t total_bytes = line_bytes * between(1, 1000);
    written_lines written(total_bytes, line_bytes);
    std::set<std::uint64_t> lines;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t address = between(0, total_bytes - 1);
      const std::uint64_t room = total_bytes - address;
      const std::uint64_t row_bytes =
          between(1, std::min<std::uint64_t>(room, 300));
      const std::uint64_t stride = between(0, 500);
      const std::uint64_t most_rows =
          stride == 0 ? 20 : 1 + (room - row_bytes) / stride;
      const std::uint64_t rows =
          between(1, std::min<std::uint64_t>(most_rows, 20));
      written.add_rows(address, rows, row_bytes, stride);
      for (std::uint64_t row = 0; row < rows; ++row) {
        for (std::uint64_t byte = 0; byte < row_bytes; ++byte) {
          lines.insert((address + row * stride + byte) / line_bytes);
        }
      }
      INFO("round " << round << ", write " << i);
      REQUIRE(written.bytes() == lines.size() * line_bytes);
    }
  }
}
