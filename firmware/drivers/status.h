/* What a driver answers. */
#ifndef VITVP_STATUS_H
#define VITVP_STATUS_H

enum vitvp_status {
  VITVP_OK = 0,
  VITVP_BAD_ARGUMENT, /* a guard refused it; no register was touched */
  VITVP_BUSY,         /* no room now; try again */
  VITVP_TIMEOUT,      /* a bounded poll ran out */
  VITVP_FAULT         /* the block has latched a fault */
};

#define VITVP_WARN_UNUSED __attribute__((warn_unused_result))

#endif
