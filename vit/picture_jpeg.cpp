// JPEG by libjpeg. libjpeg reports errors by a function that must not return:
// ours jumps to the function that called setjmp(), and those hold nothing with
// a destructor.
#include <csetjmp>
#include <cstddef>
#include <cstdio>

// jpeglib.h needs size_t and FILE.
#include <jerror.h>
#include <jpeglib.h>

#include "vit/picture_decoders.hpp"

namespace vitvp::vit {

namespace {

// A file of this many scans is made to keep its reader busy.
constexpr int most_scans = 500;

// libjpeg knows the first members only.
struct jpeg_errors {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char problem[JMSG_LENGTH_MAX];
};

[[noreturn]] void give_up(j_common_ptr info) {
  auto* errors = reinterpret_cast<jpeg_errors*>(info->err);
  errors->base.format_message(info, errors->problem);
  std::longjmp(errors->back, 1);
}

// Oddities that leave every pixel as it is meant. Any other warning (level -1)
// says that libjpeg makes up what is missing.
bool is_harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM ||
         code == JWRN_JFIF_MAJOR || code == JWRN_TOO_MUCH_DATA;
}

void hear(j_common_ptr info, int level) {
  if (level < 0 && !is_harmless(info->err->msg_code)) give_up(info);
}

void watch_scans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <=
      most_scans) {
    return;
  }
  auto* errors = reinterpret_cast<jpeg_errors*>(info->err);
  std::snprintf(errors->problem, sizeof errors->problem,
                "it has more than %d scans", most_scans);
  std::longjmp(errors->back, 1);
}

class jpeg_decoder {
 public:
  jpeg_decoder() {
    m_info.err = jpeg_std_error(&m_errors.base);
    m_errors.base.error_exit = give_up;
    m_errors.base.emit_message = hear;
    m_progress.progress_monitor = watch_scans;
  }
  ~jpeg_decoder() { jpeg_destroy_decompress(&m_info); }
  jpeg_decoder(const jpeg_decoder&) = delete;
  jpeg_decoder& operator=(const jpeg_decoder&) = delete;

  // Up to the pixels. This and what follows return false on an error.
  bool read_header(const std::uint8_t* bytes, std::size_t count) {
    if (setjmp(m_errors.back) != 0) return false;
    jpeg_create_decompress(&m_info);
    m_info.progress = &m_progress;
    jpeg_mem_src(&m_info, bytes, static_cast<unsigned long>(count));
    jpeg_read_header(&m_info, TRUE);
    return true;
  }

  // Asks for grey, RGB or CMYK, with the integer transform that is the same
  // everywhere.
  bool start() {
    if (setjmp(m_errors.back) != 0) return false;
    switch (m_info.jpeg_color_space) {
      case JCS_GRAYSCALE:
        m_info.out_color_space = JCS_GRAYSCALE;
        break;
      case JCS_CMYK:
      case JCS_YCCK:
        m_info.out_color_space = JCS_CMYK;
        break;
      default:
        m_info.out_color_space = JCS_RGB;
    }
    m_info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&m_info);
    return true;
  }

  // Into height() rows of width() * channels() bytes.
  bool read_rows(std::uint8_t* pixels) {
    if (setjmp(m_errors.back) != 0) return false;
    while (m_info.output_scanline < m_info.output_height) {
      JSAMPROW row = pixels + std::size_t{m_info.output_scanline} *
                                  m_info.output_width *
                                  static_cast<unsigned>(channels());
      jpeg_read_scanlines(&m_info, &row, 1);
    }
    jpeg_finish_decompress(&m_info);
    return true;
  }

  std::uint32_t height() const { return m_info.image_height; }
  std::uint32_t width() const { return m_info.image_width; }
  int channels() const { return m_info.output_components; }
  bool is_adobe() const { return m_info.saw_Adobe_marker != 0; }
  const char* problem() const { return m_errors.problem; }

 private:
  jpeg_decompress_struct m_info{};
  jpeg_errors m_errors{};
  jpeg_progress_mgr m_progress{};
};

// [.., 4] to [.., 3]: light that neither its own ink nor black takes away.
// Adobe stores light instead of ink.
std::vector<std::uint8_t> cmyk_to_rgb(const std::vector<std::uint8_t>& cmyk,
                                      bool is_light) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(cmyk.size() / 4 * 3);
  for (std::size_t at = 0; at < cmyk.size(); at += 4) {
    const auto light = [&](std::size_t channel) {
      const unsigned value = cmyk[at + channel];
      return is_light ? value : 255 - value;
    };
    for (std::size_t c = 0; c < 3; ++c) {
      rgb.push_back(
          static_cast<std::uint8_t>((light(c) * light(3) + 127) / 255));
    }
  }
  return rgb;
}

}  // namespace

picture decode_jpeg(const std::string& path,
                    const std::vector<std::uint8_t>& bytes) {
  jpeg_decoder decoder;
  const auto refuse_unless = [&](bool good) {
    if (!good) refuse_picture(path, "JPEG", decoder.problem());
  };
  refuse_unless(decoder.read_header(bytes.data(), bytes.size()));
  check_picture_size(path, decoder.height(), decoder.width());
  refuse_unless(decoder.start());
  picture result{decoder.height(),
                 decoder.width(),
                 static_cast<std::uint32_t>(decoder.channels()),
                 {}};
  result.pixels.resize(std::size_t{result.height} * result.width *
                       result.channels);
  refuse_unless(decoder.read_rows(result.pixels.data()));
  if (result.channels == 4) {
    result.pixels = cmyk_to_rgb(result.pixels, decoder.is_adobe());
    result.channels = 3;
  }
  return result;
}

}  // namespace vitvp::vit
