#include "firmware/hal/console.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware/drivers/uart.h"

/* Bytes on their way to the UART: written by console_printf(), sent by the
 * interrupt. Positions only grow. */
static uint8_t buffer[CONSOLE_BYTES];
static volatile uint32_t written;
static volatile uint32_t sent;

static void fill_fifo(const struct uart* uart, uint32_t room) {
  for (; room != 0 && sent != written; --room) {
    uart_put(uart, buffer[sent % CONSOLE_BYTES]);
    ++sent;
  }
}

void console_interrupt(void) {
  const struct uart uart = uart_default();
  if (!uart_transmitter_empty(&uart)) return;
  fill_fifo(&uart, UART_FIFO_BYTES);
  if (sent == written) uart_interrupt_on_empty(&uart, false);
}

void console_flush(void) {
  const struct uart uart = uart_default();
  uart_interrupt_on_empty(&uart, false);
  while (sent != written) {
    if (uart_write_byte(&uart, buffer[sent % CONSOLE_BYTES]) != VITVP_OK) {
      sent = written;
      return;
    }
    ++sent;
    fill_fifo(&uart, UART_FIFO_BYTES - 1);
  }
}

void console_printf(const char* format, ...) {
  char line[192];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  const struct uart uart = uart_default();
  for (const char* at = line; *at != '\0'; ++at) {
    if (written - sent == CONSOLE_BYTES) console_flush();
    buffer[written % CONSOLE_BYTES] = (uint8_t)*at;
    ++written;
  }
  uart_interrupt_on_empty(&uart, true);
}
