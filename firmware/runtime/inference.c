#include "firmware/runtime/inference.h"

#include <stddef.h>

#include "firmware/drivers/sim_control.h"
#include "firmware/hal/bus_access.h"
#include "firmware/runtime/block_run.h"
#include "firmware/runtime/ends.h"
#include "firmware/runtime/plan_network.h"
#include "firmware/runtime/refusal.h"

/* Weights of the start of an image. */
static void announce_start(struct inference* inference) {
  core_set_more_slots(&inference->core, 0);
  embed_push_weights(&inference->core, &inference->embed);
}

/* An image on its way. */
struct image_run {
  struct inference* inference;
  uint32_t number;
  uint32_t tokens;
  uint32_t live;
};

/* Behind the last block come the head and the next image. */
static void announce_end(void* context) {
  struct image_run* run = context;
  struct core* core = &run->inference->core;
  head_push_weights(core);
}

static void write16(uint32_t address, uint32_t value) {
  bus_write8(address, (uint8_t)value);
  bus_write8(address + 1, (uint8_t)(value >> 8));
}

static uint32_t result_address(const struct core* core, uint32_t number) {
  const struct vit_image* image = &core->network.image;
  return image->results + number * image->result_stride;
}

static void record_block(struct image_run* run, const struct block_run* block) {
  const struct core* core = &run->inference->core;
  const uint32_t result = result_address(core, run->number);
  const uint32_t depth = core->network.image.depth;
  run->tokens = block->tokens;
  run->live += block->live;
  write16(result + vit_result_tokens_offset() + 2 * block->number,
          block->tokens);
  write16(result + vit_result_live_offset(depth) + 2 * block->number,
          block->live);
}

static void run_blocks(struct image_run* run) {
  struct inference* inference = run->inference;
  const uint32_t depth = inference->core.network.image.depth;
  for (uint32_t b = 0; b < depth; ++b) {
    struct block_run* block = &inference->blocks[b % 2];
    block->next = b + 1 < depth ? &inference->blocks[(b + 1) % 2] : 0;
    block_run_all(block, announce_end, run);
    record_block(run, block);
  }
}

static void write_result(const struct core* core, uint32_t number,
                         const struct inference_result* result) {
  const uint32_t address = result_address(core, number);
  bus_write32(address + offsetof(struct vit_result, predicted),
              result->predicted);
  bus_write32(address + offsetof(struct vit_result, cycles_lo),
              (uint32_t)result->cycles);
  bus_write32(address + offsetof(struct vit_result, cycles_hi),
              (uint32_t)(result->cycles >> 32));
  bus_write32(address + offsetof(struct vit_result, done), 1);
}

void inference_init(struct inference* inference) {
  struct core* core = &inference->core;
  struct shortage shortage;
  core->machine = machine_read();
  const char* wrong = network_load(&core->network, &core->machine);
  if (wrong != 0) refuse(wrong);
  if (!plan_network(&core->plan, &core->machine, &core->network, &shortage)) {
    refuse_shortage(&shortage);
  }
  if (!plan_embed(&core->plan, &inference->embed, &shortage)) {
    refuse_shortage(&shortage);
  }
  engines_init(&core->engines);
  wrong = core_init(core);
  if (wrong != 0) refuse(wrong);
  if (core->network.image.image_count != 0) announce_start(inference);
}

struct inference_result inference_run(struct inference* inference,
                                      uint32_t number) {
  struct core* core = &inference->core;
  const struct sim_control control = sim_control_default();
  const uint64_t start = sim_control_cycles(&control);
  struct image_run run = {inference, number, 0, 0};
  struct inference_result result;
  embed_run(core, &inference->embed, number, &inference->blocks[0]);
  run_blocks(&run);
  result.predicted = head_run(core, number, run.tokens);
  result.tokens = run.tokens;
  result.live = run.live;
  result.cycles = sim_control_cycles(&control) - start;
  write_result(core, number, &result);
  sim_control_progress(&control, number + 1);
  if (number + 1 < core->network.image.image_count) announce_start(inference);
  return result;
}
