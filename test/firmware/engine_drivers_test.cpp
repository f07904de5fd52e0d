// The drivers of the engines: exact accesses, guards, full queues and faults.
#include <vitvp/command_interface_regs.h>
#include <vitvp/dma_regs.h>
#include <vitvp/memory_map.h>
#include <vitvp/pruning_unit_regs.h>
#include <vitvp/row_engine_regs.h>
#include <vitvp/vector_unit_regs.h>

#include <functional>

#include "test/firmware/driver_headers.hpp"
#include "test/firmware/register_mock.hpp"

namespace vitvp::firmware_test {
namespace {

constexpr std::uint32_t tag = 0x00030209;

void expect_ready(register_mock& mock, std::uint32_t base) {
  mock.expect_read(base + COMMAND_INTERFACE_STATUS_OFFSET, 4U << 16);
}

void expect_submit(register_mock& mock, std::uint32_t base,
                   std::uint32_t origin) {
  mock.expect_write(base + COMMAND_INTERFACE_ORIGIN_OFFSET, origin);
  mock.expect_write(base + COMMAND_INTERFACE_SUBMIT_OFFSET, tag);
}

dma_command copy_command() {
  dma_command c{};
  c.source = 0x80200000;
  c.destination = 0x20000040;
  c.row_bytes = 64;
  c.rows = 384;
  c.source_stride = 1152;
  c.destination_stride = 64;
  return c;
}

row_engine_command product_command() {
  row_engine_command c{};
  c.a = 0x20001000;
  c.a_row_stride = 384;
  c.a_term_stride = 1;
  c.b = 0x20002000;
  c.b_term_stride = 64;
  c.c = 0x20003000;
  c.c_row_stride = 128;
  c.c_column_stride = 2;
  c.records = 0x20004000;
  c.record_by = ROW_ENGINE_BY_COLUMN;
  c.output = ROW_ENGINE_I16;
  c.rows = 197;
  c.columns = 64;
  c.terms = 384;
  return c;
}

vector_unit_command add_command() {
  vector_unit_command c{};
  c.operation = VECTOR_UNIT_ADD;
  c.x = 0x20000100;
  c.x_stride = 128;
  c.y = 0x20000200;
  c.y_stride = 64;
  c.z = 0x20000100;
  c.z_stride = 128;
  c.rows = 5;
  c.columns = 32;
  return c;
}

pruning_unit_scan scan_command() {
  pruning_unit_scan c{};
  c.hidden = 0x20000100;
  c.stride = 208;
  c.list = 0x20000042;
  c.tokens = 197;
  c.channels = 64;
  c.first_channel = 128;
  c.threshold = 3;
  return c;
}

}  // namespace

TEST_CASE("dma: a copy writes every register, then ORIGIN and SUBMIT") {
  register_mock mock;
  const dma unit = dma_default();
  const dma_command c = copy_command();
  expect_ready(mock, VITVP_DMA_BASE);
  mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_OFFSET, c.source);
  mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_OFFSET, c.destination);
  mock.expect_write(VITVP_DMA_BASE + DMA_ROW_BYTES_OFFSET, 64);
  mock.expect_write(VITVP_DMA_BASE + DMA_ROWS_OFFSET, 384);
  mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_STRIDE_OFFSET, 1152);
  mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_STRIDE_OFFSET, 64);
  mock.expect_write(VITVP_DMA_BASE + DMA_MODE_OFFSET, 0);
  expect_submit(mock, VITVP_DMA_BASE, 0);
  CHECK(dma_submit(&unit, &c, tag) == VITVP_OK);
}

