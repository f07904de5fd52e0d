#include "firmware/hal/console.h"

#include <stdarg.h>
#include <stdio.h>

#include "firmware/drivers/uart.h"

void console_printf(const char* format, ...) {
  char line[192];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  const struct uart uart = uart_default();
  for (const char* at = line; *at != '\0'; ++at) {
    /* A transmitter that stays full loses output, not the program. */
    if (uart_write_byte(&uart, (uint8_t)*at) != VITVP_OK) return;
  }
}
