// PNG and JPEG files: every format is decoded as its specification says, and
// whatever is damaged is refused by name.
#include "vit/picture.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "test/vit/picture_files.hpp"
#include "test/vit/temporary_folder.hpp"
#include "vit/input_error.hpp"
#include "vit/random_source.hpp"

namespace vitvp::vit::test {

namespace {

using Catch::Contains;
using bytes = std::vector<std::uint8_t>;

picture decoded(const std::string& file) {
  const temporary_folder folder;
  write_bytes(folder.file("p"), file);
  return read_picture(folder.file("p"));
}

// The message without the file's name, which must begin it.
std::string refusal(const std::string& file) {
  const temporary_folder folder;
  const std::string path = folder.file("p");
  write_bytes(path, file);
  try {
    read_picture(path);
    return "";
  } catch (const input_error& error) {
    const std::string message = error.what();
    REQUIRE(message.find(path + ": ") == 0);
    return message.substr(path.size() + 2);
  }
}

picture random_picture(std::uint64_t seed, std::uint32_t height,
                       std::uint32_t width, std::uint32_t channels) {
  random_source random(seed);
  picture p{height, width, channels, {}};
  for (std::size_t i = 0; i < std::size_t{height} * width * channels; ++i) {
    p.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  return p;
}

picture plain(const bytes& colour) {
  picture p{16, 24, static_cast<std::uint32_t>(colour.size()), {}};
  for (int i = 0; i < 16 * 24; ++i) {
    p.pixels.insert(p.pixels.end(), colour.begin(), colour.end());
  }
  return p;
}

std::string text(const bytes& values) {
  return {values.begin(), values.end()};
}

// One row of a PNG.
bytes row(unsigned depth, unsigned type, std::uint32_t width,
          const bytes& samples, const std::string& chunks = "") {
  const picture p =
      decoded(png_bytes({1, width, depth, type, false,
                         std::string(1, '\0') + text(samples), chunks}));
  REQUIRE(p.height == 1);
  REQUIRE(p.width == width);
  REQUIRE(p.pixels.size() == width * p.channels);
  return p.pixels;
}

}  // namespace

TEST_CASE("grey and RGB PNG are taken as they are") {
  for (const std::uint32_t channels : {1U, 3U}) {
    const picture p = random_picture(channels, 37, 300, channels);
    const picture found = decoded(png_bytes(p));
    CHECK(found.height == 37);
    CHECK(found.width == 300);
    CHECK(found.channels == channels);
    CHECK(found.pixels == p.pixels);
  }
}

TEST_CASE("PNG of fewer bits are spread over 0..255") {
  CHECK(row(1, 0, 4, {0x50}) == bytes{0, 255, 0, 255});
  CHECK(row(2, 0, 4, {0x1b}) == bytes{0, 85, 170, 255});
  CHECK(row(4, 0, 4, {0x01, 0x8f}) == bytes{0, 17, 136, 255});
}

TEST_CASE("PNG of 16 bits are scaled, not cut") {
  // 0x0080 / 65535 * 255 is 0.498, 0x0081 / 65535 * 255 is 0.502.
  CHECK(row(16, 0, 4, {0x00, 0x80, 0x00, 0x81, 0xff, 0xff, 0x80, 0x00}) ==
        bytes{0, 1, 255, 128});
  CHECK(row(16, 2, 1, {0x12, 0x12, 0xff, 0x7e, 0xff, 0x7f}) ==
        bytes{0x12, 254, 255});
}

TEST_CASE("palettes become RGB, whatever is transparent") {
  const std::string palette =
      png_chunk("PLTE", text({1, 2, 3, 40, 50, 60, 255, 0, 7}));
  const bytes expected{40, 50, 60, 1, 2, 3, 255, 0, 7};
  CHECK(row(8, 3, 3, {1, 0, 2}, palette) == expected);
  CHECK(row(2, 3, 3, {0x48}, palette) == expected);
  CHECK(row(8, 3, 3, {1, 0, 2},
            palette + png_chunk("tRNS", text({0, 128, 255}))) == expected);
}

TEST_CASE("alpha is dropped") {
  CHECK(row(8, 4, 2, {10, 0, 20, 255}) == bytes{10, 20});
  CHECK(row(8, 6, 2, {1, 2, 3, 0, 4, 5, 6, 99}) == bytes{1, 2, 3, 4, 5, 6});
  CHECK(row(16, 6, 1, {255, 255, 0, 0, 255, 255, 0, 0}) == bytes{255, 0, 255});
}

TEST_CASE("an interlaced PNG is the same picture") {
  const picture p = random_picture(5, 13, 11, 3);
  struct pass {
    std::uint32_t top, left, down, across;
  };
  std::string lines;
  for (const pass& s :
       {pass{0, 0, 8, 8}, pass{0, 4, 8, 8}, pass{4, 0, 8, 4}, pass{0, 2, 4, 4},
        pass{2, 0, 4, 2}, pass{0, 1, 2, 2}, pass{1, 0, 2, 1}}) {
    for (std::uint32_t y = s.top; y < p.height; y += s.down) {
      lines += '\0';
      for (std::uint32_t x = s.left; x < p.width; x += s.across) {
        for (std::uint32_t c = 0; c < 3; ++c) {
          lines += static_cast<char>(p.pixels[(y * p.width + x) * 3 + c]);
        }
      }
    }
  }
  CHECK(decoded(png_bytes({13, 11, 8, 2, true, lines, ""})).pixels == p.pixels);
}

TEST_CASE("grey, RGB and CMYK JPEG, sequential and progressive") {
  struct sample {
    bytes stored;
    bytes expected;
    bool adobe;
  };
  for (const bool progressive : {false, true}) {
    // Light of 200, 100 and 0 of 255, of which black leaves 128 of 255; and
    // ink, of which 0 is white.
    for (const sample& s :
         {sample{{77}, {77}, true}, sample{{10, 200, 90}, {10, 200, 90}, true},
          sample{{200, 100, 0, 128}, {100, 50, 0}, true},
          sample{{0, 255, 55, 127}, {128, 0, 100}, false}}) {
      CAPTURE(s.stored, progressive);
      const picture p =
          decoded(jpeg_bytes(plain(s.stored), progressive, s.adobe));
      REQUIRE(p.height == 16);
      REQUIRE(p.width == 24);
      REQUIRE(p.channels == s.expected.size());
      REQUIRE(p.pixels.size() == 16 * 24 * s.expected.size());
      int furthest = 0;
      for (std::size_t i = 0; i < p.pixels.size(); ++i) {
        furthest = std::max(furthest,
                            std::abs(p.pixels[i] - s.expected[i % p.channels]));
      }
      CHECK(furthest <= 1);
    }
  }
}

TEST_CASE("what is no picture is refused by name") {
  CHECK(refusal("") == "is empty");
  CHECK_THAT(refusal("hello\n"), Contains("is neither PNG nor JPEG"));
  CHECK_THAT(refusal("GIF89a.........."), Contains("is neither PNG nor JPEG"));
  CHECK_THROWS_WITH(read_picture("/no/such.png"),
                    Contains("/no/such.png: cannot be read"));
}

TEST_CASE("every cut of a picture is refused") {
  const std::string png = png_bytes(random_picture(1, 9, 10, 3));
  for (std::size_t length = 0; length < png.size(); ++length) {
    CAPTURE(length);
    REQUIRE(!refusal(png.substr(0, length)).empty());
  }
  CHECK_THAT(refusal(png.substr(0, png.size() / 2)),
             Contains("is a damaged PNG (the file ends too early)"));
  for (const bool progressive : {false, true}) {
    const std::string jpeg =
        jpeg_bytes(random_picture(2, 40, 50, 3), progressive);
    for (std::size_t length = 0; length + 2 < jpeg.size(); length += 7) {
      CAPTURE(length);
      REQUIRE(!refusal(jpeg.substr(0, length)).empty());
    }
    CHECK_THAT(refusal(jpeg.substr(0, jpeg.size() / 2)),
               Contains("is a damaged JPEG (") && Contains("remature end"));
  }
}

TEST_CASE("sizes that nobody wants are refused before memory is taken") {
  const auto png = [](std::uint32_t height, std::uint32_t width) {
    return refusal(png_bytes({height, width, 8, 2, false, "", ""}));
  };
  CHECK_THAT(png(1, 32769), Contains("has 32769 x 1 pixels"));
  CHECK_THAT(png(0x7fffffff, 0x7fffffff),
             Contains("has 2147483647 x 2147483647 pixels"));
  CHECK_THAT(png(8193, 8192), Contains("at most 2^26 in all"));
  CHECK_THAT(png(0, 5), Contains("damaged PNG"));
  std::string jpeg = jpeg_bytes(plain({1, 2, 3}));
  const std::size_t frame = jpeg.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
  CHECK_THAT(refusal(jpeg), Contains("has 65500 x 65500 pixels"));
}

TEST_CASE("a wrong checksum of the pixels is refused") {
  std::string png = png_bytes(random_picture(1, 9, 10, 1));
  png[png.size() - 30] = static_cast<char>(png[png.size() - 30] ^ 1);
  CHECK_THAT(refusal(png), Contains("damaged PNG"));
}

TEST_CASE("damaged pictures are decoded or refused, nothing else") {
  const temporary_folder folder;
  const std::string path = folder.file("p");
  std::size_t decoded_ones = 0;
  std::size_t refused = 0;
  const std::string files[] = {
      png_bytes(random_picture(1, 9, 10, 3)),
      png_bytes({5, 5, 8, 3, false, std::string(30, '\1'),
                 png_chunk("PLTE", std::string(9, '\2'))}),
      jpeg_bytes(random_picture(2, 33, 20, 3)),
      jpeg_bytes(random_picture(2, 33, 20, 1), true),
      jpeg_bytes(random_picture(3, 20, 20, 4))};
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    std::string damaged = files[seed % 5];
    for (std::uint32_t i = random.below(4) + 1; i > 0; --i) {
      const auto size = static_cast<std::uint32_t>(damaged.size());
      damaged[random.below(size)] = static_cast<char>(random.below(256));
    }
    write_bytes(path, damaged);
    try {
      const picture p = read_picture(path);
      REQUIRE(p.pixels.size() == std::size_t{p.height} * p.width * p.channels);
      ++decoded_ones;
    } catch (const input_error&) {
      ++refused;
    }
  }
  CHECK(decoded_ones > 100);
  CHECK(refused > 100);
}

}  // namespace vitvp::vit::test
