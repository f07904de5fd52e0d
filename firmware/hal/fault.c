#include "firmware/hal/fault.h"

#include "firmware/drivers/sim_control.h"
#include "firmware/hal/console.h"
#include "firmware/hal/cpu.h"

static const char* cause_name(uint32_t cause) {
  switch (cause) {
    case 0:
      return "misaligned fetch";
    case 1:
      return "fetch access fault";
    case 2:
      return "illegal instruction";
    case 3:
      return "breakpoint";
    case 4:
      return "misaligned load";
    case 5:
      return "load access fault";
    case 6:
      return "misaligned store";
    case 7:
      return "store access fault";
    case 11:
      return "environment call";
    default:
      return "exception";
  }
}

_Noreturn void firmware_exit(uint32_t code) {
  const struct sim_control control = sim_control_default();
  console_flush();
  sim_control_finish(&control, code);
  cpu_halt();
}

_Noreturn void firmware_exception(uint32_t cause, uint32_t mepc,
                                  uint32_t mtval) {
  console_printf("firmware: %s (cause %u) at pc 0x%08x, value 0x%08x\n",
                 cause_name(cause), (unsigned)cause, (unsigned)mepc,
                 (unsigned)mtval);
  firmware_exit(FIRMWARE_EXIT_EXCEPTION + cause);
}

_Noreturn void firmware_access_fault(uint32_t address, bool is_write) {
  const uint32_t cause = is_write ? 7 : 5;
  console_printf("firmware: %s (cause %u) at address 0x%08x\n",
                 cause_name(cause), (unsigned)cause, (unsigned)address);
  firmware_exit(FIRMWARE_EXIT_EXCEPTION + cause);
}
