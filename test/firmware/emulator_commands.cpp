// What the commands of the engines do, from the register descriptions and
// docs/arithmetic.md.
#include <vitvp/command_interface_regs.h>
#include <vitvp/dma_regs.h>
#include <vitvp/memory_map.h>
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>
#include <vitvp/vector_unit_regs.h>

#include <algorithm>
#include <cstring>

#include "test/firmware/emulator.hpp"
#include "vit/arithmetic.hpp"

namespace vitvp::firmware_test {
namespace {

void require(bool holds, std::uint32_t offset) {
  if (!holds) {
    throw engine_fault{COMMAND_INTERFACE_ERROR_CODE_CODE_PARAMETER, offset};
  }
}

vit::record record_at(const std::uint8_t* at) {
  vit::record r;
  std::memcpy(&r.bias, at, 4);
  std::memcpy(&r.multiplier, at + 4, 2);
  r.shift = at[6];
  return r;
}

}  // namespace

std::uint8_t* emulator::sram(std::uint64_t address, std::uint64_t bytes) {
  if (address < VITVP_SRAM_BASE ||
      address + bytes > VITVP_SRAM_BASE + m_sram.size()) {
    throw engine_fault{COMMAND_INTERFACE_ERROR_CODE_CODE_ADDRESS,
                       static_cast<std::uint32_t>(address)};
  }
  return m_sram.data() + (address - VITVP_SRAM_BASE);
}

template <typename T>
T emulator::load(std::uint64_t address) {
  T value;
  std::memcpy(&value, sram(address, sizeof value), sizeof value);
  return value;
}

finished_command emulator::execute_dma(const command& c) {
  const std::uint32_t mode = c.get(DMA_MODE_OFFSET);
  const std::uint64_t row_bytes = c.get(DMA_ROW_BYTES_OFFSET);
  const std::uint64_t rows = c.get(DMA_ROWS_OFFSET);
  require(row_bytes > 0, DMA_ROW_BYTES_OFFSET);
  require(rows > 0 && rows * row_bytes <= 1U << 24, DMA_ROWS_OFFSET);
  for (std::uint64_t i = 0; i < rows; ++i) {
    std::uint64_t row = i;
    if ((mode & DMA_MODE_GATHER_MASK) != 0) {
      std::uint16_t index = 0;
      std::memcpy(&index, memory(c.get(DMA_INDEX_OFFSET) + 2 * i, 2), 2);
      row = index;
    }
    if ((mode & DMA_MODE_FILL_MASK) != 0) {
      std::memset(memory(c.get(DMA_DESTINATION_OFFSET) +
                             i * c.get(DMA_DESTINATION_STRIDE_OFFSET),
                         row_bytes),
                  static_cast<int>(mode >> DMA_MODE_VALUE_SHIFT & 0xff),
                  row_bytes);
      continue;
    }
    const std::uint64_t from =
        c.get(DMA_SOURCE_OFFSET) + row * c.get(DMA_SOURCE_STRIDE_OFFSET);
    std::memmove(memory(c.get(DMA_DESTINATION_OFFSET) +
                            i * c.get(DMA_DESTINATION_STRIDE_OFFSET),
                        row_bytes),
                 memory(from, row_bytes), row_bytes);
    if (from >= VITVP_DRAM_BASE) m_dram_read_bytes += row_bytes;
  }
  return {};
}

finished_command emulator::execute_product(const command& c) {
  const auto reg = [&](std::uint32_t offset) -> std::uint64_t {
    return c.get(offset);
  };
  const std::uint32_t mode = c.get(ROW_ENGINE_MODE_OFFSET);
  const std::uint64_t rows = reg(ROW_ENGINE_SHAPE_OFFSET) & 0xffff;
  const std::uint64_t columns = reg(ROW_ENGINE_SHAPE_OFFSET) >> 16;
  const std::uint64_t terms = reg(ROW_ENGINE_TERMS_OFFSET);
  const std::uint64_t a_row = reg(ROW_ENGINE_A_ROW_STRIDE_OFFSET);
  const std::uint64_t a_term = reg(ROW_ENGINE_A_TERM_STRIDE_OFFSET);
  const std::uint64_t c_row = reg(ROW_ENGINE_C_ROW_STRIDE_OFFSET);
  const std::uint64_t c_column = reg(ROW_ENGINE_C_COLUMN_STRIDE_OFFSET);
  const std::uint32_t output = mode >> ROW_ENGINE_MODE_OUTPUT_SHIFT & 3;
  const std::uint32_t by = mode >> ROW_ENGINE_MODE_RECORD_BY_SHIFT & 3;
  const std::uint64_t bytes = 1U << output;
  require(rows > 0 && columns > 0, ROW_ENGINE_SHAPE_OFFSET);
  require(terms <= m_config.max_terms, ROW_ENGINE_TERMS_OFFSET);
  require(output <= 2 && by <= 2, ROW_ENGINE_MODE_OFFSET);
  require(a_row == 1 || a_term == 1, ROW_ENGINE_A_TERM_STRIDE_OFFSET);
  require((c_column == bytes && (rows == 1 || c_row >= columns * bytes)) ||
              (c_row == bytes && (columns == 1 || c_column >= rows * bytes)),
          ROW_ENGINE_C_COLUMN_STRIDE_OFFSET);
  require(output == 2 || reg(ROW_ENGINE_RECORDS_OFFSET) % 8 == 0,
          ROW_ENGINE_RECORDS_OFFSET);
  std::vector<std::int32_t> sums(rows * columns, 0);
  for (std::uint64_t k = 0; k < terms; ++k) {
    std::uint64_t term = k;
    if ((mode & ROW_ENGINE_MODE_A_INDEXED_MASK) != 0) {
      term = load<std::uint16_t>(reg(ROW_ENGINE_A_INDEX_OFFSET) + 2 * k);
    }
    const auto* b = reinterpret_cast<const std::int8_t*>(
        sram(reg(ROW_ENGINE_B_ADDRESS_OFFSET) +
                 k * reg(ROW_ENGINE_B_TERM_STRIDE_OFFSET),
             columns));
    for (std::uint64_t r = 0; r < rows; ++r) {
      const std::uint8_t raw = *sram(
          reg(ROW_ENGINE_A_ADDRESS_OFFSET) + r * a_row + term * a_term, 1);
      const std::int32_t a = (mode & ROW_ENGINE_MODE_A_UNSIGNED_MASK) != 0
                                 ? raw
                                 : static_cast<std::int8_t>(raw);
      std::int32_t* sum = sums.data() + r * columns;
      for (std::uint64_t n = 0; n < columns; ++n) sum[n] += a * b[n];
    }
  }
  m_macs += rows * columns * terms;
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t n = 0; n < columns; ++n) {
      std::int32_t sum = sums[r * columns + n];
      if ((mode & ROW_ENGINE_MODE_ACCUMULATE_MASK) != 0) {
        sum += load<std::int32_t>(
            reg(ROW_ENGINE_PARTIAL_OFFSET) +
            r * reg(ROW_ENGINE_PARTIAL_ROW_STRIDE_OFFSET) + 4 * n);
      }
      std::uint8_t* to = sram(
          reg(ROW_ENGINE_C_ADDRESS_OFFSET) + r * c_row + n * c_column, bytes);
      if (output == 2) {
        std::memcpy(to, &sum, 4);
        continue;
      }
      const std::uint64_t number = by == 0 ? n : by == 1 ? r : 0;
      const vit::record record =
          record_at(sram(reg(ROW_ENGINE_RECORDS_OFFSET) + 8 * number, 8));
      if (output == 1) {
        const std::int16_t value = vit::requantise_i16(sum, record);
        std::memcpy(to, &value, 2);
      } else {
        *to = static_cast<std::uint8_t>((mode & ROW_ENGINE_MODE_RELU_MASK) != 0
                                            ? vit::requantise_relu(sum, record)
                                            : vit::requantise_i8(sum, record));
      }
    }
  }
  finished_command done;
  done.address = c.get(ROW_ENGINE_C_ADDRESS_OFFSET);
  done.rows = static_cast<std::uint32_t>(rows);
  done.columns = static_cast<std::uint32_t>(columns);
  done.row_stride = static_cast<std::uint32_t>(c_row);
  done.column_stride = static_cast<std::uint32_t>(c_column);
  done.element_bytes = static_cast<std::uint32_t>(bytes);
  return done;
}

