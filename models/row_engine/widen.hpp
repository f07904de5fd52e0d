// Bytes of memory to the 16-bit terms that dot_tile takes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vitvp::models {

/// to[i] = from[i], read as u8 or as i8, for `n` bytes.
void widen(const std::uint8_t* from, std::size_t n, bool is_unsigned,
           std::int16_t* to);

/// Two rows of tile_columns values i8, one element of each in turn.
void interleave(const std::uint8_t* even_term, const std::uint8_t* odd_term,
                std::int16_t* to);

}  // namespace vitvp::models
