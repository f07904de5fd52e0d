#include "firmware/apps/apps.h"

int selftest_main(void) {
  return 0;
}