finished_command emulator::execute_vector(const command& c) {
  const std::uint32_t operation = c.get(VECTOR_UNIT_MODE_OFFSET) & 3;
  const std::uint64_t rows = c.get(VECTOR_UNIT_SHAPE_OFFSET) & 0xffff;
  const std::uint64_t columns = c.get(VECTOR_UNIT_SHAPE_OFFSET) >> 16;
  require(rows > 0 && columns > 0 && columns <= m_config.max_columns,
          VECTOR_UNIT_SHAPE_OFFSET);
  const std::uint64_t parameters = c.get(VECTOR_UNIT_PARAMETERS_OFFSET);
  std::vector<std::int16_t> x(columns);
  std::vector<std::int16_t> y(columns);
  for (std::uint64_t r = 0; r < rows; ++r) {
    const std::uint64_t from = c.get(VECTOR_UNIT_X_ADDRESS_OFFSET) +
                               r * c.get(VECTOR_UNIT_X_STRIDE_OFFSET);
    const std::uint64_t to = c.get(VECTOR_UNIT_Z_ADDRESS_OFFSET) +
                             r * c.get(VECTOR_UNIT_Z_STRIDE_OFFSET);
    if (operation == VECTOR_UNIT_MODE_OPERATION_SOFTMAX) {
      vit::softmax_table table;
      std::memcpy(table.data(), sram(parameters, 256), 256);
      const std::uint32_t sum = vit::softmax_row(
          reinterpret_cast<const std::int8_t*>(sram(from, columns)), columns,
          table, sram(to, columns));
      const std::uint32_t factor = c.get(VECTOR_UNIT_FACTOR_OFFSET);
      const vit::record record = vit::context_row_record(
          {0, static_cast<std::int16_t>(factor & 0xffff),
           static_cast<std::uint8_t>(factor >> 16)},
          sum);
      std::uint8_t* at = sram(c.get(VECTOR_UNIT_RECORDS_OFFSET) + 8 * r, 8);
      std::memset(at, 0, 8);
      std::memcpy(at + 4, &record.multiplier, 2);
      at[6] = record.shift;
      continue;
    }
    std::memcpy(x.data(), sram(from, 2 * columns), 2 * columns);
    if (operation == VECTOR_UNIT_MODE_OPERATION_LAYERNORM) {
      const auto epsilon = static_cast<std::int64_t>(
          c.get(VECTOR_UNIT_EPSILON_LO_OFFSET) |
          std::uint64_t{c.get(VECTOR_UNIT_EPSILON_HI_OFFSET)} << 32);
      const vit::row_statistics s =
          vit::layer_norm_statistics(x.data(), columns, epsilon);
      for (std::uint64_t i = 0; i < columns; ++i) {
        *sram(to + i, 1) = static_cast<std::uint8_t>(
            vit::layer_norm_scale(vit::layer_norm_value(x[i], columns, s),
                                  record_at(sram(parameters + 8 * i, 8))));
      }
      continue;
    }
    const std::uint64_t other = c.get(VECTOR_UNIT_Y_ADDRESS_OFFSET) +
                                r * c.get(VECTOR_UNIT_Y_STRIDE_OFFSET);
    std::memcpy(y.data(), sram(other, 2 * columns), 2 * columns);
    for (std::uint64_t i = 0; i < columns; ++i) x[i] = vit::sat16(x[i] + y[i]);
    std::memcpy(sram(to, 2 * columns), x.data(), 2 * columns);
  }
  finished_command done;
  done.address = c.get(VECTOR_UNIT_Z_ADDRESS_OFFSET);
  done.rows = static_cast<std::uint32_t>(rows);
  done.columns = static_cast<std::uint32_t>(columns);
  done.row_stride = c.get(VECTOR_UNIT_Z_STRIDE_OFFSET);
  done.element_bytes = operation == VECTOR_UNIT_MODE_OPERATION_ADD ? 2 : 1;
  done.column_stride = done.element_bytes;
  return done;
}