/// An idle DMA with a queue of `depth`, whose registers are 0 but for ROWS, and
/// that has completed 0xfffffffe commands.
void expect_remember(register_mock& mock, std::uint32_t depth) {
  const std::uint32_t base = VITVP_DMA_BASE;
  for (std::uint32_t at = DMA_SOURCE_OFFSET; at <= DMA_MODE_OFFSET; at += 4) {
    mock.expect_read(base + at, at == DMA_ROWS_OFFSET ? 384 : 0);
  }
  mock.expect_read(base + COMMAND_INTERFACE_ORIGIN_OFFSET, 0);
  mock.expect_read(base + COMMAND_INTERFACE_TARGET_OFFSET, 1);
  mock.expect_read(base + COMMAND_INTERFACE_STATUS_OFFSET, depth << 16);
  mock.expect_read(base + COMMAND_INTERFACE_COMPLETED_OFFSET, 0xfffffffe);
}

TEST_CASE("registers that are remembered are written when they change") {
  register_mock mock;
  dma unit = dma_default();
  command_shadow shadow{};
  expect_remember(mock, 4);
  command_interface_remember(&unit.engine, &shadow, DMA_MODE_OFFSET);
  // There is room, and the origin of all commands of the DMA is 0.
  const std::uint32_t submit = VITVP_DMA_BASE + COMMAND_INTERFACE_SUBMIT_OFFSET;
  dma_command c = copy_command();
  mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_OFFSET, c.source);
  mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_OFFSET, c.destination);
  mock.expect_write(VITVP_DMA_BASE + DMA_ROW_BYTES_OFFSET, 64);
  mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_STRIDE_OFFSET, 1152);
  mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_STRIDE_OFFSET, 64);
  mock.expect_write(submit, tag);
  CHECK(dma_submit(&unit, &c, tag) == VITVP_OK);
  c.source += 64;
  c.fill = true;
  c.value = 0;
  mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_OFFSET, c.source);
  mock.expect_write(VITVP_DMA_BASE + DMA_MODE_OFFSET, DMA_MODE_FILL_MASK);
  mock.expect_write(submit, tag);
  CHECK(dma_submit(&unit, &c, tag) == VITVP_OK);
}

TEST_CASE("the state of an engine is read where it is not known") {
  register_mock mock;
  command_interface engine = dma_default().engine;
  command_shadow shadow{};
  const std::uint32_t base = VITVP_DMA_BASE;
  const std::uint32_t status = base + COMMAND_INTERFACE_STATUS_OFFSET;
  const std::uint32_t completed = base + COMMAND_INTERFACE_COMPLETED_OFFSET;
  const auto submit = [&] {
    mock.expect_write(base + COMMAND_INTERFACE_SUBMIT_OFFSET, tag);
    command_interface_submit(&engine, tag, 0);
  };
  expect_remember(mock, 2);
  command_interface_remember(&engine, &shadow, DMA_MODE_OFFSET);
  for (int i = 0; i < 2; ++i) {
    CHECK(command_interface_ready(&engine) == VITVP_OK);
    submit();
  }
  // One executes by now.
  mock.expect_read(status, 1U | 1U << 8 | 2U << 16);
  CHECK(command_interface_ready(&engine) == VITVP_OK);
  submit();
  mock.expect_read(status, 3U | 2U << 8 | 2U << 16);
  CHECK(command_interface_ready(&engine) == VITVP_BUSY);
  // 0xfffffffe + 3 were submitted: one is left, and may still wait.
  mock.expect_read(completed, 0);
  CHECK(command_interface_completed(&engine) == 0);
  CHECK(command_interface_ready(&engine) == VITVP_OK);
  submit();
  mock.expect_read(status, 4U | 1U << 8 | 2U << 16);
  CHECK(command_interface_ready(&engine) == VITVP_FAULT);
  mock.expect_write(base + COMMAND_INTERFACE_TARGET_OFFSET, 2);
  command_interface_set_target(&engine, 2);
  command_interface_set_target(&engine, 2);
}

