/* Classifies all images that the platform has loaded. */
#include "firmware/apps/apps.h"
#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"
#include "firmware/runtime/inference.h"

/* Images that get a line of their own on the UART. */
#define MOST_LINES 16u

static void print_start(const struct inference* inference) {
  const struct core* core = &inference->core;
  const struct vit_image* image = &core->network.image;
  const struct plan* plan = &core->plan;
  console_printf(
      "vit: %u images, %u tokens, width %u, heads %u, depth %u, hidden %u; "
      "array %ux%u, SRAM %u bytes: %u slots of %u, X in SRAM to %u tokens\n",
      (unsigned)image->image_count, (unsigned)image->tokens,
      (unsigned)image->width, (unsigned)image->heads, (unsigned)image->depth,
      (unsigned)image->hidden, (unsigned)core->machine.array_rows,
      (unsigned)core->machine.lanes, (unsigned)core->machine.sram_bytes,
      (unsigned)plan->slot_count, (unsigned)plan_slot_bytes(plan),
      (unsigned)plan->resident_tokens);
}

static void print_image(uint32_t number,
                        const struct inference_result* result) {
  console_printf("vit: image %u: class %u, %u tokens left, %u cycles\n",
                 (unsigned)number, (unsigned)result->predicted,
                 (unsigned)result->tokens, (unsigned)result->cycles);
}

int vit_main(void) {
  struct inference inference;
  uint64_t cycles = 0;
  inference_init(&inference);
  const struct core* core = &inference.core;
  const uint32_t count = core->network.image.image_count;
  print_start(&inference);
  for (uint32_t i = 0; i < count; ++i) {
    const struct inference_result result = inference_run(&inference, i);
    cycles += result.cycles;
    if (count <= MOST_LINES) print_image(i, &result);
  }
  console_printf("vit: done, %u images, %u kilocycles, %u bytes of SRAM free\n",
                 (unsigned)count, (unsigned)(cycles / 1000),
                 (unsigned)core->sram.least_free);
  return FIRMWARE_EXIT_OK;
}
