#include "models/row_engine/product_command.hpp"

#include <algorithm>
#include <registers/row_engine.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::row_engine;

void decode_shape(const command& c, std::uint32_t max_terms, product& p) {
  const std::uint32_t shape = c.get(regs::SHAPE);
  p.rows = regs::SHAPE_ROWS.get(shape);
  p.columns = regs::SHAPE_COLUMNS.get(shape);
  p.terms = c.get(regs::TERMS);
  require(p.rows > 0 && p.columns > 0, regs::SHAPE);
  require(p.terms <= max_terms, regs::TERMS);
}

void decode_mode(std::uint32_t mode, product& p) {
  const std::uint32_t output = regs::MODE_OUTPUT.get(mode);
  const std::uint32_t records_by = regs::MODE_RECORD_BY.get(mode);
  require(output <= 2 && records_by <= 2, regs::MODE);
  p.output = static_cast<output_format>(output);
  p.records_by = static_cast<record_by>(records_by);
  p.a_unsigned = regs::MODE_A_UNSIGNED.get(mode) != 0;
  p.relu = regs::MODE_RELU.get(mode) != 0;
}

void decode_a(const command& c, product_command& d) {
  const std::uint32_t mode = c.get(regs::MODE);
  d.a_address = c.get(regs::A_ADDRESS);
  d.index_address = c.get(regs::A_INDEX);
  d.values.a_row_stride = c.get(regs::A_ROW_STRIDE);
  d.values.a_term_stride = c.get(regs::A_TERM_STRIDE);
  d.shape.a_term_major = d.values.a_term_stride != 1;
  d.shape.a_indexed = regs::MODE_A_INDEXED.get(mode) != 0;
  require(!d.shape.a_term_major || d.values.a_row_stride == 1,
          regs::A_TERM_STRIDE);
  require(!d.shape.a_indexed || d.index_address % 2 == 0, regs::A_INDEX);
}

/// Whether `count` pieces of `bytes` bytes, `stride` apart, do not overlap.
bool apart(std::uint64_t count, std::uint64_t bytes, std::uint64_t stride) {
  return count == 1 || stride >= bytes;
}

void decode_c(const command& c, product_command& d) {
  product& p = d.values;
  const std::uint32_t e = d.shape.element_bytes;
  d.c_address = c.get(regs::C_ADDRESS);
  p.c_row_stride = c.get(regs::C_ROW_STRIDE);
  p.c_column_stride = c.get(regs::C_COLUMN_STRIDE);
  require(d.c_address % e == 0, regs::C_ADDRESS);
  require(p.c_row_stride % e == 0, regs::C_ROW_STRIDE);
  require(p.c_column_stride % e == 0, regs::C_COLUMN_STRIDE);
  const bool token_major =
      p.c_column_stride == e &&
      apart(p.rows, std::uint64_t{p.columns} * e, p.c_row_stride);
  d.shape.c_channel_major = !token_major;
  require(token_major ||
              (p.c_row_stride == e &&
               apart(p.columns, std::uint64_t{p.rows} * e, p.c_column_stride)),
          regs::C_COLUMN_STRIDE);
}

void decode_partial(const command& c, product_command& d) {
  d.shape.accumulate = regs::MODE_ACCUMULATE.get(c.get(regs::MODE)) != 0;
  if (!d.shape.accumulate) return;
  d.partial_address = c.get(regs::PARTIAL);
  d.values.partial_row_stride = c.get(regs::PARTIAL_ROW_STRIDE);
  require(d.partial_address % 4 == 0, regs::PARTIAL);
  require(d.values.partial_row_stride % 4 == 0, regs::PARTIAL_ROW_STRIDE);
}

std::uint32_t bytes_of(output_format output) {
  return 1U << static_cast<std::uint32_t>(output);
}

}  // namespace

product_command decode_product(const command& c, std::uint32_t max_terms) {
  product_command d;
  decode_shape(c, max_terms, d.values);
  decode_mode(c.get(regs::MODE), d.values);
  d.shape.element_bytes = bytes_of(d.values.output);
  decode_a(c, d);
  d.b_address = c.get(regs::B_ADDRESS);
  d.values.b_term_stride = c.get(regs::B_TERM_STRIDE);
  decode_c(c, d);
  decode_partial(c, d);
  d.records_address = c.get(regs::RECORDS);
  require(d.values.output == output_format::i32 || d.records_address % 8 == 0,
          regs::RECORDS);
  d.shape.rows = d.values.rows;
  d.shape.columns = d.values.columns;
  d.shape.terms = d.values.terms;
  d.shape.records_by = d.values.records_by;
  return d;
}

region product_command::b() const {
  return {b_address, values.terms, values.columns, values.b_term_stride};
}

region product_command::partial() const {
  return {partial_address, values.rows, 4ULL * values.columns,
          values.partial_row_stride};
}

region product_command::c() const {
  if (shape.c_channel_major) {
    return {c_address, values.columns,
            std::uint64_t{values.rows} * shape.element_bytes,
            values.c_column_stride};
  }
  return {c_address, values.rows,
          std::uint64_t{values.columns} * shape.element_bytes,
          values.c_row_stride};
}

region product_command::records() const {
  std::uint64_t count = 1;
  if (values.records_by == record_by::column) count = values.columns;
  if (values.records_by == record_by::row) count = values.rows;
  return {records_address, 1, count * record_bytes, 0};
}

region product_command::index_list() const {
  return {index_address, 1, 2ULL * values.terms, 0};
}

region product_command::a_terms(std::uint64_t first, std::uint64_t last) const {
  const std::uint64_t address = a_address + first * values.a_term_stride;
  const std::uint64_t terms = last - first + 1;
  if (shape.a_term_major) {
    return {address, terms, values.rows, values.a_term_stride};
  }
  return {address, values.rows, terms, values.a_row_stride};
}

}  // namespace vitvp::models
