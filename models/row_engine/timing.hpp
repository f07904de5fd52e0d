// The cycle rule of the row engine; docs/timing.md states it in words.
#pragma once

#include <cstdint>

#include "models/common/observer.hpp"
#include "models/row_engine/kernel.hpp"

namespace vitvp::models {

/// What the array looks like.
struct row_engine_geometry {
  std::uint32_t rows = 8;    ///< processing rows, 1..256
  std::uint32_t lanes = 64;  ///< multiply-accumulators of a row, 1..256
};

/// What the time of a product depends on.
struct product_shape {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t terms = 0;
  bool a_term_major = false;  ///< the rows of a term of A are contiguous
  bool a_indexed = false;
  bool accumulate = false;
  record_by records_by = record_by::column;
  std::uint32_t element_bytes = 1;  ///< of C; 4: written without records
  bool c_channel_major = false;     ///< the columns of C are contiguous
};

/// Cycles of the stages that every product passes once.
struct row_engine_latency {
  static constexpr std::uint64_t setup = 4;  ///< command to first request
  static constexpr std::uint64_t read = 2;   ///< request to operand
  static constexpr std::uint64_t write = 4;  ///< last sum to memory
};

/// Of a line, and so the terms of a row that one read of token-major A brings.
constexpr std::uint64_t row_engine_line_bytes = 64;

/// Beats on the memory: accesses to one line of 64 bytes.
struct product_beats {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t partial = 0;
  std::uint64_t c = 0;
  std::uint64_t records = 0;
  std::uint64_t index = 0;
};

/// Cycles of a product without bank conflicts; bank_conflict and dma_wait are
/// 0. Requires rows, columns and the geometry to be positive.
cycle_breakdown product_cycles(const product_shape& shape,
                               const row_engine_geometry& geometry);

/// Beats of a product. Each tile reads its part of A and B, of the index list
/// and the records.
product_beats beats_of(const product_shape& shape,
                       const row_engine_geometry& geometry);

}  // namespace vitvp::models
