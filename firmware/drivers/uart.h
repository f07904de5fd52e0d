/* Driver of the UART (docs/registers/uart.md). */
#ifndef VITVP_UART_H
#define VITVP_UART_H

#include <stdint.h>

#include "firmware/drivers/status.h"

struct uart {
  uint32_t base;
};

struct uart uart_default(void);
/* Sends a byte; VITVP_TIMEOUT if the transmitter stays full. */
VITVP_WARN_UNUSED enum vitvp_status uart_write_byte(const struct uart* uart,
                                                    uint8_t byte);
/* Receives a byte; VITVP_BUSY if none waits. */
VITVP_WARN_UNUSED enum vitvp_status uart_read_byte(const struct uart* uart,
                                                   uint8_t* byte);

#endif