TEST_CASE("dma: a gather sets the list and the mode, a fill its value") {
  register_mock mock;
  const dma unit = dma_default();
  for (const bool gather : {true, false}) {
    dma_command c = copy_command();
    c.gather = gather;
    c.fill = !gather;
    c.index = 0x20000002;
    c.value = gather ? 0 : 0x5a;
    expect_ready(mock, VITVP_DMA_BASE);
    mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_OFFSET, c.source);
    mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_OFFSET, c.destination);
    mock.expect_write(VITVP_DMA_BASE + DMA_ROW_BYTES_OFFSET, 64);
    mock.expect_write(VITVP_DMA_BASE + DMA_ROWS_OFFSET, 384);
    mock.expect_write(VITVP_DMA_BASE + DMA_SOURCE_STRIDE_OFFSET, 1152);
    mock.expect_write(VITVP_DMA_BASE + DMA_DESTINATION_STRIDE_OFFSET, 64);
    if (gather) {
      mock.expect_write(VITVP_DMA_BASE + DMA_INDEX_OFFSET, 0x20000002);
    }
    mock.expect_write(VITVP_DMA_BASE + DMA_MODE_OFFSET, gather ? 1U : 0x5a02U);
    expect_submit(mock, VITVP_DMA_BASE, 0);
    CHECK(dma_submit(&unit, &c, tag) == VITVP_OK);
  }
}

TEST_CASE("dma: guards refuse before any register is touched") {
  register_mock mock;
  const dma unit = dma_default();
  const std::function<void(dma_command&)> breaks[] = {
      [](dma_command& c) { c.row_bytes = 0; },
      [](dma_command& c) { c.row_bytes = (1U << 24) + 1; },
      [](dma_command& c) { c.rows = 0; },
      [](dma_command& c) { c.rows = 65537; },
      [](dma_command& c) {
        c.rows = 65536;
        c.row_bytes = 257;
      },
      [](dma_command& c) {
        c.gather = true;
        c.index = 1;
      },
      [](dma_command& c) { c.gather = c.fill = true; },
  };
  for (const auto& make_wrong : breaks) {
    dma_command c = copy_command();
    make_wrong(c);
    CHECK(dma_submit(&unit, &c, tag) == VITVP_BAD_ARGUMENT);
  }
  const dma_command good = copy_command();
  CHECK(dma_submit(nullptr, &good, tag) == VITVP_BAD_ARGUMENT);
  CHECK(dma_submit(&unit, nullptr, tag) == VITVP_BAD_ARGUMENT);
}

TEST_CASE("row engine: a product writes every register") {
  register_mock mock;
  const row_engine unit = row_engine_default();
  const row_engine_command c = product_command();
  constexpr std::uint32_t base = VITVP_ROW_ENGINE_BASE;
  expect_ready(mock, base);
  mock.expect_write(base + ROW_ENGINE_A_ADDRESS_OFFSET, c.a);
  mock.expect_write(base + ROW_ENGINE_A_ROW_STRIDE_OFFSET, 384);
  mock.expect_write(base + ROW_ENGINE_A_TERM_STRIDE_OFFSET, 1);
  mock.expect_write(base + ROW_ENGINE_A_INDEX_OFFSET, 0);
  mock.expect_write(base + ROW_ENGINE_B_ADDRESS_OFFSET, c.b);
  mock.expect_write(base + ROW_ENGINE_B_TERM_STRIDE_OFFSET, 64);
  mock.expect_write(base + ROW_ENGINE_C_ADDRESS_OFFSET, c.c);
  mock.expect_write(base + ROW_ENGINE_C_ROW_STRIDE_OFFSET, 128);
  mock.expect_write(base + ROW_ENGINE_C_COLUMN_STRIDE_OFFSET, 2);
  mock.expect_write(base + ROW_ENGINE_PARTIAL_OFFSET, 0);
  mock.expect_write(base + ROW_ENGINE_PARTIAL_ROW_STRIDE_OFFSET, 0);
  mock.expect_write(base + ROW_ENGINE_RECORDS_OFFSET, c.records);
  mock.expect_write(base + ROW_ENGINE_SHAPE_OFFSET, 197U | 64U << 16);
  mock.expect_write(base + ROW_ENGINE_TERMS_OFFSET, 384);
  mock.expect_write(base + ROW_ENGINE_MODE_OFFSET, 1U << 4);
  expect_submit(mock, base, 8U | 64U << 16);
  CHECK(row_engine_submit(&unit, &c, tag, origin_at(8, 64)) == VITVP_OK);
}

