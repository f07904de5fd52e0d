// PNG by libpng. libpng reports errors by longjmp() to the function that called
// setjmp(): the functions below that do so hold nothing with a destructor.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>

#include "vit/picture_decoders.hpp"

namespace vitvp::vit {

namespace {

// What libpng reads and complains into.
struct png_file {
  const std::uint8_t* next;
  std::size_t left;
  char problem[160];
};

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto* file = static_cast<png_file*>(png_get_io_ptr(png));
  if (count > file->left) png_error(png, "the file ends too early");
  std::memcpy(to, file->next, count);
  file->next += count;
  file->left -= count;
}

[[noreturn]] void give_up(png_structp png, png_const_charp message) {
  auto* file = static_cast<png_file*>(png_get_error_ptr(png));
  std::snprintf(file->problem, sizeof file->problem, "%s", message);
  png_longjmp(png, 1);
}

void keep_quiet(png_structp, png_const_charp) {}

class png_decoder {
 public:
  explicit png_decoder(const std::vector<std::uint8_t>& bytes)
      : m_file{bytes.data(), bytes.size(), {}},
        m_png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &m_file, give_up,
                                     keep_quiet)),
        m_info(m_png == nullptr ? nullptr : png_create_info_struct(m_png)) {
    if (m_info == nullptr) {
      png_destroy_read_struct(&m_png, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~png_decoder() { png_destroy_read_struct(&m_png, &m_info, nullptr); }
  png_decoder(const png_decoder&) = delete;
  png_decoder& operator=(const png_decoder&) = delete;

  // Up to the pixels. This and what follows return false on an error.
  bool read_header() {
    if (setjmp(png_jmpbuf(m_png)) != 0) return false;
    // Sizes are checked by the caller, whose message says more.
    png_set_user_limits(m_png, 0x7fffffff, 0x7fffffff);
    png_set_read_fn(m_png, &m_file, read_bytes);
    png_read_info(m_png, m_info);
    return true;
  }

  // Asks for 8 bits of grey or RGB.
  bool choose_format() {
    if (setjmp(png_jmpbuf(m_png)) != 0) return false;
    const int type = png_get_color_type(m_png, m_info);
    if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(m_png);
    if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(m_png);
    png_set_scale_16(m_png);
    png_set_strip_alpha(m_png);
    png_set_interlace_handling(m_png);
    png_read_update_info(m_png, m_info);
    return true;
  }

  // Into `height()` rows of `row_bytes()`.
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(m_png)) != 0) return false;
    png_read_image(m_png, rows);
    png_read_end(m_png, nullptr);
    return true;
  }

  std::uint32_t height() const { return png_get_image_height(m_png, m_info); }
  std::uint32_t width() const { return png_get_image_width(m_png, m_info); }
  std::uint32_t channels() const { return png_get_channels(m_png, m_info); }
  std::size_t row_bytes() const { return png_get_rowbytes(m_png, m_info); }
  const char* problem() const { return m_file.problem; }

 private:
  png_file m_file;
  png_structp m_png;
  png_infop m_info;
};

}  // namespace

picture decode_png(const std::string& path,
                   const std::vector<std::uint8_t>& bytes) {
  png_decoder decoder(bytes);
  const auto refuse_unless = [&](bool good) {
    if (!good) refuse_picture(path, "PNG", decoder.problem());
  };
  refuse_unless(decoder.read_header());
  check_picture_size(path, decoder.height(), decoder.width());
  refuse_unless(decoder.choose_format());
  picture result{decoder.height(), decoder.width(), decoder.channels(), {}};
  const std::size_t row_bytes = std::size_t{result.width} * result.channels;
  if ((result.channels != 1 && result.channels != 3) ||
      decoder.row_bytes() != row_bytes) {
    refuse_picture(path, "PNG", "its format is not known");
  }
  result.pixels.resize(row_bytes * result.height);
  std::vector<png_bytep> rows;
  for (std::uint32_t y = 0; y < result.height; ++y) {
    rows.push_back(result.pixels.data() + y * row_bytes);
  }
  refuse_unless(decoder.read_rows(rows.data()));
  return result;
}

}  // namespace vitvp::vit
