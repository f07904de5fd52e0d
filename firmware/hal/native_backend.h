/* The firmware's way to the bus when it is compiled for the host: whoever runs
 * the firmware (the native CPU model, an ordered register mock in unit tests)
 * provides one of these. */
#ifndef VITVP_NATIVE_BACKEND_H
#define VITVP_NATIVE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct native_backend {
  void* context;
  /* Bus access; false: the bus answered with an error. */
  bool (*read)(void* context, uint32_t address, void* data, uint32_t bytes);
  bool (*write)(void* context, uint32_t address, const void* data,
                uint32_t bytes);
  /* Returns when an interrupt is pending, enabled or not (as wfi does). */
  void (*wait_for_interrupt)(void* context);
  /* mstatus.MIE and mie.MEIE/MTIE/MSIE; a pending enabled interrupt is taken at
   * the next access, enable or wait by calling firmware_interrupt(). */
  void (*set_interrupts)(void* context, bool enabled);
  void (*set_interrupt_sources)(void* context, uint32_t mie);
  /* Never returns: the core stops. */
  void (*halt)(void* context);
};

/* The backend that the next access uses. A native CPU selects its own again
 * whenever the simulation kernel resumes it, so that several can coexist. */
void native_backend_select(const struct native_backend* backend);

/* Called by the backend for an interrupt; cause as in mcause without the top
 * bit: 3 software, 7 timer, 11 external. */
void firmware_interrupt(uint32_t cause);

/* Entry points of the applications; return the exit code. */
int vit_application(void);
int selftest_application(void);

#ifdef __cplusplus
}
#endif
#endif