TEST_CASE("row engine: operands that are given set their mode bits") {
  register_mock mock;
  const row_engine unit = row_engine_default();
  row_engine_command c = product_command();
  c.a_index = 0x20000040;
  c.a_unsigned = true;
  c.partial = 0x20005000;
  c.partial_row_stride = 256;
  c.relu = true;
  c.record_by = ROW_ENGINE_BY_TENSOR;
  constexpr std::uint32_t base = VITVP_ROW_ENGINE_BASE;
  expect_ready(mock, base);
  const std::uint32_t values[] = {c.a,
                                  384,
                                  1,
                                  0x20000040,
                                  c.b,
                                  64,
                                  c.c,
                                  128,
                                  2,
                                  0x20005000,
                                  256,
                                  c.records,
                                  197U | 64U << 16,
                                  384,
                                  1U | 2U | 4U | 8U | 1U << 4 | 2U << 6};
  for (std::uint32_t i = 0; i < 15; ++i) {
    mock.expect_write(base + 0x80 + 4 * i, values[i]);
  }
  expect_submit(mock, base, 0);
  CHECK(row_engine_submit(&unit, &c, tag, 0) == VITVP_OK);
}

TEST_CASE("row engine: guards refuse before any register is touched") {
  register_mock mock;
  const row_engine unit = row_engine_default();
  const std::function<void(row_engine_command&)> breaks[] = {
      [](row_engine_command& c) { c.rows = 0; },
      [](row_engine_command& c) { c.rows = 65536; },
      [](row_engine_command& c) { c.columns = 0; },
      [](row_engine_command& c) { c.columns = 65536; },
      [](row_engine_command& c) { c.a_term_stride = 2; },
      [](row_engine_command& c) { c.c_column_stride = 1; },
      [](row_engine_command& c) { c.records = 4; },
      [](row_engine_command& c) { c.partial = 2; },
      [](row_engine_command& c) { c.a_index = 3; },
  };
  for (const auto& make_wrong : breaks) {
    row_engine_command c = product_command();
    make_wrong(c);
    CHECK(row_engine_submit(&unit, &c, tag, 0) == VITVP_BAD_ARGUMENT);
  }
  const row_engine_command good = product_command();
  CHECK(row_engine_submit(nullptr, &good, tag, 0) == VITVP_BAD_ARGUMENT);
  CHECK(row_engine_submit(&unit, nullptr, tag, 0) == VITVP_BAD_ARGUMENT);
}

TEST_CASE("row engine: the geometry is read from its registers") {
  register_mock mock;
  const row_engine unit = row_engine_default();
  mock.expect_read(VITVP_ROW_ENGINE_BASE + ROW_ENGINE_GEOMETRY_OFFSET,
                   8U | 64U << 16);
  mock.expect_read(VITVP_ROW_ENGINE_BASE + ROW_ENGINE_MAX_TERMS_OFFSET, 4096);
  const row_engine_geometry geometry = row_engine_read_geometry(&unit);
  CHECK(geometry.rows == 8);
  CHECK(geometry.lanes == 64);
  CHECK(geometry.max_terms == 4096);
}

