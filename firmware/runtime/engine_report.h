/* How a failed engine is reported. */
#ifndef VITVP_ENGINE_REPORT_H
#define VITVP_ENGINE_REPORT_H

#include "firmware/runtime/engines.h"

/* Print what is known and end with FIRMWARE_EXIT_ENGINE. */
_Noreturn void engine_report_fault(const struct engines* engines,
                                   enum engine_id id);
_Noreturn void engine_report_timeout(const struct engines* engines,
                                     enum engine_id id, uint32_t ticket);
/* A command that the driver's guard refused: a bug of the firmware. */
_Noreturn void engine_report_refused(enum engine_id id, uint32_t tag);

#endif
