#include "models/dma/dma_command.hpp"

#include <registers/dma.hpp>

namespace vitvp::models {
namespace {

namespace regs = vitvp::registers::dma;

constexpr std::uint64_t most_bytes = std::uint64_t{16} << 20;
constexpr std::uint64_t most_rows = 65536;

}  // namespace

dma_command decode_dma(const command& c) {
  const std::uint64_t row_bytes = c.get(regs::ROW_BYTES);
  const std::uint64_t rows = c.get(regs::ROWS);
  const std::uint32_t mode = c.get(regs::MODE);
  require(row_bytes >= 1 && row_bytes <= most_bytes, regs::ROW_BYTES);
  require(rows >= 1 && rows <= most_rows, regs::ROWS);
  require(rows * row_bytes <= most_bytes, regs::ROWS);
  dma_command d;
  d.gather = regs::MODE_GATHER.get(mode) != 0;
  d.fill = regs::MODE_FILL.get(mode) != 0;
  require(!(d.gather && d.fill), regs::MODE);
  d.value = static_cast<std::uint8_t>(regs::MODE_VALUE.get(mode));
  d.index_address = c.get(regs::INDEX);
  if (d.gather && d.index_address % 2 != 0) {
    throw command_fault(fault_code::burst, d.index_address);
  }
  d.source = {c.get(regs::SOURCE), rows, row_bytes, c.get(regs::SOURCE_STRIDE)};
  d.destination = {c.get(regs::DESTINATION), rows, row_bytes,
                   c.get(regs::DESTINATION_STRIDE)};
  return d;
}

region coalesced(const region& rows) {
  if (rows.stride != rows.row_bytes) return rows;
  return {rows.address, 1, rows.rows * rows.row_bytes, 0};
}

}  // namespace vitvp::models
