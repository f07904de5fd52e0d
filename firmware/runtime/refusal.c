#include "firmware/runtime/refusal.h"

#include "firmware/hal/console.h"
#include "firmware/hal/fault.h"

_Noreturn void refuse(const char* reason) {
  console_printf("vit: refused: %s\n", reason);
  firmware_exit(FIRMWARE_EXIT_REFUSED);
}

_Noreturn void refuse_shortage(const struct shortage* shortage) {
  console_printf(
      "vit: refused: %s of %u tokens needs %u bytes of SRAM for its buffers, "
      "has %u\n",
      shortage->stage, (unsigned)shortage->tokens, (unsigned)shortage->needs,
      (unsigned)shortage->has);
  firmware_exit(FIRMWARE_EXIT_REFUSED);
}