TEST_CASE("vector unit: an addition leaves the other operators' registers") {
  register_mock mock;
  const vector_unit unit = vector_unit_default();
  const vector_unit_command c = add_command();
  constexpr std::uint32_t base = VITVP_VECTOR_UNIT_BASE;
  expect_ready(mock, base);
  mock.expect_write(base + VECTOR_UNIT_X_ADDRESS_OFFSET, c.x);
  mock.expect_write(base + VECTOR_UNIT_X_STRIDE_OFFSET, 128);
  mock.expect_write(base + VECTOR_UNIT_Z_ADDRESS_OFFSET, c.z);
  mock.expect_write(base + VECTOR_UNIT_Z_STRIDE_OFFSET, 128);
  mock.expect_write(base + VECTOR_UNIT_SHAPE_OFFSET, 5U | 32U << 16);
  mock.expect_write(base + VECTOR_UNIT_Y_ADDRESS_OFFSET, c.y);
  mock.expect_write(base + VECTOR_UNIT_Y_STRIDE_OFFSET, 64);
  mock.expect_write(base + VECTOR_UNIT_MODE_OFFSET, 2);
  expect_submit(mock, base, 3);
  CHECK(vector_unit_submit(&unit, &c, tag, 3) == VITVP_OK);
}

TEST_CASE("vector unit: softmax and LayerNorm set their parameters") {
  register_mock mock;
  const vector_unit unit = vector_unit_default();
  constexpr std::uint32_t base = VITVP_VECTOR_UNIT_BASE;
  const auto expect_shape = [&](const vector_unit_command& c) {
    expect_ready(mock, base);
    mock.expect_write(base + VECTOR_UNIT_X_ADDRESS_OFFSET, c.x);
    mock.expect_write(base + VECTOR_UNIT_X_STRIDE_OFFSET, 128);
    mock.expect_write(base + VECTOR_UNIT_Z_ADDRESS_OFFSET, c.z);
    mock.expect_write(base + VECTOR_UNIT_Z_STRIDE_OFFSET, 128);
    mock.expect_write(base + VECTOR_UNIT_SHAPE_OFFSET, 5U | 32U << 16);
    mock.expect_write(base + VECTOR_UNIT_PARAMETERS_OFFSET, 0x20000800);
  };
  vector_unit_command c = add_command();
  c.parameters = 0x20000800;
  c.operation = VECTOR_UNIT_SOFTMAX;
  c.records = 0x20000a00;
  c.factor_multiplier = 20000;
  c.factor_shift = 22;
  expect_shape(c);
  mock.expect_write(base + VECTOR_UNIT_RECORDS_OFFSET, 0x20000a00);
  mock.expect_write(base + VECTOR_UNIT_FACTOR_OFFSET, 20000U | 22U << 16);
  mock.expect_write(base + VECTOR_UNIT_MODE_OFFSET, 0);
  expect_submit(mock, base, 0);
  CHECK(vector_unit_submit(&unit, &c, tag, 0) == VITVP_OK);
  c.operation = VECTOR_UNIT_LAYERNORM;
  c.epsilon_lo = 7;
  c.epsilon_hi = 9;
  expect_shape(c);
  mock.expect_write(base + VECTOR_UNIT_EPSILON_LO_OFFSET, 7);
  mock.expect_write(base + VECTOR_UNIT_EPSILON_HI_OFFSET, 9);
  mock.expect_write(base + VECTOR_UNIT_MODE_OFFSET, 1);
  expect_submit(mock, base, 0);
  CHECK(vector_unit_submit(&unit, &c, tag, 0) == VITVP_OK);
}

