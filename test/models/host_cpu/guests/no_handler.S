#include "guest.inc"
  begin
  csrw mtvec, zero
  lw t0, FAULT(s0)
  finish
  skip_handler
