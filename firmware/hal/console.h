/* Formatted output on the UART. */
#ifndef VITVP_CONSOLE_H
#define VITVP_CONSOLE_H

/* printf to the UART; lines beyond 191 characters are cut. */
__attribute__((format(printf, 1, 2))) void console_printf(const char* format,
                                                          ...);

#endif
