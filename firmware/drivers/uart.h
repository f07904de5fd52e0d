/* Driver of the UART (docs/registers/uart.md). */
#ifndef VITVP_UART_H
#define VITVP_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/drivers/status.h"

struct uart {
  uint32_t base;
};

struct uart uart_default(void);
/* Sends a byte; VITVP_TIMEOUT if the transmitter stays full. */
VITVP_WARN_UNUSED enum vitvp_status uart_write_byte(const struct uart* uart,
                                                    uint8_t byte);
/* Bytes that the transmitter takes when it is empty. */
#define UART_FIFO_BYTES 16u
/* True if the transmitter is empty: UART_FIFO_BYTES can be written. */
bool uart_transmitter_empty(const struct uart* uart);
/* Writes a byte without looking whether there is room. */
void uart_put(const struct uart* uart, uint8_t byte);
/* Lets the UART interrupt whenever its transmitter is empty, or not. */
void uart_interrupt_on_empty(const struct uart* uart, bool enabled);
/* Receives a byte; VITVP_BUSY if none waits. */
VITVP_WARN_UNUSED enum vitvp_status uart_read_byte(const struct uart* uart,
                                                   uint8_t* byte);

#endif
