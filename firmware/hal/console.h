/* Formatted output on the UART, which sends it while the firmware goes on. */
#ifndef VITVP_CONSOLE_H
#define VITVP_CONSOLE_H

/* printf to the UART; lines beyond 191 characters are cut. Waits only for what
 * exceeds the buffer of CONSOLE_BYTES. */
#define CONSOLE_BYTES 1024u
__attribute__((format(printf, 1, 2))) void console_printf(const char* format,
                                                          ...);
/* Sends what is left, by polling: before the end. A transmitter that stays full
 * loses output, not the program. */
void console_flush(void);
/* To be called on the UART's interrupt. */
void console_interrupt(void);

#endif