finished_command emulator::execute_pruning(const command& c) {
  const std::uint32_t mode = c.get(PRUNING_UNIT_MODE_OFFSET);
  const std::uint32_t tokens = c.get(PRUNING_UNIT_SHAPE_OFFSET) & 0xffff;
  require(tokens > 0 && tokens <= m_config.max_tokens,
          PRUNING_UNIT_SHAPE_OFFSET);
  const bool first = (mode & PRUNING_UNIT_MODE_FIRST_MASK) != 0;
  if ((mode & 3) == PRUNING_UNIT_MODE_OPERATION_SCAN) return scan(c);
  if ((mode & 3) == PRUNING_UNIT_MODE_OPERATION_IMPORTANCE) {
    const std::uint8_t* e = sram(c.get(PRUNING_UNIT_X_ADDRESS_OFFSET), tokens);
    std::uint32_t sum = 0;
    for (std::uint32_t j = 0; j < tokens; ++j) sum += e[j];
    for (std::uint32_t j = 0; j < tokens; ++j) {
      const std::uint32_t share = e[j] * vit::importance_reciprocal(sum);
      m_importance.at(j) = (first ? 0 : m_importance.at(j)) + share;
    }
    return {};
  }
  const std::vector<std::uint32_t> importance(m_importance.begin(),
                                              m_importance.begin() + tokens);
  const std::size_t kept =
      std::min(tokens, 1 + c.get(PRUNING_UNIT_KEEP_OFFSET));
  const std::vector<std::uint16_t> list = vit::select_tokens(importance, kept);
  m_kept = static_cast<std::uint32_t>(list.size());
  std::memcpy(sram(c.get(PRUNING_UNIT_LIST_OFFSET), 2 * kept), list.data(),
              2 * kept);
  finished_command done;
  done.address = c.get(PRUNING_UNIT_LIST_OFFSET);
  done.rows = 1;
  done.columns = m_kept;
  done.row_stride = 2 * m_kept;
  done.column_stride = done.element_bytes = 2;
  return done;
}

