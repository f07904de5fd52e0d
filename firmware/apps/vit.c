/* Classifies all images that the platform has loaded. */
#include "firmware/apps/apps.h"
#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"
#include "firmware/runtime/inference.h"

/* Images that get a line of their own on the UART. */
#define MOST_LINES 16u

/* What was planned; short, since the first image waits for it. */
static void print_plan(const struct inference* inference) {
  const struct plan* plan = &inference->core.plan;
  console_printf("vit: %u slots of %u bytes, X in SRAM to %u tokens\n",
                 (unsigned)plan->slot_count, (unsigned)plan_slot_bytes(plan),
                 (unsigned)plan->resident_tokens);
}

/* Fits into the FIFO of the UART, so that nothing waits for the last one. */
static void print_image(uint32_t number,
                        const struct inference_result* result) {
  console_printf("image %u: %u\n", (unsigned)number,
                 (unsigned)result->predicted);
}

int vit_main(void) {
  struct inference inference;
  inference_init(&inference);
  const uint32_t count = inference.core.network.image.image_count;
  print_plan(&inference);
  for (uint32_t i = 0; i < count; ++i) {
    const struct inference_result result = inference_run(&inference, i);
    if (count <= MOST_LINES) print_image(i, &result);
  }
  if (count > MOST_LINES) console_printf("vit: %u done\n", (unsigned)count);
  return FIRMWARE_EXIT_OK;
}
