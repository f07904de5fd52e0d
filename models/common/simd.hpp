// Highway with run-time dispatch, for files whose values are computed on the
// vectors of the host. Such a file defines HWY_TARGET_INCLUDE as its own name
// and includes this one; it is then compiled once for each instruction set,
// and the best one that the host has runs. No include guard: it is needed again
// in every pass. Functions in the namespace HWY_NAMESPACE are either written
// with Highway's operations or plain loops that compilers turn into vectors.
//
// Vectors without a fixed size (SVE, RVV) cannot stand in arrays, which the
// register tile needs: these hosts take the 128-bit code instead.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
