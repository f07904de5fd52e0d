// The drivers of the standard peripherals and of simulation control.
#include <vitvp/clint_regs.h>
#include <vitvp/memory_map.h>
#include <vitvp/plic_regs.h>
#include <vitvp/sim_control_regs.h>
#include <vitvp/uart_regs.h>

#include "test/firmware/driver_headers.hpp"
#include "test/firmware/register_mock.hpp"

namespace vitvp::firmware_test {

TEST_CASE("uart: a byte waits for the transmitter") {
  register_mock mock;
  const uart unit = uart_default();
  const std::uint32_t status = VITVP_UART_BASE + UART_LSR_OFFSET;
  mock.expect_read(status, 0, 1);
  mock.expect_read(status, 0, 1);
  mock.expect_read(status, UART_LSR_THR_EMPTY_MASK, 1);
  mock.expect_write(VITVP_UART_BASE, 'A', 1);
  CHECK(uart_write_byte(&unit, 'A') == VITVP_OK);
  CHECK(uart_write_byte(nullptr, 'A') == VITVP_BAD_ARGUMENT);
}

TEST_CASE("uart: a transmitter that stays full times out") {
  register_mock mock;
  const uart unit = uart_default();
  for (unsigned i = 0; i < 100000; ++i) {
    mock.expect_read(VITVP_UART_BASE + UART_LSR_OFFSET, 0, 1);
  }
  CHECK(uart_write_byte(&unit, 'A') == VITVP_TIMEOUT);
}

TEST_CASE("uart: the transmitter interrupts when it is told to") {
  register_mock mock;
  const uart unit = uart_default();
  mock.expect_write(VITVP_UART_BASE + UART_IER_DLM_OFFSET,
                    UART_IER_DLM_TRANSMIT_MASK, 1);
  uart_interrupt_on_empty(&unit, true);
  mock.expect_read(VITVP_UART_BASE + UART_LSR_OFFSET, UART_LSR_THR_EMPTY_MASK,
                   1);
  CHECK(uart_transmitter_empty(&unit));
  mock.expect_write(VITVP_UART_BASE, 'B', 1);
  uart_put(&unit, 'B');
  mock.expect_write(VITVP_UART_BASE + UART_IER_DLM_OFFSET, 0, 1);
  uart_interrupt_on_empty(&unit, false);
  mock.expect_read(VITVP_UART_BASE + UART_LSR_OFFSET, 0, 1);
  CHECK_FALSE(uart_transmitter_empty(&unit));
}

TEST_CASE("uart: receiving does not wait") {
  register_mock mock;
  const uart unit = uart_default();
  std::uint8_t byte = 0;
  mock.expect_read(VITVP_UART_BASE + UART_LSR_OFFSET, 0, 1);
  CHECK(uart_read_byte(&unit, &byte) == VITVP_BUSY);
  mock.expect_read(VITVP_UART_BASE + UART_LSR_OFFSET, UART_LSR_DATA_READY_MASK,
                   1);
  mock.expect_read(VITVP_UART_BASE, 'x', 1);
  CHECK(uart_read_byte(&unit, &byte) == VITVP_OK);
  CHECK(byte == 'x');
  CHECK(uart_read_byte(&unit, nullptr) == VITVP_BAD_ARGUMENT);
}

TEST_CASE("plic: a source gets a priority, then its enable bit") {
  register_mock mock;
  const plic unit = plic_default();
  mock.expect_write(VITVP_PLIC_BASE + 4 * 12, 3);
  mock.expect_read(VITVP_PLIC_BASE + PLIC_ENABLE_OFFSET, 1U << 11);
  mock.expect_write(VITVP_PLIC_BASE + PLIC_ENABLE_OFFSET, 3U << 11);
  plic_enable(&unit, 12, 3);
  plic_enable(&unit, 0, 3);
  plic_enable(&unit, 32, 3);
  mock.expect_write(VITVP_PLIC_BASE + PLIC_THRESHOLD_OFFSET, 2);
  plic_set_threshold(&unit, 2);
  mock.expect_read(VITVP_PLIC_BASE + PLIC_CLAIM_OFFSET, 12);
  CHECK(plic_claim(&unit) == 12);
  mock.expect_write(VITVP_PLIC_BASE + PLIC_CLAIM_OFFSET, 12);
  plic_complete(&unit, 12);
}

TEST_CASE("timer: the time is consistent when its lower half overflows") {
  register_mock mock;
  const timer unit = timer_default();
  const std::uint32_t low = VITVP_CLINT_BASE + CLINT_MTIME_LO_OFFSET;
  const std::uint32_t high = VITVP_CLINT_BASE + CLINT_MTIME_HI_OFFSET;
  mock.expect_read(high, 1);
  mock.expect_read(low, 0xffffffff);
  mock.expect_read(high, 2);
  mock.expect_read(low, 5);
  mock.expect_read(high, 2);
  CHECK(timer_now(&unit) == 0x200000005);
}

TEST_CASE("timer: no deadline on the way is in the past") {
  register_mock mock;
  const timer unit = timer_default();
  const std::uint32_t low = VITVP_CLINT_BASE + CLINT_MTIMECMP_LO_OFFSET;
  const std::uint32_t high = VITVP_CLINT_BASE + CLINT_MTIMECMP_HI_OFFSET;
  mock.expect_write(high, 0xffffffff);
  mock.expect_write(low, 0x89abcdef);
  mock.expect_write(high, 0x1234567);
  timer_arm(&unit, 0x123456789abcdef);
  mock.expect_write(high, 0xffffffff);
  timer_disarm(&unit);
}

TEST_CASE("sim control: sizes, cycles, progress and the end") {
  register_mock mock;
  const sim_control unit = sim_control_default();
  const std::uint32_t base = VITVP_SIM_CONTROL_BASE;
  mock.expect_read(base + SIM_CONTROL_IDENTIFICATION_OFFSET, 0x56545650);
  CHECK(sim_control_present(&unit));
  mock.expect_read(base + SIM_CONTROL_SRAM_BYTES_OFFSET, 237568);
  mock.expect_read(base + SIM_CONTROL_SRAM_BANKS_OFFSET, 16U | 64U << 16);
  mock.expect_read(base + SIM_CONTROL_MODEL_ADDRESS_OFFSET, 0x80100000);
  const platform_sizes sizes = sim_control_sizes(&unit);
  CHECK(sizes.sram_bytes == 237568);
  CHECK(sizes.sram_line_bytes == 64);
  CHECK(sizes.model_address == 0x80100000);
  mock.expect_read(base + SIM_CONTROL_CYCLES_LO_OFFSET, 7);
  mock.expect_read(base + SIM_CONTROL_CYCLES_HI_OFFSET, 1);
  CHECK(sim_control_cycles(&unit) == 0x100000007);
  mock.expect_write(base + SIM_CONTROL_PROGRESS_OFFSET, 3);
  sim_control_progress(&unit, 3);
  mock.expect_write(base + SIM_CONTROL_FINISH_OFFSET, 0x5555);
  sim_control_finish(&unit, 0);
  mock.expect_write(base + SIM_CONTROL_FINISH_OFFSET, 0x3333U | 2U << 16);
  sim_control_finish(&unit, 2);
}

}  // namespace vitvp::firmware_test
