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

/* Short, since the last of these lines is waited for. */
static void print_image(uint32_t number,
                        const struct inference_result* result) {
  console_printf("vit: image %u: class %u, %u tokens\n", (unsigned)number,
                 (unsigned)result->predicted, (unsigned)result->tokens);
}

int vit_main(void) {
  struct inference inference;
  inference_init(&inference);
  const uint32_t count = inference.core.network.image.image_count;
  print_start(&inference);
  for (uint32_t i = 0; i < count; ++i) {
    const struct inference_result result = inference_run(&inference, i);
    if (count <= MOST_LINES) print_image(i, &result);
  }
  console_printf("vit: %u done\n", (unsigned)count);
  return FIRMWARE_EXIT_OK;
}
