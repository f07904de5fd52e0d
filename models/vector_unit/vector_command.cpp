#include "models/vector_unit/vector_command.hpp"

#include <registers/vector_unit.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::vector_unit;

std::uint32_t bit_length(std::uint32_t x) {
  return x == 0 ? 0 : 32 - static_cast<std::uint32_t>(__builtin_clz(x));
}

/// An operand in rows; its address and stride are multiples of the element.
region operand(const command& c, const vector_command& d, std::uint32_t address,
               std::uint32_t stride, std::uint32_t element_bytes) {
  require(c.get(address) % element_bytes == 0, address);
  require(c.get(stride) % element_bytes == 0, stride);
  return {c.get(address), d.rows, std::uint64_t{d.columns} * element_bytes,
          c.get(stride)};
}

void decode_softmax(const command& c, vector_command& d) {
  const std::uint32_t factor = c.get(regs::FACTOR);
  d.multiplier = regs::FACTOR_MULTIPLIER.get(factor);
  d.shift = regs::FACTOR_SHIFT.get(factor);
  require(d.multiplier >= 16384 && d.multiplier <= 32767, regs::FACTOR);
  require(d.shift >= 1 && d.shift + bit_length(255 * d.columns) <= 62,
          regs::FACTOR);
  require(c.get(regs::RECORDS) % 8 == 0, regs::RECORDS);
  d.parameters = {c.get(regs::PARAMETERS), 1, 256, 0};
  d.records = {c.get(regs::RECORDS), 1, 8ULL * d.rows, 0};
}

void decode_layer_norm(const command& c, vector_command& d) {
  require(c.get(regs::PARAMETERS) % 8 == 0, regs::PARAMETERS);
  require(c.get(regs::EPSILON_HI) < 1U << 28, regs::EPSILON_HI);
  d.epsilon = c.get(regs::EPSILON_LO) | std::uint64_t{c.get(regs::EPSILON_HI)}
                                            << 32;
  d.parameters = {c.get(regs::PARAMETERS), 1, 8ULL * d.columns, 0};
}

}  // namespace

vector_command decode_vector(const command& c, std::uint32_t max_columns) {
  vector_command d;
  const std::uint32_t operation = regs::MODE_OPERATION.get(c.get(regs::MODE));
  require(operation <= 2, regs::MODE);
  d.operation = static_cast<vector_operation>(operation);
  d.rows = regs::SHAPE_ROWS.get(c.get(regs::SHAPE));
  d.columns = regs::SHAPE_COLUMNS.get(c.get(regs::SHAPE));
  require(d.rows > 0 && d.columns > 0 && d.columns <= max_columns, regs::SHAPE);
  const std::uint32_t x_bytes =
      d.operation == vector_operation::softmax ? 1 : 2;
  d.x = operand(c, d, regs::X_ADDRESS, regs::X_STRIDE, x_bytes);
  d.z = operand(c, d, regs::Z_ADDRESS, regs::Z_STRIDE, d.result_bytes());
  require(d.rows == 1 || d.z.stride >= d.z.row_bytes, regs::Z_STRIDE);
  switch (d.operation) {
    case vector_operation::softmax:
      decode_softmax(c, d);
      break;
    case vector_operation::layer_norm:
      decode_layer_norm(c, d);
      break;
    case vector_operation::add:
      d.y = operand(c, d, regs::Y_ADDRESS, regs::Y_STRIDE, 2);
      break;
  }
  return d;
}

}  // namespace vitvp::models
