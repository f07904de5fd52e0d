/* The runtime's front: plan a network once, then classify its images. */
#ifndef VITVP_INFERENCE_H
#define VITVP_INFERENCE_H

#include "firmware/runtime/block.h"
#include "firmware/runtime/core.h"

struct inference {
  struct core core;
  struct embed_plan embed;
  struct block_run blocks[2]; /* the one that runs and the one behind it */
};

/* What is reported of an image beside its result record. */
struct inference_result {
  uint32_t predicted;
  uint32_t tokens; /* left behind the last block */
  uint32_t live;   /* hidden channels of all blocks */
  uint64_t cycles;
};

/* Reads the machine and the model image and plans. A network that cannot run
 * ends the firmware with FIRMWARE_EXIT_REFUSED and a message. */
void inference_init(struct inference* inference);
/* Classifies image `number` and writes its result record. Images run in order,
 * from 0 to the last, since their weights are fetched ahead. */
struct inference_result inference_run(struct inference* inference,
                                      uint32_t number);

#endif
