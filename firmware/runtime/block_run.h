/* All stages of a transformer block. */
#ifndef VITVP_BLOCK_RUN_H
#define VITVP_BLOCK_RUN_H

#include "firmware/runtime/block.h"

/* Runs a block that is prepared and whose attention weights are announced.
 * While it runs, prepares and announces `next`, if any. Behind the last block
 * `announce_end` announces what follows. */
void block_run_all(struct block_run* run, void (*announce_end)(void* context),
                   void* context);

#endif
