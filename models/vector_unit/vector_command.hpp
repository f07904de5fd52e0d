// A vector unit command as its registers describe it.
#pragma once

#include <cstdint>

#include "models/common/command_engine.hpp"
#include "models/common/memory_port.hpp"
#include "models/vector_unit/timing.hpp"

namespace vitvp::models {

/// Operation, shape and places of the operands.
struct vector_command {
  vector_operation operation = vector_operation::softmax;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  region x;
  region y;           ///< add
  region z;           ///< result
  region parameters;  ///< softmax: table; layer_norm: records
  region records;     ///< softmax: the records that are written
  std::uint32_t multiplier = 0;
  std::uint32_t shift = 0;
  std::uint64_t epsilon = 0;

  bool is_add() const { return operation == vector_operation::add; }
  /// Bytes of an element of the result.
  std::uint32_t result_bytes() const { return is_add() ? 2 : 1; }
};

/// Reads a command. Throws command_fault{parameter} with the offset of the
/// first register that is out of range: MODE, SHAPE, X_ADDRESS, X_STRIDE,
/// Z_ADDRESS, Z_STRIDE, then those of the operation.
vector_command decode_vector(const command& c, std::uint32_t max_columns);

}  // namespace vitvp::models
