// PNG and JPEG files for tests: PNG written from its specification, JPEG by
// libjpeg.
#pragma once

#include <jpeglib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "vit/picture.hpp"

namespace vitvp::vit::test {

/// A PNG before compression.
struct png_parts {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  unsigned depth = 8;       ///< bits of a sample
  unsigned type = 0;        ///< 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA
  bool interlaced = false;  ///< `scanlines` are those of the seven passes
  std::string scanlines;    ///< each with its filter byte
  std::string chunks;       ///< between header and pixels
};

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 0xffU);
  }
  return bytes;
}

/// PNG, annex D.
inline std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1U) != 0 ? 0xedb88320U ^ (crc >> 1) : crc >> 1;
    }
  }
  return crc ^ 0xffffffffU;
}

inline std::string png_chunk(const std::string& name, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + name + data +
         big_endian(crc32(name + data));
}

/// RFC 1950 with stored blocks of RFC 1951.
inline std::string stored_zlib(const std::string& data) {
  std::string bytes = "\x78\x01";
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char byte : data) {
    a = (a + static_cast<unsigned char>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  constexpr std::size_t most = 65535;
  for (std::size_t at = 0; at < data.size() || at == 0; at += most) {
    const std::string block = data.substr(at, most);
    const auto size = static_cast<std::uint16_t>(block.size());
    bytes += static_cast<char>(at + most >= data.size());
    for (const unsigned length : {unsigned{size}, ~unsigned{size}}) {
      bytes += static_cast<char>(length & 0xffU);
      bytes += static_cast<char>(length >> 8 & 0xffU);
    }
    bytes += block;
  }
  return bytes + big_endian(b << 16 | a);
}

inline std::string png_bytes(const png_parts& png) {
  std::string header = big_endian(png.width) + big_endian(png.height);
  for (const unsigned field :
       {png.depth, png.type, 0U, 0U, unsigned{png.interlaced}}) {
    header += static_cast<char>(field);
  }
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png.chunks +
         png_chunk("IDAT", stored_zlib(png.scanlines)) + png_chunk("IEND", "");
}

/// The rows of an 8-bit picture, unfiltered.
inline std::string scanlines(const picture& p) {
  std::string lines;
  const std::size_t row = std::size_t{p.width} * p.channels;
  for (std::size_t y = 0; y < p.height; ++y) {
    const auto at = p.pixels.begin() + static_cast<std::ptrdiff_t>(y * row);
    lines += '\0';
    lines.append(at, at + static_cast<std::ptrdiff_t>(row));
  }
  return lines;
}

inline std::string png_bytes(const picture& p) {
  return png_bytes({p.height, p.width, 8, p.channels == 1 ? 0U : 2U, false,
                    scanlines(p), ""});
}

/// channels: 1 grey, 3 RGB, 4 CMYK as Adobe stores it: light, not ink.
inline std::string jpeg_bytes(const picture& p, bool progressive = false,
                              bool adobe = true) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_height = p.height;
  info.image_width = p.width;
  info.input_components = static_cast<int>(p.channels);
  info.in_color_space = p.channels == 1   ? JCS_GRAYSCALE
                        : p.channels == 3 ? JCS_RGB
                                          : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  if (!adobe) info.write_Adobe_marker = FALSE;
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<unsigned char*>(p.pixels.data() +
                                           std::size_t{info.next_scanline} *
                                               p.width * p.channels);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string bytes(reinterpret_cast<char*>(memory), size);
  std::free(memory);
  return bytes;
}

}  // namespace vitvp::vit::test
