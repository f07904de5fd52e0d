/* How a network that cannot run is refused. */
#ifndef VITVP_REFUSAL_H
#define VITVP_REFUSAL_H

#include "firmware/runtime/plan.h"

/* Print the reason and end with FIRMWARE_EXIT_REFUSED. */
_Noreturn void refuse(const char* reason);
_Noreturn void refuse_shortage(const struct shortage* shortage);

#endif