TEST_CASE("vector unit: guards refuse before any register is touched") {
  register_mock mock;
  const vector_unit unit = vector_unit_default();
  const std::function<void(vector_unit_command&)> breaks[] = {
      [](vector_unit_command& c) { c.rows = 0; },
      [](vector_unit_command& c) { c.rows = 65536; },
      [](vector_unit_command& c) { c.columns = 0; },
      [](vector_unit_command& c) { c.columns = 65536; },
      [](vector_unit_command& c) { c.operation = VECTOR_UNIT_SOFTMAX; },
      [](vector_unit_command& c) {
        c.operation = VECTOR_UNIT_SOFTMAX;
        c.factor_multiplier = 32768;
        c.factor_shift = 3;
      },
      [](vector_unit_command& c) {
        c.operation = VECTOR_UNIT_SOFTMAX;
        c.factor_multiplier = 16384;
        c.factor_shift = 63;
      },
      [](vector_unit_command& c) {
        c.operation = VECTOR_UNIT_LAYERNORM;
        c.parameters = 4;
      },
  };
  for (const auto& make_wrong : breaks) {
    vector_unit_command c = add_command();
    make_wrong(c);
    CHECK(vector_unit_submit(&unit, &c, tag, 0) == VITVP_BAD_ARGUMENT);
  }
  const vector_unit_command good = add_command();
  CHECK(vector_unit_submit(nullptr, &good, tag, 0) == VITVP_BAD_ARGUMENT);
  CHECK(vector_unit_submit(&unit, nullptr, tag, 0) == VITVP_BAD_ARGUMENT);
}

TEST_CASE("pruning unit: each operator writes its own registers") {
  register_mock mock;
  const pruning_unit unit = pruning_unit_default();
  constexpr std::uint32_t base = VITVP_PRUNING_UNIT_BASE;
  const pruning_unit_importance importance = {0x20000100, 197, true};
  expect_ready(mock, base);
  mock.expect_write(base + PRUNING_UNIT_X_ADDRESS_OFFSET, 0x20000100);
  mock.expect_write(base + PRUNING_UNIT_SHAPE_OFFSET, 197);
  mock.expect_write(base + PRUNING_UNIT_MODE_OFFSET, 4);
  expect_submit(mock, base, 0);
  CHECK(pruning_unit_submit_importance(&unit, &importance, tag) == VITVP_OK);
  const pruning_unit_select select = {0x20000040, 197, 98};
  expect_ready(mock, base);
  mock.expect_write(base + PRUNING_UNIT_LIST_OFFSET, 0x20000040);
  mock.expect_write(base + PRUNING_UNIT_SHAPE_OFFSET, 197);
  mock.expect_write(base + PRUNING_UNIT_KEEP_OFFSET, 98);
  mock.expect_write(base + PRUNING_UNIT_MODE_OFFSET, 1);
  expect_submit(mock, base, 0);
  CHECK(pruning_unit_submit_select(&unit, &select, tag) == VITVP_OK);
  const pruning_unit_scan scan = scan_command();
  expect_ready(mock, base);
  mock.expect_write(base + PRUNING_UNIT_X_ADDRESS_OFFSET, 0x20000100);
  mock.expect_write(base + PRUNING_UNIT_X_STRIDE_OFFSET, 208);
  mock.expect_write(base + PRUNING_UNIT_LIST_OFFSET, 0x20000042);
  mock.expect_write(base + PRUNING_UNIT_SHAPE_OFFSET, 197U | 64U << 16);
  mock.expect_write(base + PRUNING_UNIT_FIRST_CHANNEL_OFFSET, 128);
  mock.expect_write(base + PRUNING_UNIT_MODE_OFFSET, 2U | 3U << 8);
  expect_submit(mock, base, 0);
  CHECK(pruning_unit_submit_scan(&unit, &scan, tag) == VITVP_OK);
}

