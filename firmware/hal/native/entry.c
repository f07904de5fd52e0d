/* The entry points of the native CPU: as crt0 does, they end the simulation
 * with the exit code of the application. */
#include "firmware/apps/apps.h"
#include "firmware/drivers/sim_control.h"
#include "firmware/hal/console.h"
#include "firmware/hal/native_backend.h"

static int finish(int code) {
  const struct sim_control control = sim_control_default();
  console_flush();
  sim_control_finish(&control, (uint32_t)code);
  return code;
}

int vit_application(void) {
  return finish(vit_main());
}
int selftest_application(void) {
  return finish(selftest_main());
}
