// The tiles of a product in the order of the row engine, and when each is
// computed and read out; docs/timing.md states it in words.
#pragma once

#include <cstdint>

#include "models/row_engine/timing.hpp"

namespace vitvp::models {

/// A part of the result. Times are cycles from the first step of the first tile
/// on, without bank conflicts.
struct product_tile {
  std::uint32_t number = 0;
  std::uint32_t row = 0;     ///< of the product, the tile's first
  std::uint32_t column = 0;  ///< likewise
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::int64_t load = 0;       ///< first read of A; below 0 in the first tile
  std::uint64_t start = 0;     ///< first step
  std::uint64_t end = 0;       ///< after the last step
  std::uint64_t read_out = 0;  ///< first cycle of the read-out
  std::uint64_t read_out_end = 0;  ///< after its last one
};

/// Requires rows, columns and the geometry to be positive.
class tile_walk {
 public:
  tile_walk(const product_shape& shape, const row_engine_geometry& geometry);

  bool done() const { return m_tile.row >= m_shape.rows; }
  /// The present one; there is one unless done().
  const product_tile& tile() const { return m_tile; }
  void next();

  /// Terms that the array waits for before it can step.
  std::uint64_t chunk_terms() const;
  /// Chunks of a tile; 0 without terms.
  std::uint64_t chunks() const;
  /// Reads that bring a chunk of the present tile.
  std::uint64_t chunk_reads() const;
  /// From the first step of the present tile to that of its chunk `j`.
  std::uint64_t chunk_start(std::uint64_t j) const;

 private:
  void schedule();

  product_shape m_shape;
  row_engine_geometry m_geometry;
  product_tile m_tile;
  std::uint64_t m_bank_free = 0;  ///< end of the read-out before the last
};

}  // namespace vitvp::models
