// A row engine command as its registers describe it.
#pragma once

#include <cstdint>

#include "models/common/command_engine.hpp"
#include "models/common/memory_port.hpp"
#include "models/row_engine/kernel.hpp"
#include "models/row_engine/timing.hpp"

namespace vitvp::models {

/// Shape, mode and places of the operands of a product.
struct product_command {
  product values;       ///< without the pointers
  product_shape shape;  ///< what its time depends on
  std::uint64_t a_address = 0;
  std::uint64_t index_address = 0;
  std::uint64_t b_address = 0;
  std::uint64_t partial_address = 0;
  std::uint64_t c_address = 0;
  std::uint64_t records_address = 0;
  region a_used;  ///< what is read of A, once the index list is known

  region b() const;
  region partial() const;
  region c() const;
  region records() const;
  region index_list() const;
  /// The part of A that lies between the terms `first` and `last`.
  region a_terms(std::uint64_t first, std::uint64_t last) const;
};

/// Reads a command. Throws command_fault{parameter} with the offset of the
/// first register, in this order, that is out of range: SHAPE, TERMS, MODE,
/// A_TERM_STRIDE, A_INDEX, C_ADDRESS, C_ROW_STRIDE, C_COLUMN_STRIDE, PARTIAL,
/// PARTIAL_ROW_STRIDE, RECORDS.
product_command decode_product(const command& c, std::uint32_t max_terms);

}  // namespace vitvp::models
