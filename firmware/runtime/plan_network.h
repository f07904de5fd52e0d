/* The plan of the whole network. */
#ifndef VITVP_PLAN_NETWORK_H
#define VITVP_PLAN_NETWORK_H

#include "firmware/runtime/plan.h"

/* Chooses the plan for all blocks; false and the shortage if there is none. */
bool plan_network(struct plan* plan, const struct machine* machine,
                  const struct network* network, struct shortage* shortage);

#endif
