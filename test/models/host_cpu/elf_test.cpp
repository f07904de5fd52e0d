// The ELF reader against real files, and against what is left of them after
// damage.
#include "models/host_cpu/elf.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace {

using vitvp::models::elf_error;
using vitvp::models::elf_image;
using vitvp::models::elf_symbol;
using bytes = std::vector<std::uint8_t>;

bytes read_file(const std::string& name) {
  std::ifstream file(std::string(VITVP_GUEST_DIR) + "/" + name + ".elf",
                     std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(bytes& file, std::size_t offset, std::uint32_t value,
         std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    file.at(offset + i) = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

std::uint32_t get(const bytes& file, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(file.at(offset + i)) << (8 * i);
  }
  return value;
}

void check_error(const bytes& file, const std::string& reason) {
  try {
    elf_image::parse(file, "guest.elf");
    FAIL("accepted; expected: " << reason);
  } catch (const elf_error& error) {
    CHECK_THAT(error.what(),
               Catch::StartsWith("guest.elf: ") && Catch::Contains(reason));
  }
}

// A damaged file is refused, or read to the end without harm.
void parse_whatever(const bytes& file) {
  try {
    const elf_image image = elf_image::parse(file, "damaged");
    image.symbolize(image.entry());
    image.require_within(0x80000000, 1 << 20);
  } catch (const elf_error&) {
  }
}

}  // namespace

TEST_CASE("elf_reads_an_executable") {
  const elf_image image =
      elf_image::load(std::string(VITVP_GUEST_DIR) + "/compute.elf");
  CHECK(image.entry() == image.find("_start")->address);
  REQUIRE_FALSE(image.segments().empty());
  CHECK(image.segments().front().address == 0x80000000);
  const elf_symbol* buffer = image.find("buffer");
  REQUIRE(buffer != nullptr);
  CHECK(buffer->size == 1024);
  CHECK_FALSE(buffer->is_function);
  CHECK(image.find("compute")->is_function);
  CHECK(image.find("nothing") == nullptr);
  CHECK_NOTHROW(image.require_within(0x80000000, 1 << 20));
}

TEST_CASE("elf_names_addresses") {
  const elf_image image =
      elf_image::load(std::string(VITVP_GUEST_DIR) + "/compute.elf");
  const elf_symbol* compute = image.find("compute");
  REQUIRE(compute != nullptr);
  CHECK(image.symbolize(compute->address) == "compute");
  CHECK(image.symbolize(compute->address + 0x12) == "compute+0x12");
  CHECK(image.symbolize(0x1000) == "0x00001000");
}

TEST_CASE("elf_refuses_what_does_not_fit_the_memory") {
  const elf_image image =
      elf_image::load(std::string(VITVP_GUEST_DIR) + "/compute.elf");
  CHECK_THROWS_WITH(image.require_within(0x80000000, 64),
                    Catch::Contains("outside of the memory of 64 bytes"));
  CHECK_THROWS_AS(image.require_within(0x90000000, 1 << 20), elf_error);
}

TEST_CASE("elf_names_file_and_reason_of_every_refusal") {
  CHECK_THROWS_WITH(elf_image::load("/nonexistent/file.elf"),
                    Catch::StartsWith("/nonexistent/file.elf: "));
  const bytes good = read_file("compute");
  check_error({}, "not an ELF file");
  check_error({'#', '!', '/', 'b', 'i', 'n'}, "not an ELF file");
  const auto damaged = [&](std::size_t offset, std::uint32_t value,
                           std::size_t count) {
    bytes file = good;
    put(file, offset, value, count);
    return file;
  };
  check_error(damaged(4, 2, 1), "not a 32-bit ELF file (class 2)");
  check_error(damaged(5, 2, 1), "not little endian");
  check_error(damaged(18, 62, 2), "not for RISC-V (machine 62)");
  check_error(damaged(16, 3, 2), "not an executable (type 3)");
  check_error(damaged(28, 0xfffffff0, 4), "program header table");
  check_error(damaged(42, 56, 2), "program headers of 56 bytes");
  check_error(damaged(44, 0, 2), "no program headers");
  check_error(damaged(46, 64, 2), "section headers of 64 bytes");
  check_error(damaged(32, 0xffffff00, 4), "section header table");
}

TEST_CASE("elf_refuses_overlapping_and_oversized_segments") {
  bytes file = read_file("compute");
  const std::uint32_t table = get(file, 28);
  std::vector<std::uint32_t> loadable;
  for (std::uint32_t i = 0; i < file.at(44); ++i) {
    if (get(file, table + 32 * i) == 1) {
      loadable.push_back(table + 32 * i);
    }
  }
  REQUIRE_FALSE(loadable.empty());
  bytes beyond = file;
  put(beyond, loadable.front() + 4, 0x7fffffff, 4);
  check_error(beyond, "a segment lies beyond the end of the file");
  bytes large = file;
  put(large, loadable.front() + 16, 0x7fffffff, 4);
  check_error(large, "larger in the file than in memory");
  bytes high = file;
  put(high, loadable.front() + 12, 0xffffff00, 4);
  put(high, loadable.front() + 20, 0x10000, 4);
  check_error(high, "exceeds the address space");
  // A table of two that are the same.
  bytes twice = file;
  const std::size_t copy = twice.size();
  for (unsigned n = 0; n < 2; ++n) {
    for (std::size_t i = 0; i < 32; ++i) {
      twice.push_back(file.at(loadable.front() + i));
    }
  }
  put(twice, 28, static_cast<std::uint32_t>(copy), 4);
  put(twice, 44, 2, 2);
  check_error(twice, "overlap");
}

TEST_CASE("elf_survives_truncation_at_every_length") {
  const bytes good = read_file("loop");
  for (std::size_t length = 0; length < good.size(); ++length) {
    parse_whatever(
        {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)});
  }
}

TEST_CASE("elf_survives_random_damage") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const bytes good = read_file("loop");
  const std::uint32_t table = get(good, 32);
  for (unsigned round = 0; round < 20000; ++round) {
    bytes file = good;
    const unsigned flips = 1 + random() % 8;
    for (unsigned i = 0; i < flips; ++i) {
      // Mostly where the structure is: the headers at both ends.
      const std::size_t at = random() % 3 == 0   ? random() % file.size()
                             : random() % 2 == 0 ? random() % 200
                                                 : table + random() % 200;
      file[std::min(at, file.size() - 1)] = static_cast<std::uint8_t>(random());
    }
    parse_whatever(file);
  }
  SUCCEED();
}