finished_command emulator::scan(const command& c) {
  const std::uint32_t mode = c.get(PRUNING_UNIT_MODE_OFFSET);
  const std::uint32_t tokens = c.get(PRUNING_UNIT_SHAPE_OFFSET) & 0xffff;
  const std::uint32_t channels = c.get(PRUNING_UNIT_SHAPE_OFFSET) >> 16;
  const auto threshold =
      static_cast<int>(mode >> PRUNING_UNIT_MODE_THRESHOLD_SHIFT & 0xff);
  if ((mode & PRUNING_UNIT_MODE_FIRST_MASK) != 0) m_live = 0;
  for (std::uint32_t f = 0; f < channels; ++f) {
    const auto* x = reinterpret_cast<const std::int8_t*>(
        sram(c.get(PRUNING_UNIT_X_ADDRESS_OFFSET) +
                 std::uint64_t{f} * c.get(PRUNING_UNIT_X_STRIDE_OFFSET),
             tokens));
    if (*std::max_element(x, x + tokens) <= threshold) continue;
    const auto number = static_cast<std::uint16_t>(
        c.get(PRUNING_UNIT_FIRST_CHANNEL_OFFSET) + f);
    std::memcpy(
        sram(c.get(PRUNING_UNIT_LIST_OFFSET) + 2 * std::uint64_t{m_live}, 2),
        &number, 2);
    ++m_live;
  }
  return {};
}

}  // namespace vitvp::firmware_test