TEST_CASE("pruning unit: guards refuse before any register is touched") {
  register_mock mock;
  const pruning_unit unit = pruning_unit_default();
  const std::function<void(pruning_unit_scan&)> breaks[] = {
      [](pruning_unit_scan& c) { c.tokens = 0; },
      [](pruning_unit_scan& c) { c.tokens = 65536; },
      [](pruning_unit_scan& c) { c.channels = 0; },
      [](pruning_unit_scan& c) { c.channels = 65536; },
      [](pruning_unit_scan& c) { c.first_channel = 65536 - 63; },
      [](pruning_unit_scan& c) { c.threshold = 128; },
      [](pruning_unit_scan& c) { c.list = 1; },
  };
  for (const auto& make_wrong : breaks) {
    pruning_unit_scan c = scan_command();
    make_wrong(c);
    CHECK(pruning_unit_submit_scan(&unit, &c, tag) == VITVP_BAD_ARGUMENT);
  }
  const pruning_unit_select odd = {0x20000041, 197, 98};
  const pruning_unit_select none = {0x20000040, 0, 98};
  const pruning_unit_importance nobody = {0x20000040, 0, true};
  CHECK(pruning_unit_submit_select(&unit, &odd, tag) == VITVP_BAD_ARGUMENT);
  CHECK(pruning_unit_submit_select(&unit, &none, tag) == VITVP_BAD_ARGUMENT);
  CHECK(pruning_unit_submit_importance(&unit, &nobody, tag) ==
        VITVP_BAD_ARGUMENT);
  CHECK(pruning_unit_submit_scan(nullptr, nullptr, tag) == VITVP_BAD_ARGUMENT);
}

TEST_CASE("a full queue is busy and a latched fault is a fault") {
  register_mock mock;
  const dma unit = dma_default();
  const dma_command c = copy_command();
  const std::uint32_t status = VITVP_DMA_BASE + COMMAND_INTERFACE_STATUS_OFFSET;
  mock.expect_read(status, COMMAND_INTERFACE_STATUS_FULL_MASK |
                               COMMAND_INTERFACE_STATUS_BUSY_MASK);
  CHECK(dma_submit(&unit, &c, tag) == VITVP_BUSY);
  mock.expect_read(status, COMMAND_INTERFACE_STATUS_FULL_MASK |
                               COMMAND_INTERFACE_STATUS_FAULT_MASK);
  CHECK(dma_submit(&unit, &c, tag) == VITVP_FAULT);
}

TEST_CASE("the command interface reports state, room and faults") {
  register_mock mock;
  const command_interface engine = dma_default().engine;
  const std::uint32_t base = VITVP_DMA_BASE;
  mock.expect_read(base + COMMAND_INTERFACE_COMPLETED_OFFSET, 0xfffffffe);
  CHECK(command_interface_completed(&engine) == 0xfffffffe);
  mock.expect_read(base + COMMAND_INTERFACE_STATUS_OFFSET,
                   1U | 3U << 8 | 4U << 16);
  CHECK(command_interface_room(&engine) == 1);
  mock.expect_read(base + COMMAND_INTERFACE_STATUS_OFFSET, 4U | 4U << 16);
  CHECK(command_interface_room(&engine) == 0);
  mock.expect_read(base + COMMAND_INTERFACE_STATUS_OFFSET, 7U << 16);
  CHECK(command_interface_depth(&engine) == 7);
  mock.expect_read(base + COMMAND_INTERFACE_ERROR_CODE_OFFSET, 1);
  mock.expect_read(base + COMMAND_INTERFACE_ERROR_ADDRESS_OFFSET, 0x12345678);
  mock.expect_read(base + COMMAND_INTERFACE_ERROR_TAG_OFFSET, tag);
  const command_fault fault = command_interface_fault(&engine);
  CHECK(fault.code == 1);
  CHECK(fault.address == 0x12345678);
  CHECK(fault.tag == tag);
  mock.expect_write(base + COMMAND_INTERFACE_CONTROL_OFFSET, 1);
  command_interface_clear_fault(&engine);
  mock.expect_write(base + COMMAND_INTERFACE_INTERRUPT_ENABLE_OFFSET, 2);
  command_interface_enable_interrupts(&engine, 2);
  mock.expect_write(base + COMMAND_INTERFACE_INTERRUPT_STATUS_OFFSET, 3);
  command_interface_clear_interrupts(&engine);
  mock.expect_write(base + COMMAND_INTERFACE_TARGET_OFFSET, 17);
  command_interface_set_target(&engine, 17);
}

}  // namespace vitvp::firmware_test
