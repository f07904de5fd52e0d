// A row engine command, its meaning by docs/arithmetic.md, and random ones.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "models/row_engine/timing.hpp"

namespace vitvp::rtl_test {

using memory_image = std::vector<std::uint8_t>;

/// The registers of a command, MODE taken apart.
struct product_registers {
  std::uint32_t rows = 1, columns = 1, terms = 0;
  std::uint32_t a = 0, a_row_stride = 0, a_term_stride = 1, a_index = 0;
  std::uint32_t b = 0, b_term_stride = 0;
  std::uint32_t c = 0, c_row_stride = 0, c_column_stride = 1;
  std::uint32_t partial = 0, partial_row_stride = 0, records = 0;
  bool a_unsigned = false, indexed = false, accumulate = false, relu = false;
  std::uint32_t output = 0, record_by = 0;

  std::uint32_t element_bytes() const { return 1U << output; }
  std::uint32_t mode() const;
  /// What the model's cycle rule depends on.
  models::product_shape shape() const;
  std::string text() const;
};

/// Writes C into `memory`, one element after the other.
void execute(const product_registers& p, memory_image& memory);

/// A shape and a mode; place() gives it operands.
product_registers random_product(std::mt19937& random, std::uint32_t rows,
                                 std::uint32_t lanes);

/// Puts the operands, strides chosen at random, from `from` on, fills them with
/// random values and many extremes; returns the end. The memory grows.
std::uint32_t place(product_registers& p, std::uint32_t from,
                    std::mt19937& random, memory_image& memory);

}  // namespace vitvp::rtl_test
