// The decoders behind read_picture().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/picture.hpp"

namespace vitvp::vit {

/// Decode the bytes of the file `path`, which only messages name. They throw
/// input_error, see read_picture().
picture decode_png(const std::string& path,
                   const std::vector<std::uint8_t>& bytes);
picture decode_jpeg(const std::string& path,
                    const std::vector<std::uint8_t>& bytes);

/// Throws input_error unless a picture of this size may be decoded.
void check_picture_size(const std::string& path, std::uint64_t height,
                        std::uint64_t width);

/// Throws the input_error for a file that the decoder of `format` ("PNG") gave
/// up on, with what it said.
[[noreturn]] void refuse_picture(const std::string& path, const char* format,
                                 const char* problem);

}  // namespace vitvp::vit
