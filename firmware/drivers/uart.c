#include "firmware/drivers/uart.h"

#include <vitvp/memory_map.h>
#include <vitvp/uart_regs.h>

#include "firmware/hal/bus_access.h"

/* Polls of the line status until a byte is given up: with the slowest bus that
 * is still several character times. */
#define TRANSMIT_POLLS 100000u

struct uart uart_default(void) {
  const struct uart uart = {VITVP_UART_BASE};
  return uart;
}

enum vitvp_status uart_write_byte(const struct uart* uart, uint8_t byte) {
  if (uart == 0) return VITVP_BAD_ARGUMENT;
  for (uint32_t poll = 0; poll < TRANSMIT_POLLS; ++poll) {
    const uint32_t line = bus_read8(uart->base + UART_LSR_OFFSET);
    if ((line & UART_LSR_THR_EMPTY_MASK) == 0) continue;
    bus_write8(uart->base + UART_RBR_THR_DLL_OFFSET, byte);
    return VITVP_OK;
  }
  return VITVP_TIMEOUT;
}

bool uart_transmitter_empty(const struct uart* uart) {
  return (bus_read8(uart->base + UART_LSR_OFFSET) & UART_LSR_THR_EMPTY_MASK) !=
         0;
}

void uart_put(const struct uart* uart, uint8_t byte) {
  bus_write8(uart->base + UART_RBR_THR_DLL_OFFSET, byte);
}

void uart_interrupt_on_empty(const struct uart* uart, bool enabled) {
  bus_write8(uart->base + UART_IER_DLM_OFFSET,
             enabled ? UART_IER_DLM_TRANSMIT_MASK : 0);
}

enum vitvp_status uart_read_byte(const struct uart* uart, uint8_t* byte) {
  if (uart == 0 || byte == 0) return VITVP_BAD_ARGUMENT;
  const uint32_t line = bus_read8(uart->base + UART_LSR_OFFSET);
  if ((line & UART_LSR_DATA_READY_MASK) == 0) return VITVP_BUSY;
  *byte = bus_read8(uart->base + UART_RBR_THR_DLL_OFFSET);
  return VITVP_OK;
}
